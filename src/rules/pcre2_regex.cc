#define PCRE2_CODE_UNIT_WIDTH 8
#include "rules/pcre2_regex.h"

#include <pcre2.h>

#include <array>
#include <utility>

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

// Reads `^…$` made of literal text and of groups of literal texts, one level deep: `^(?:Put|Delete)BucketPolicy$`.
class ExactReader {
 public:
  explicit ExactReader(std::string_view pattern) : text_(pattern) {}

  std::optional<std::vector<std::string>> Read() {
    if (text_.substr(0, 4) == "(?i)") text_.remove_prefix(4);
    if (text_.size() < 2 || text_.front() != '^' || text_.back() != '$') return std::nullopt;
    text_ = text_.substr(1, text_.size() - 2);
    std::vector<std::string> texts{""};
    while (at_ < text_.size()) {
      std::vector<std::string> choices;
      if (text_[at_] == '(') {
        if (!Group(choices)) return std::nullopt;
      } else {
        choices.emplace_back();
        if (!Literal(choices.back()) || choices.back().empty()) return std::nullopt;
      }
      if (texts.size() * choices.size() > kMostTexts) return std::nullopt;
      std::vector<std::string> longer;
      for (const std::string& text : texts)
        for (const std::string& choice : choices) longer.push_back(text + choice);
      texts = std::move(longer);
    }
    return texts;
  }

 private:
  static constexpr std::size_t kMostTexts = 256;

  bool Group(std::vector<std::string>& choices) {
    ++at_;
    if (text_.substr(at_, 2) == "?:") at_ += 2;
    while (true) {
      choices.emplace_back();
      if (!Literal(choices.back()) || at_ == text_.size()) return false;
      const char end = text_[at_++];
      if (end == ')') return true;
      if (end != '|') return false;
    }
  }

  // Up to a sign that parts literals; false at any other sign of the language.
  bool Literal(std::string& literal) {
    for (; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '(' || c == ')' || c == '|') return true;
      if (c == '\\') {
        if (at_ + 1 == text_.size() || std::string_view(".$^-_/:@<").find(text_[at_ + 1]) == std::string_view::npos) return false;
        c = text_[++at_];
      } else if (std::string_view("^$.[]?*+{}#").find(c) != std::string_view::npos) {
        return false;
      }
      literal += AsciiLower(c);
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

struct Pcre2Regex::Code {
  explicit Code(pcre2_code* code) : compiled(code) {}
  ~Code() { pcre2_code_free(compiled); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  pcre2_code* compiled;
};

Result<Pcre2Regex> Pcre2Regex::Compile(std::string_view pattern, const Options& options) {
  std::uint32_t flags = options.utf ? PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF : 0;
  if (options.caseless) flags |= PCRE2_CASELESS;
  if (options.multiline) flags |= PCRE2_MULTILINE;
  if (options.dotall) flags |= PCRE2_DOTALL;
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* compiled =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), flags, &error, &offset, nullptr);
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
  regex.exact_literals_ = ExactReader(pattern).Read();
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
