#include "enrich/record_text.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace trailsift {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameNoCase(char a, char b) { return Lower(a) == Lower(b); }

// Cuts the text up to the next `:` off `rest`.
std::string_view TakePart(std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  const std::string_view part = rest.substr(0, colon);
  rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  return part;
}

}  // namespace

std::optional<std::string_view> FilledText(JsonValue value, std::string_view path) {
  const std::optional<std::string_view> text = FindText(value, path);
  return text && !text->empty() ? text : std::nullopt;
}

std::optional<std::string_view> FirstFilledText(JsonValue value, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths) {
    if (const auto text = FilledText(value, path)) return text;
  }
  return std::nullopt;
}

std::optional<std::int64_t> FindInteger(JsonValue value, std::string_view path) {
  const auto found = FindJson(value, path);
  if (!found) return std::nullopt;
  if (found->is_int64()) return found->get_int64().value_unsafe();
  if (!found->is_string()) return std::nullopt;
  const std::string_view text = found->get_string().value_unsafe();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<bool> FindBool(JsonValue value, std::string_view path) {
  const auto found = FindJson(value, path);
  if (!found) return std::nullopt;
  if (found->is_bool()) return found->get_bool().value_unsafe();
  const std::string_view text = found->is_string() ? found->get_string().value_unsafe() : std::string_view();
  if (EqualsNoCase(text, "true")) return true;
  return EqualsNoCase(text, "false") ? std::optional(false) : std::nullopt;
}

bool EqualsNoCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), SameNoCase);
}

bool ContainsNoCase(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), SameNoCase) != text.end() || part.empty();
}

ArnView ParseArn(std::string_view text) {
  ArnView arn;
  if (TakePart(text) != "arn") return arn;
  TakePart(text);  // partition: aws, aws-us-gov, aws-cn
  const std::string_view service = TakePart(text);
  TakePart(text);  // region
  arn.account = TakePart(text);
  arn.resource = text;
  if (!arn.resource.empty()) arn.service = service;
  return arn;
}

std::string_view ArnName(const ArnView& arn) {
  std::string_view name = arn.resource;
  const std::size_t colon = name.find(':');
  const std::size_t slash = name.find('/');
  if (arn.service == "s3") {
    name = name.substr(0, slash);
  } else if (colon < slash) {
    name = name.substr(colon + 1);
    name = name.substr(0, name.find(':'));
  } else {
    name = name.substr(name.rfind('/') + 1);
  }
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
  return name.find('*') == std::string_view::npos ? name : std::string_view();
}

}  // namespace trailsift
