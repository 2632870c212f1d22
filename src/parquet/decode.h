// How Parquet packs numbers (Apache Parquet, "Encodings"). All read on demand and in steps of one value, so that a few bytes which claim a
// billion values cost nothing until they are asked for. They borrow their bytes; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace trailsift {

// Bits needed for a value up to `max`.
unsigned BitWidth(std::uint32_t max);

// `width` bits from bit `at` on, least significant first; what lies behind the end is zero. `width`: up to 64.
std::uint64_t ReadBits(std::string_view bytes, std::uint64_t at, unsigned width);

// Runs of one value, and groups of eight packed ones, in any order.
class HybridReader {
 public:
  HybridReader() = default;
  // `width`: 0 to 32.
  HybridReader(std::string_view bytes, unsigned width) : bytes_(bytes), width_(width) {}

  // False where the bytes end or are damaged.
  bool Next(std::uint32_t& value);

 private:
  std::string_view bytes_;
  unsigned width_ = 0;
  std::size_t at_ = 0;
  std::uint64_t run_ = 0;  // values left of the run
  std::uint32_t run_value_ = 0;
  std::uint64_t packed_ = 0;  // values left of the packed groups
  std::uint64_t bit_ = 0;     // where the next of them begins
};

// DELTA_BINARY_PACKED.
class DeltaReader {
 public:
  DeltaReader() = default;
  explicit DeltaReader(std::string_view bytes);

  bool Next(std::int64_t& value);
  std::uint64_t count() const { return count_; }
  // Where the bytes of what follows begin, once `count` values were read.
  std::size_t end() const { return at_; }

 private:
  bool BeginBlock();
  bool BeginMiniblock();

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = false;
  std::uint64_t count_ = 0;
  std::uint64_t read_ = 0;
  std::uint64_t value_ = 0;
  std::uint64_t miniblocks_ = 0;     // in a block
  std::uint64_t per_miniblock_ = 0;  // values
  std::uint64_t min_delta_ = 0;
  std::vector<std::uint8_t> widths_;  // of the block's miniblocks
  std::uint64_t miniblock_ = 0;       // the next one
  std::uint64_t left_ = 0;            // values left of the current one
  std::uint64_t bit_ = 0;
  unsigned width_ = 0;
};

}  // namespace trailsift
