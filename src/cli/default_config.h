// The configuration of who names none.
#pragma once

#include <string>
#include <vector>

namespace trailsift {

inline constexpr const char* kDefaultConfig[] = {"/etc/trailsift/ossec.conf", "/etc/trailsift/trailsift.conf"};

// Those of kDefaultConfig that are there.
std::vector<std::string> DefaultConfig();

}  // namespace trailsift
