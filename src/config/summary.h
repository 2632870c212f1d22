// What settings will do, for a person: the end of `trailsift config check`. Never a secret.
#pragma once

#include <string>

#include "config/settings.h"

namespace trailsift {

// A few lines, each with a line end.
std::string DescribeSettings(const Settings& settings);

// `10m`, `2d`, `90s`: the largest unit that fits without rest.
std::string FormatDuration(Millis duration);

}  // namespace trailsift
