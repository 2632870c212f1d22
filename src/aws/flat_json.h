// The members of one JSON object that are strings or numbers, those of objects inside it as `outer.inner`: all that the servers and tools
// that give out keys answer with. Values of other kinds are passed over.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace trailsift {

// Nothing where the text is no JSON object, is deeper than 16 levels or has something behind it. The first of two equal names wins.
std::optional<std::map<std::string, std::string>> ParseFlatJson(std::string_view text);

}  // namespace trailsift
