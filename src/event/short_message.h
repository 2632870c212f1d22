// A message that is longer than its receiver takes, made shorter without being cut in the middle: the largest values give way first, what
// says who did what stays. In order, and only as far as it is needed:
//   1. long strings and lists are shortened from their end, the largest first, to no less than 1 KiB each; those of the envelope and of
//      what identifies a call, its caller and its outcome (kKept in the .cc) after all others;
//   2. members are left out, the largest first, but none of kKept;
//   3. members inside of kKept are left out.
// What was touched is named in aws.trailsift.shortened. A message that has no envelope of Wazuh's (a row of Security Lake, a line of a log) is
// treated in the same way as a whole. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace trailsift {

struct ShortMessage {
  std::string text;                    // at most the limit
  std::vector<std::string> shortened;  // dotted paths below `aws`; `path.*` for many members of one object
};

// The least limit that any message can be brought to.
inline constexpr std::size_t kLeastMessage = 40u << 10;

// `message` is one of AppendFullLog; `limit` at least kLeastMessage.
ShortMessage ShortenMessage(std::string_view message, std::size_t limit);
// `message` begins with a JSON object; what follows that is left out. The paths, and the member trailsift.shortened, stand at its top.
ShortMessage ShortenObject(std::string_view message, std::size_t limit);
// Text that is no JSON loses its end, between two characters of UTF-8; the path is `full_log`, and the text itself says nothing of it.
ShortMessage ShortenText(std::string_view message, std::size_t limit);

}  // namespace trailsift
