#include "formats/line_fields.h"

#include <algorithm>

namespace trailsift {

std::vector<std::string> SplitQuoted(std::string_view line, char separator) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (quoted) {
      if (c != '"') fields.back() += c;
      else if (at + 1 < line.size() && line[at + 1] == '"') fields.back() += line[++at];
      else quoted = false;
    } else if (c == separator) {
      fields.emplace_back();
    } else if (c == '"' && fields.back().empty()) {
      quoted = true;
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

std::vector<std::string> SplitAccessLine(std::string_view line) {
  std::vector<std::string> fields;
  std::size_t at = 0;
  while (at < line.size()) {
    if (line[at] == ' ') {
      ++at;
      continue;
    }
    const char closing = line[at] == '[' ? ']' : line[at] == '"' ? '"' : ' ';
    std::size_t begin = at;
    std::size_t end = 0;
    if (closing == ' ') {
      end = std::min(line.find(' ', at), line.size());
      at = end;
    } else {
      begin = at + 1;
      end = line.find(closing, begin);
      while (end != std::string_view::npos && end + 1 < line.size() && line[end + 1] != ' ') end = line.find(closing, end + 1);
      if (end == std::string_view::npos) end = line.size();
      at = end + 1;
    }
    fields.emplace_back(line.substr(begin, end - begin));
  }
  return fields;
}

}  // namespace trailsift
