// `trailsift verify PATH|s3://bucket/prefix`: are the logs what CloudTrail wrote, by its digests?
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

void AddVerifyCommand(CLI::App& app, std::function<int()>& action);

}  // namespace trailsift
