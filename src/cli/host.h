#pragma once

#include <string>

namespace trailsift {

// The machine's name, as agent.name and manager.name of an alert; `localhost` where it has none.
std::string HostName();

}  // namespace trailsift
