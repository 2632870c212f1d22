// Finds which of many literals a text contains, in one pass and without regard to ASCII case (Aho and Corasick 1975, as one table of
// transitions over classes of bytes). Immutable once built; any number of threads may scan.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trailsift {

class LiteralScan {
 public:
  // Literals of more bytes than this, all together, make a table of too many megabytes.
  static constexpr std::size_t kMaxBytes = 20'000;

  LiteralScan() = default;
  // None of the literals is empty; two may be equal.
  explicit LiteralScan(const std::vector<std::string>& literals);

  // Calls `found(number)` for each literal that the text contains: at least once, in no order.
  template <typename Found>
  void Scan(std::string_view text, Found found) const {
    std::uint32_t step = 0;
    for (const char byte : text) {
      step = next_[(step & ~kEnds) + class_of_[static_cast<unsigned char>(byte)]];
      if ((step & kEnds) == 0) continue;
      const std::uint32_t state = (step & ~kEnds) / classes_;
      for (std::uint32_t at = ends_[state]; at < ends_[state + 1]; ++at) found(numbers_[at]);
    }
  }

 private:
  static constexpr std::uint32_t kEnds = 1u << 31;  // some literal ends in the state that a step leads to

  std::array<std::uint8_t, 256> class_of_{};  // 0: in no literal
  std::uint32_t classes_ = 1;
  std::vector<std::uint32_t> next_{0};     // [state * classes_ + class]
  std::vector<std::uint32_t> ends_{0, 0};  // of a state: where its literals begin in numbers_; one more entry than states
  std::vector<std::uint32_t> numbers_;
};

}  // namespace trailsift
