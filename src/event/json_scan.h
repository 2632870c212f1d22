// Finding where JSON values end without understanding them: knows strings, escapes and nesting, nothing else, so that it gets over
// values that a parser refuses. Pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace trailsift {

inline bool IsJsonSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The first place from `at` on that is no white space; text.size() when there is none.
std::size_t SkipJsonSpace(std::string_view text, std::size_t at);

// `text[at]` is a quote: the place behind the closing one; npos when the text ends before.
std::size_t SkipJsonString(std::string_view text, std::size_t at);

// The place behind the value that begins at `at`: of an object or array the bracket that ends the nesting (of whatever kind), of a
// string the quote, else the next white space, comma or bracket. npos when the text ends inside.
std::size_t SkipJsonValue(std::string_view text, std::size_t at);

// Inside `depth` open objects or arrays at `at`: the place behind the bracket that closes the outermost; npos when the text ends
// before.
std::size_t SkipToClose(std::string_view text, std::size_t at, std::size_t depth);

}  // namespace trailsift
