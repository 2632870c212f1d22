// Little-endian fields and length-prefixed strings in a byte string: the encoding of the state log. A reader never reads past its end:
// after the first short field it answers zeros and ok() is false.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace trailsift {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  void U8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void U32(std::uint32_t value) { Fixed(value); }
  void U64(std::uint64_t value) { Fixed(value); }
  void I64(std::int64_t value) { Fixed(static_cast<std::uint64_t>(value)); }
  void Hash(const Hash128& hash) { out_.append(reinterpret_cast<const char*>(hash.bytes.data()), hash.bytes.size()); }
  void String(std::string_view text) {
    U32(static_cast<std::uint32_t>(text.size()));
    out_ += text;
  }

 private:
  template <typename T>
  void Fixed(T value) {
    for (std::size_t i = 0; i < sizeof value; ++i) out_.push_back(static_cast<char>(value >> (8 * i)));
  }
  std::string& out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }
  std::size_t left() const { return bytes_.size(); }
  std::uint8_t U8() { return Fixed<std::uint8_t>(); }
  std::uint32_t U32() { return Fixed<std::uint32_t>(); }
  std::uint64_t U64() { return Fixed<std::uint64_t>(); }
  std::int64_t I64() { return static_cast<std::int64_t>(U64()); }
  Hash128 Hash() {
    Hash128 hash;
    if (const std::string_view taken = Take(16); taken.size() == 16) std::memcpy(hash.bytes.data(), taken.data(), 16);
    return hash;
  }
  std::string_view String() { return Take(U32()); }
  // Exactly so many; none when there are fewer.
  std::string_view Bytes(std::size_t size) { return Take(size); }

 private:
  std::string_view Take(std::size_t size) {
    if (size > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  template <typename T>
  T Fixed() {
    T value = 0;
    const std::string_view taken = Take(sizeof value);
    for (std::size_t i = 0; i < taken.size(); ++i)
      value = static_cast<T>(value | static_cast<T>(static_cast<T>(static_cast<std::uint8_t>(taken[i])) << (8 * i)));
    return value;
  }
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace trailsift
