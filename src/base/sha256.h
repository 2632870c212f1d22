// SHA-256 of bytes that come in pieces, and bytes as hex digits or base64. A Sha256 belongs to one thread; the functions are pure.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace trailsift {

using Sha256Value = std::array<std::uint8_t, 32>;

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(std::string_view bytes);
  // Once, after the last piece.
  Sha256Value Finish();

  static Sha256Value Of(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Lower-case hex digits.
std::string HexOf(const Sha256Value& value);
// The bytes of hex digits in either case; nothing where the text has an odd length or another character.
std::optional<std::string> BytesOfHex(std::string_view text);
// With padding (RFC 4648): 44 characters.
std::string Base64Of(const Sha256Value& value);
// 64 hex digits in either case.
std::optional<Sha256Value> Sha256OfHex(std::string_view text);

}  // namespace trailsift
