#define PCRE2_CODE_UNIT_WIDTH 8
#include "config/discard_regex.h"

#include <pcre2.h>

#include <utility>

namespace trailsift {
namespace {

constexpr std::size_t kLongestPattern = 20480;
// Enough for any sane pattern on a record of megabytes; a catastrophic one ends within tens of milliseconds.
constexpr std::uint32_t kMatchLimit = 1000000;
constexpr std::uint32_t kHeapLimitKib = 16384;

// What a match writes; one a thread, since a pattern is shared.
struct Scratch {
  Scratch() : data(pcre2_match_data_create(1, nullptr)), context(pcre2_match_context_create(nullptr)) {
    if (context == nullptr) return;
    pcre2_set_match_limit(context, kMatchLimit);
    pcre2_set_heap_limit(context, kHeapLimitKib);
  }
  ~Scratch() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  pcre2_match_data* data;
  pcre2_match_context* context;
};

}  // namespace

struct DiscardRegex::Pattern {
  explicit Pattern(pcre2_code* compiled) : code(compiled) {}
  ~Pattern() { pcre2_code_free(code); }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  pcre2_code* code;
};

DiscardRegex::DiscardRegex(std::string field, std::string text, std::unique_ptr<const Pattern> pattern)
    : field_(std::move(field)), text_(std::move(text)), pattern_(std::move(pattern)) {}
DiscardRegex::DiscardRegex(DiscardRegex&&) noexcept = default;
DiscardRegex& DiscardRegex::operator=(DiscardRegex&&) noexcept = default;
DiscardRegex::~DiscardRegex() = default;

Result<DiscardRegex> DiscardRegex::Compile(std::string field, std::string text) {
  if (text.size() > kLongestPattern)
    return Status(Code::kInvalid, "the pattern is longer than " + std::to_string(kLongestPattern) + " bytes");
  // ALT_BSUX reads \u0041 and \x41 as Python does.
  constexpr std::uint32_t kOptions =
      PCRE2_ANCHORED | PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_ALT_BSUX | PCRE2_NEVER_BACKSLASH_C;
  int code = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* compiled = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), kOptions, &code, &offset, nullptr);
  if (compiled == nullptr) {
    PCRE2_UCHAR message[256] = {};
    pcre2_get_error_message(code, message, sizeof message);
    return Status(Code::kInvalid, std::string(reinterpret_cast<const char*>(message)) + " at byte " + std::to_string(offset + 1));
  }
  auto pattern = std::make_unique<const Pattern>(compiled);
  // Without JIT (refused memory, other machine) the interpreter gives the same answers.
  pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
  return DiscardRegex(std::move(field), std::move(text), std::move(pattern));
}

bool DiscardRegex::Matches(std::string_view value) const {
  static thread_local const Scratch scratch;
  if (scratch.data == nullptr || scratch.context == nullptr) return false;
  static constexpr char kEmpty[] = "";
  const char* subject = value.data() == nullptr ? kEmpty : value.data();
  return pcre2_match(pattern_->code, reinterpret_cast<PCRE2_SPTR>(subject), value.size(), 0, 0, scratch.data, scratch.context) >= 0;
}

}  // namespace trailsift
