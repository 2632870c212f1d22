// The text of one rule as it stands in its file. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace trailsift {

// From the `<rule` at this line and column (from 1, in bytes) to its end, comments within included; the lines behind the first lose as many
// blanks as stand before it. Empty where no rule stands there.
std::string DefinitionAt(std::string_view text, int line, int column);

}  // namespace trailsift
