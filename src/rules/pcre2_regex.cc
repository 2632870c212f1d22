#define PCRE2_CODE_UNIT_WIDTH 8
#include "rules/pcre2_regex.h"

#include <pcre2.h>

#include <array>

#include "rules/ascii.h"

namespace trailsift {
namespace {

constexpr std::uint32_t kMatchLimit = 1'000'000;
constexpr std::uint32_t kDepthLimit = 10'000;
constexpr std::uint32_t kHeapLimitKib = 16 * 1024;

// What a match needs besides the code; one for each thread, since matching writes into it.
class Scratch {
 public:
  Scratch() : data_(pcre2_match_data_create(1, nullptr)), context_(pcre2_match_context_create(nullptr)) {
    if (context_ == nullptr) return;
    pcre2_set_match_limit(context_, kMatchLimit);
    pcre2_set_depth_limit(context_, kDepthLimit);
    pcre2_set_heap_limit(context_, kHeapLimitKib);
  }
  ~Scratch() {
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  bool usable() const { return data_ != nullptr && context_ != nullptr; }
  pcre2_match_data* data() const { return data_; }
  pcre2_match_context* context() const { return context_; }

 private:
  pcre2_match_data* data_;
  pcre2_match_context* context_;
};

std::optional<std::string> ExactLiteralOf(std::string_view pattern) {
  if (pattern.size() < 2 || pattern.front() != '^' || pattern.back() != '$') return std::nullopt;
  pattern = pattern.substr(1, pattern.size() - 2);
  std::string literal;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '\\') {
      if (i + 1 == pattern.size() || std::string_view(".$^-_/:@<").find(pattern[i + 1]) == std::string_view::npos)
        return std::nullopt;
      c = pattern[++i];
    } else if (std::string_view("^$.[]|()?*+{}#").find(c) != std::string_view::npos) {
      return std::nullopt;
    }
    literal += AsciiLower(c);
  }
  return literal;
}

}  // namespace

struct Pcre2Regex::Code {
  explicit Code(pcre2_code* code) : compiled(code) {}
  ~Code() { pcre2_code_free(compiled); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  pcre2_code* compiled;
};

Result<Pcre2Regex> Pcre2Regex::Compile(std::string_view pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* compiled = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), 0, &error, &offset, nullptr);
  if (compiled == nullptr) {
    std::array<PCRE2_UCHAR, 256> text{};
    pcre2_get_error_message(error, text.data(), text.size());
    return Status(trailsift::Code::kInvalid, std::string(reinterpret_cast<const char*>(text.data())) + " at byte " +
                                                 std::to_string(offset + 1) + " of the pattern");
  }
  // Without JIT (refused by the system, or no memory for it) matching is slower and otherwise the same.
  pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
  Pcre2Regex regex;
  regex.code_ = std::make_shared<const Code>(compiled);
  regex.exact_literal_ = ExactLiteralOf(pattern);
  return regex;
}

bool Pcre2Regex::Holds(std::string_view text) const {
  thread_local const Scratch scratch;
  if (!scratch.usable()) return false;
  // PCRE2 wants a pointer also for nothing.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  const auto match = [&](std::uint32_t options) {
    return pcre2_match(code_->compiled, reinterpret_cast<PCRE2_SPTR>(bytes), text.size(), 0, options, scratch.data(),
                       scratch.context());
  };
  int result = match(0);
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = match(PCRE2_NO_JIT);
  return result >= 0;
}

}  // namespace trailsift
