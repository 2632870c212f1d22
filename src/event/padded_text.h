// Bytes with the room behind them that simdjson reads into. Owns them; not initialised, since it is filled at once.
#pragma once

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace trailsift {

class PaddedText {
 public:
  PaddedText() = default;
  PaddedText(PaddedText&& other) noexcept { *this = std::move(other); }
  PaddedText& operator=(PaddedText&& other) noexcept {
    data_ = std::move(other.data_);
    capacity_ = std::exchange(other.capacity_, 0);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  explicit PaddedText(std::size_t capacity)
      : data_(std::make_unique_for_overwrite<char[]>(capacity + simdjson::SIMDJSON_PADDING)), capacity_(capacity) {}

  char* data() { return data_.get(); }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data_.get(), size_}; }

  // `size` at most the capacity.
  void set_size(std::size_t size) { size_ = size; }
  // Keeps the text.
  void Grow(std::size_t capacity) {
    PaddedText larger(capacity);
    if (size_ != 0) std::memcpy(larger.data(), data(), size_);
    larger.size_ = size_;
    *this = std::move(larger);
  }
  // Clears the padding, so that what is read of it does not depend on what lay there.
  void Seal() {
    if (data_ != nullptr) std::memset(data_.get() + size_, 0, simdjson::SIMDJSON_PADDING);
  }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace trailsift
