// What a Sigma rule sees of a record under a field's name: the bare record, a dotted path, passing through arrays.
//
// Values are views: they live as long as the record's document and the arena. One thread at a time.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/json.h"

namespace trailsift {

class SigmaValue {
 public:
  // Neither an array nor null.
  explicit SigmaValue(JsonValue json) : json_(json) {}
  // A text that is no part of the record.
  explicit SigmaValue(std::string_view text) : text_(text) {}

  // A string as it is, numbers and truths as JSON writes them, an object as its compact JSON text.
  std::string_view Text(Arena& arena) const;
  // The same without regard to case (base/case_fold.h).
  std::string_view Folded(Arena& arena) const;
  // Nothing unless it is a number, or a text that JSON would read as one.
  std::optional<long double> Number() const;
  bool is_number() const;

 private:
  std::optional<JsonValue> json_;
  mutable std::optional<std::string_view> text_;  // once asked for
  mutable std::optional<std::string_view> folded_;
};

struct SigmaValues {
  bool found = false;            // something stands there, be it null or an empty array
  bool has_null = false;         // one of what stands there is null
  std::vector<SigmaValue> each;  // the others, arrays opened
};

// All values at the path. A name that itself holds dots is found as well, also in the middle of the path; of two equal names in one object the
// first. Names are compared exactly. `values` is overwritten.
void FindSigmaValues(JsonValue record, std::string_view path, SigmaValues& values);

// Every value below, keys left out; ends when `visit` answers true, and answers whether it did.
template <typename Visit>
bool AnySigmaLeaf(JsonValue value, Visit visit) {
  if (simdjson::dom::array items; value.get(items) == simdjson::SUCCESS) {
    for (const JsonValue item : items)
      if (AnySigmaLeaf(item, visit)) return true;
    return false;
  }
  if (simdjson::dom::object members; value.get(members) == simdjson::SUCCESS) {
    for (const auto& member : members)
      if (AnySigmaLeaf(member.value, visit)) return true;
    return false;
  }
  return !value.is_null() && visit(SigmaValue(value));
}

// A number by JSON's grammar.
std::optional<long double> ReadSigmaNumber(std::string_view text);

}  // namespace trailsift
