#include "detect/packed_id.h"

namespace trailsift {
namespace {

constexpr std::size_t kLength = 36;
constexpr std::string_view kDigits = "0123456789abcdef";

bool IsHyphen(std::size_t place) { return place == 8 || place == 13 || place == 18 || place == 23; }

bool Pack(std::string_view text, std::array<std::uint8_t, 16>& out) {
  if (text.size() != kLength) return false;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < kLength; ++i) {
    if (IsHyphen(i)) {
      if (text[i] != '-') return false;
      continue;
    }
    const std::size_t digit = kDigits.find(text[i]);
    if (digit == std::string_view::npos) return false;
    std::uint8_t& byte = out[digits++ / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | digit);
  }
  return true;
}

}  // namespace

PackedId::PackedId(std::string_view text) {
  if (!Pack(text, uuid_)) other_ = std::make_unique<const std::string>(text);
}

std::string PackedId::ToString() const {
  if (other_ != nullptr) return *other_;
  std::string text;
  text.reserve(kLength);
  for (const std::uint8_t byte : uuid_) {
    if (IsHyphen(text.size())) text += '-';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace trailsift
