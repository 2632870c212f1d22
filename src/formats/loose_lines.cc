#include "formats/loose_lines.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "formats/line_fields.h"

namespace trailsift {
namespace {

std::string_view LineAt(std::string_view text, std::size_t& at) {
  const std::size_t end = std::min(text.find('\n', at), text.size());
  std::string_view line = text.substr(at, end - at);
  at = std::min(end + 1, text.size());
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

bool IsHeading(const std::vector<std::string>& names) {
  if (names.size() < 2) return false;
  const std::set<std::string> distinct(names.begin(), names.end());
  return distinct.size() == names.size() && !distinct.contains("");
}

}  // namespace

// A sentence has no digits either, so a heading's names must be distinct and the line below it must have as many values.
LooseLines::LooseLines(std::string_view text) {
  constexpr std::size_t kMaxHeading = 64u << 10;
  std::size_t at = 0;
  const std::string_view first = LineAt(text, at);
  const std::string_view second = LineAt(text, at);
  if (first.empty() || first.size() > kMaxHeading || second.size() > kMaxHeading) return;
  if (first.find_first_of("0123456789") != std::string_view::npos) return;
  for (const char separator : {',', '\t', ';', '|', ' '}) {
    std::vector<std::string> names = SplitQuoted(first, separator);
    if (!IsHeading(names)) continue;
    if (second.empty() ? separator == ' ' : SplitQuoted(second, separator).size() != names.size()) continue;
    separator_ = separator;
    names_ = std::move(names);
    return;
  }
}

bool LooseLines::Read(std::string_view line, std::string& record, LogFacts& facts) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.empty()) return false;
  facts.source = "custom";
  facts.as_is = true;
  facts.time.reset();
  record = "{";
  if (separator_ == '\0') {
    record += "\"full_log\":";
    AppendJsonString(line, record);
    record += '}';
    return true;
  }
  if (!heading_read_) {
    heading_read_ = true;
    return false;
  }
  const std::vector<std::string> values = SplitQuoted(line, separator_);
  for (std::size_t i = 0; i < std::min(values.size(), names_.size()); ++i) {
    if (names_[i] == "source") continue;  // the collector's own stands in its place
    if (record.size() > 1) record += ',';
    AppendJsonString(names_[i], record);
    record += ':';
    AppendJsonString(values[i], record);
  }
  record += '}';
  return true;
}

}  // namespace trailsift
