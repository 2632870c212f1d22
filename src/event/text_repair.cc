#include "event/text_repair.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

namespace trailsift {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// One pass over the text; every function appends what stands at `at_` and moves on.
class Repairer {
 public:
  explicit Repairer(std::string_view text) : text_(text) { out_.reserve(text.size() + text.size() / 16 + 64); }

  std::string Run() {
    while (at_ < text_.size()) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte >= 0x80) {
        Utf8();
      } else if (!in_string_) {
        Outside(text_[at_]);
      } else if (byte == '"') {
        in_string_ = false;
        Keep(1);
      } else if (byte == '\\') {
        Escape();
      } else if (byte < 0x20) {
        Control(byte);
      } else {
        Keep(1);
      }
    }
    return std::move(out_);
  }

 private:
  void Keep(std::size_t count) {
    out_.append(text_, at_, count);
    at_ += count;
  }

  void Replace(std::size_t count) {
    out_ += kReplacement;
    at_ += count;
  }

  bool IsTail(std::size_t at, unsigned char low = 0x80, unsigned char high = 0xBF) const {
    if (at >= text_.size()) return false;
    const auto byte = static_cast<unsigned char>(text_[at]);
    return byte >= low && byte <= high;
  }

  // The Unicode standard's table of well-formed sequences (3-7); an ill-formed one costs its longest prefix that begins a good one.
  void Utf8() {
    const auto lead = static_cast<unsigned char>(text_[at_]);
    if (lead < 0xC2 || lead > 0xF4) return Replace(1);
    const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (!IsTail(at_ + 1, low, high)) return Replace(1);
    std::size_t good = 2;
    while (good < size && IsTail(at_ + good)) ++good;
    if (good < size) return Replace(good);
    Keep(size);
  }

  void Outside(char c) {
    if (c == '"') {
      in_string_ = true;
      Keep(1);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      Number();
    } else {
      Keep(1);
    }
  }

  void Number() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && (std::string_view("0123456789.eE+-").find(text_[end]) != std::string_view::npos)) ++end;
    std::string number(text_.substr(at_, end - at_));
    at_ = end;
    const std::size_t first = number[0] == '-' ? 1 : 0;
    const std::size_t zeros = std::min(number.find_first_not_of('0', first), number.size());
    if (zeros > first) {
      const bool digit_follows = zeros < number.size() && number[zeros] >= '0' && number[zeros] <= '9';
      number.erase(first, digit_follows ? zeros - first : zeros - first - 1);
    }
    if (std::isinf(std::strtod(number.c_str(), nullptr))) {
      out_ += first == 1 ? "-1.7976931348623157e308" : "1.7976931348623157e308";
    } else {
      out_ += number;
      if (number.size() - first >= 19 && number.find_first_of(".eE") == std::string::npos) out_ += "e0";
    }
  }

  // The value of the four hex digits at `at`.
  std::optional<std::uint32_t> Hex4(std::size_t at) const {
    if (at + 4 > text_.size()) return std::nullopt;
    std::uint32_t value = 0;
    const char* end = text_.data() + at + 4;
    const auto result = std::from_chars(text_.data() + at, end, value, 16);
    if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
    return value;
  }

  void Escape() {
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (next != 'u') {
      if (next != '\0' && std::string_view("\"\\/bfnrt").find(next) != std::string_view::npos) return Keep(2);
      // the character behind a bad backslash belongs to the escape, unless it is one that needs a look of its own
      return Replace(next > 0x20 && next < 0x7F ? 2 : 1);
    }
    const auto unit = Hex4(at_ + 2);
    if (!unit) return Replace(2);
    if (*unit < 0xD800 || *unit > 0xDFFF) return Keep(6);
    const bool paired = *unit < 0xDC00 && text_.substr(at_ + 6, 2) == "\\u" && IsLow(Hex4(at_ + 8));
    if (paired) return Keep(12);
    Replace(6);
  }

  static bool IsLow(std::optional<std::uint32_t> unit) { return unit && *unit >= 0xDC00 && *unit <= 0xDFFF; }

  void Control(unsigned char byte) {
    out_ += "\\u00";
    out_ += "0123456789abcdef"[byte >> 4];
    out_ += "0123456789abcdef"[byte & 15];
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool in_string_ = false;
  std::string out_;
};

}  // namespace

std::string RepairJson(std::string_view text) { return Repairer(text).Run(); }

}  // namespace trailsift
