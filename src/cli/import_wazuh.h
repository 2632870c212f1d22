// `trailsift import-wazuh`: takes over what Wazuh's collector has read, so that switching over neither reads anything twice nor leaves
// anything out.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

void AddImportWazuhCommand(CLI::App& app, std::function<int()>& action);

}  // namespace trailsift
