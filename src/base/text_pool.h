// Texts that are kept many times over, each stored once: the values of remembered events, of which few are different.
//
// A row is what one holder keeps: as many places as it was made with, each a text or nothing. Two rows of the same pool hold the same text
// exactly where their numbers are the same. A text goes with the last row that holds it. The pool must outlive its rows. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace trailsift {

class TextPool {
 public:
  using Number = std::uint32_t;
  static constexpr Number kNothing = 0;

  class Row {
   public:
    Row() = default;
    Row(TextPool& pool, const std::vector<std::optional<std::string>>& texts);
    Row(Row&& other) noexcept;
    Row& operator=(Row&& other) noexcept;
    ~Row();

    std::size_t size() const { return size_; }
    // kNothing where the place is empty.
    Number operator[](std::size_t place) const { return numbers_[place]; }
    // Valid while any row holds the text.
    std::optional<std::string_view> Text(std::size_t place) const;

   private:
    TextPool* pool_ = nullptr;
    std::unique_ptr<Number[]> numbers_;
    std::uint32_t size_ = 0;
  };

  TextPool() = default;
  TextPool(const TextPool&) = delete;
  TextPool& operator=(const TextPool&) = delete;

  // Different texts that rows hold.
  std::size_t size() const { return numbers_.size(); }

 private:
  struct Item {
    std::string text;
    std::uint32_t holders = 0;
  };

  Number Take(std::string_view text);
  void Release(Number number);

  std::deque<Item> items_;     // by number - 1; their texts do not move
  std::vector<Number> spare_;  // numbers of items that nobody holds
  std::unordered_map<std::string_view, Number> numbers_;
};

}  // namespace trailsift
