#include "parquet/decode.h"

#include <algorithm>

namespace trailsift {
namespace {

bool Varint(std::string_view bytes, std::size_t& at, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (at >= bytes.size()) return false;
    const auto byte = static_cast<std::uint8_t>(bytes[at++]);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

std::uint64_t Unzigzag(std::uint64_t value) { return (value >> 1) ^ (~(value & 1) + 1); }

}  // namespace

unsigned BitWidth(std::uint32_t max) {
  unsigned width = 0;
  for (; max != 0; max >>= 1) ++width;
  return width;
}

std::uint64_t ReadBits(std::string_view bytes, std::uint64_t at, unsigned width) {
  std::uint64_t value = 0;
  auto byte = static_cast<std::size_t>(at / 8);
  unsigned have = 0;
  auto skip = static_cast<unsigned>(at % 8);
  while (have < width && byte < bytes.size()) {
    const std::uint64_t bits = static_cast<std::uint8_t>(bytes[byte++]) >> skip;
    value |= bits << have;
    have += 8 - skip;
    skip = 0;
  }
  return width >= 64 ? value : value & ((std::uint64_t{1} << width) - 1);
}

bool HybridReader::Next(std::uint32_t& value) {
  while (run_ == 0 && packed_ == 0) {
    std::uint64_t head = 0;
    if (!Varint(bytes_, at_, head)) return false;
    const std::size_t value_bytes = (width_ + 7) / 8;
    if ((head & 1) == 0) {
      if (bytes_.size() - at_ < value_bytes) return false;
      run_ = head >> 1;
      run_value_ = static_cast<std::uint32_t>(ReadBits(bytes_.substr(at_), 0, width_));
      at_ += value_bytes;
    } else {
      // The last group may be cut: what it lacks is not asked for.
      const std::uint64_t groups = std::min<std::uint64_t>(head >> 1, std::uint64_t{1} << 32);
      bit_ = std::uint64_t{at_} * 8;
      const std::uint64_t size = groups * width_;
      packed_ = groups * 8;
      if (size > bytes_.size() - at_) {
        packed_ = width_ == 0 ? packed_ : (std::uint64_t{bytes_.size()} - at_) * 8 / width_;
        at_ = bytes_.size();
      } else {
        at_ += static_cast<std::size_t>(size);
      }
      if (groups == 0 && head != 1) return false;
    }
  }
  if (run_ > 0) {
    --run_;
    value = run_value_;
    return true;
  }
  --packed_;
  value = static_cast<std::uint32_t>(ReadBits(bytes_, bit_, width_));
  bit_ += width_;
  return true;
}

DeltaReader::DeltaReader(std::string_view bytes) : bytes_(bytes) {
  std::uint64_t block = 0;
  std::uint64_t first = 0;
  if (!Varint(bytes_, at_, block) || !Varint(bytes_, at_, miniblocks_) || !Varint(bytes_, at_, count_) ||
      !Varint(bytes_, at_, first))
    return;
  if (block == 0 || block > (1u << 20) || miniblocks_ == 0 || miniblocks_ > block || block % miniblocks_ != 0) return;
  per_miniblock_ = block / miniblocks_;
  if (per_miniblock_ % 8 != 0) return;
  value_ = Unzigzag(first);
  miniblock_ = miniblocks_;
  ok_ = true;
}

bool DeltaReader::BeginBlock() {
  if (!Varint(bytes_, at_, min_delta_) || bytes_.size() - at_ < miniblocks_) return false;
  min_delta_ = Unzigzag(min_delta_);
  widths_.assign(bytes_.begin() + static_cast<std::ptrdiff_t>(at_),
                 bytes_.begin() + static_cast<std::ptrdiff_t>(at_ + miniblocks_));
  at_ += static_cast<std::size_t>(miniblocks_);
  miniblock_ = 0;
  return true;
}

bool DeltaReader::BeginMiniblock() {
  if (miniblock_ == miniblocks_ && !BeginBlock()) return false;
  width_ = widths_[static_cast<std::size_t>(miniblock_++)];
  if (width_ > 64) return false;
  const std::uint64_t size = per_miniblock_ / 8 * width_;
  if (size > bytes_.size() - at_) return false;
  bit_ = std::uint64_t{at_} * 8;
  at_ += static_cast<std::size_t>(size);
  left_ = per_miniblock_;
  return true;
}

bool DeltaReader::Next(std::int64_t& value) {
  if (!ok_ || read_ >= count_) return false;
  if (read_ > 0) {
    if (left_ == 0 && !BeginMiniblock()) return ok_ = false;
    value_ += min_delta_ + ReadBits(bytes_, bit_, width_);
    bit_ += width_;
    --left_;
  }
  ++read_;
  value = static_cast<std::int64_t>(value_);
  return true;
}

}  // namespace trailsift
