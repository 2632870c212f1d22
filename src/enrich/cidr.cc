#include "enrich/cidr.h"

#include <charconv>
#include <optional>
#include <system_error>

namespace trailsift {
namespace {

constexpr int kNarrowV4 = 8;
constexpr int kNarrowV6 = 32;

bool IsV6(std::string_view text) { return text.find(':') != std::string_view::npos; }

// The number behind the slash.
std::optional<int> PrefixLength(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  const std::string_view digits = text.substr(slash + 1);
  int length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc() || end != digits.data() + digits.size() || length < 0) return std::nullopt;
  return length;
}

}  // namespace

bool IsWideCidr(std::string_view text) {
  const std::optional<int> length = PrefixLength(text);
  return length && *length < (IsV6(text) ? kNarrowV6 : kNarrowV4);
}

std::string_view PlainCidr(std::string_view text) {
  if (PrefixLength(text) != 0) return text;
  return IsV6(text) ? "::/0" : "0.0.0.0/0";
}

}  // namespace trailsift
