// Small questions about a record's texts that several derived fields share. Views borrow from what they were given.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "event/json.h"

namespace trailsift {

// A string at `path` that is not empty. CloudTrail writes "" for what it does not know (accessKeyId of a sign-in).
std::optional<std::string_view> FilledText(JsonValue value, std::string_view path);

// The first of `paths` that holds a filled string.
std::optional<std::string_view> FirstFilledText(JsonValue value, std::initializer_list<std::string_view> paths);

// ASCII letters without case, as Wazuh compares names and patterns.
bool EqualsNoCase(std::string_view a, std::string_view b);
bool ContainsNoCase(std::string_view text, std::string_view part);

// The parts of `arn:partition:service:region:account:resource`; `service` is empty when the text is no ARN.
struct ArnView {
  std::string_view service;
  std::string_view account;
  std::string_view resource;
};
ArnView ParseArn(std::string_view text);

// What a person calls the thing an ARN names: the last part of a path (`user/team/bob` gives bob), the name after a kind
// (`log-group:web:*` gives web), a bucket without its key. Empty for wildcards.
std::string_view ArnName(const ArnView& arn);

// Visits the elements of a list, or the one value that stands in its place: Wazuh's collector unwraps lists of one.
template <typename Visit>
void ForEachItem(JsonValue value, Visit visit) {
  if (value.is_array()) {
    const auto list = value.get_array().value_unsafe();  // a copy: the result it comes from dies with this line
    for (const JsonValue item : list) visit(item);
  } else {
    visit(value);
  }
}

}  // namespace trailsift
