// Small questions about a record's texts that several derived fields share. Views borrow from what they were given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"

namespace trailsift {

// A string at `path` that is not empty. CloudTrail writes "" for what it does not know (accessKeyId of a sign-in).
std::optional<std::string_view> FilledText(JsonValue value, std::string_view path);

// The first of `paths` that holds a filled string.
std::optional<std::string_view> FirstFilledText(JsonValue value, std::initializer_list<std::string_view> paths);

// A whole number or a boolean at `path`; requests write both as themselves or as text.
std::optional<std::int64_t> FindInteger(JsonValue value, std::string_view path);
std::optional<bool> FindBool(JsonValue value, std::string_view path);

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

// The same for a list of texts or one text; what is no text is left out.
template <typename Visit>
void ForEachItemText(JsonValue value, Visit visit) {
  ForEachItem(value, [&](JsonValue item) {
    if (item.is_string()) visit(std::string_view(item.get_string().value_unsafe()));
  });
}

// Visits the members of an object as (key, value); nothing else has any.
template <typename Visit>
void ForEachMember(JsonValue value, Visit visit) {
  if (!value.is_object()) return;
  const auto object = value.get_object().value_unsafe();
  for (const auto member : object) visit(std::string_view(member.key), JsonValue(member.value));
}

}  // namespace trailsift
