// 16-byte hashes: identities of events, objects and alerts, and the tables that are keyed by them. All are stable over releases and
// machines, since they are written to disk and to alerts.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace trailsift {

struct Hash128 {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Hash128&) const = default;  // NOLINT(modernize-use-nullptr): it takes <=> for a pointer test
  bool is_zero() const { return *this == Hash128{}; }
  // 32 lower-case hex digits.
  std::string ToHex() const;
  static std::optional<Hash128> FromHex(std::string_view text);
};

// XXH3, 128 bits: fast, not meant to withstand an adversary who chooses the input.
Hash128 FastHash(std::string_view bytes);

// XXH3, 64 bits: a checksum against damage.
std::uint64_t Checksum(std::string_view bytes, std::uint64_t seed);

// The first 16 bytes of SHA-256.
Hash128 StrongHash(std::string_view bytes);

struct HashOfHash128 {
  std::size_t operator()(const Hash128& hash) const {
    std::size_t value;
    std::memcpy(&value, hash.bytes.data(), sizeof value);
    return value;
  }
};

}  // namespace trailsift
