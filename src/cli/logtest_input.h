// What a person may have meant with a line that logtest reads otherwise. Pure.
#pragma once

#include <string>
#include <string_view>

namespace trailsift {

// A hint in one sentence; empty for a line that is nothing but an event. Never for a line of plain text.
std::string OddLine(std::string_view line);

}  // namespace trailsift
