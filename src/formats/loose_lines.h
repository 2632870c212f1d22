// Text of unknown make in the objects that a <subscriber type="buckets"> is told of: a table whose first line names its columns, else one
// event a line, as `full_log` (shared facts 1.3). What it is is decided once, by its first lines. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/log_chunk.h"

namespace trailsift {

class LooseLines {
 public:
  // `text`: the whole, or at least its first two lines.
  explicit LooseLines(std::string_view text);

  // The event of one line. False: the line holds none (the heading, an empty one).
  bool Read(std::string_view line, std::string& record, LogFacts& facts);

 private:
  char separator_ = '\0';  // none: lines of text
  std::vector<std::string> names_;
  bool heading_read_ = false;
};

}  // namespace trailsift
