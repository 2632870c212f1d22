#include "rules/sigma_value.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/case_fold.h"
#include "rules/ascii.h"

namespace trailsift {
namespace {

void AddValue(JsonValue value, SigmaValues& values) {
  values.found = true;
  if (value.is_null()) {
    values.has_null = true;
  } else if (simdjson::dom::array items; value.get(items) == simdjson::SUCCESS) {
    for (const JsonValue item : items) AddValue(item, values);
  } else {
    values.each.emplace_back(value);
  }
}

void Find(JsonValue value, std::string_view path, SigmaValues& values) {
  if (simdjson::dom::array items; value.get(items) == simdjson::SUCCESS) {
    for (const JsonValue item : items) Find(item, path, values);
    return;
  }
  simdjson::dom::object members;
  if (value.get(members) != simdjson::SUCCESS) return;
  JsonValue member;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1))
    if (members.at_key(path.substr(0, dot)).get(member) == simdjson::SUCCESS) Find(member, path.substr(dot + 1), values);
  if (members.at_key(path).get(member) == simdjson::SUCCESS) AddValue(member, values);
}

}  // namespace

std::optional<long double> ReadSigmaNumber(std::string_view text) {
  if (text.size() > 64 || !IsJsonNumber(text)) return std::nullopt;
  return std::strtold(std::string(text).c_str(), nullptr);
}

std::string_view SigmaValue::Text(Arena& arena) const {
  if (text_) return *text_;
  text_ = ScalarText(*json_, arena);
  if (!text_) {
    std::string text;
    AppendJson(*json_, text);
    text_ = arena.Copy(text);
  }
  return *text_;
}

bool SigmaValue::is_number() const { return json_ && json_->is_number(); }

std::optional<long double> SigmaValue::Number() const {
  if (!json_) return ReadSigmaNumber(*text_);
  std::int64_t whole = 0;
  if (json_->get(whole) == simdjson::SUCCESS) return static_cast<long double>(whole);
  std::uint64_t large = 0;
  if (json_->get(large) == simdjson::SUCCESS) return static_cast<long double>(large);
  double fraction = 0;
  if (json_->get(fraction) == simdjson::SUCCESS) return static_cast<long double>(fraction);
  std::string_view text;
  return json_->get(text) == simdjson::SUCCESS ? ReadSigmaNumber(text) : std::nullopt;
}

std::string_view SigmaValue::Folded(Arena& arena) const {
  if (folded_) return *folded_;
  const std::string_view text = Text(arena);
  if (!IsAscii(text)) return *(folded_ = arena.Copy(FoldCase(text)));
  char* place = arena.Allocate(text.size());
  std::transform(text.begin(), text.end(), place, [](char c) { return AsciiLower(c); });
  return *(folded_ = std::string_view(place, text.size()));
}

void FindSigmaValues(JsonValue record, std::string_view path, SigmaValues& values) {
  values = {};
  Find(record, path, values);
}

}  // namespace trailsift
