#include "rules/sigma_pattern.h"

#include <algorithm>

#include "base/case_fold.h"

namespace trailsift {
namespace {

// Signs within a pattern: bytes that UTF-8 never has.
constexpr char kAny = '\xfe';
constexpr char kOne = '\xff';
constexpr char kDash = '\xfd';

bool IsSign(char c) { return c == kAny || c == kOne || c == kDash; }

constexpr std::string_view kDashes[] = {"-", "/", "–", "—", "―"};

// Bytes of the dash at the beginning; 0 where there is none.
std::size_t DashSize(std::string_view text) {
  for (const std::string_view dash : kDashes)
    if (text.substr(0, dash.size()) == dash) return dash.size();
  return 0;
}

std::size_t CharacterSize(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0u) == 0x80) ++size;
  return size;
}

std::string Signs(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '*') {
      if (out.empty() || out.back() != kAny) out += kAny;
    } else if (c == '?') {
      out += kOne;
    } else {
      const bool escapes = c == '\\' && i + 1 < text.size() && std::string_view("\\*?").find(text[i + 1]) != std::string_view::npos;
      out += escapes ? text[++i] : c;
    }
  }
  return out;
}

std::string WithDashes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t dash = DashSize(text);
    if (dash > 0) out += kDash;
    else out += text.front();
    text.remove_prefix(std::max<std::size_t>(dash, 1));
  }
  return out;
}

// Goes back to the last `*` alone, so the work is the product of the sizes at most.
bool MatchGlob(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (in < text.size()) {
    std::size_t taken = 0;
    if (at < pattern.size() && pattern[at] == kAny) {
      star = at++;
      resume = in;
      continue;
    }
    if (at < pattern.size()) {
      const std::string_view rest = text.substr(in);
      if (pattern[at] == kOne) taken = CharacterSize(rest);
      else if (pattern[at] == kDash) taken = DashSize(rest);
      else taken = pattern[at] == text[in] ? 1 : 0;
    }
    if (taken > 0) {
      ++at;
      in += taken;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      resume += CharacterSize(text.substr(resume));
      in = resume;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == kAny) ++at;
  return at == pattern.size();
}

}  // namespace

SigmaPattern SigmaPattern::Parse(std::string_view text, const Options& options) { return Make(Signs(text), options); }

SigmaPattern SigmaPattern::Plain(std::string_view text, const Options& options) { return Make(std::string(text), options); }

SigmaPattern SigmaPattern::Make(std::string signs, const Options& options) {
  SigmaPattern pattern;
  pattern.cased_ = options.cased;
  if (!options.cased) signs = FoldCase(signs);
  if (options.any_dash) signs = WithDashes(signs);
  const bool open_front = options.where == SigmaWhere::kEnd || options.where == SigmaWhere::kAnywhere;
  const bool open_back = options.where == SigmaWhere::kStart || options.where == SigmaWhere::kAnywhere;
  if (open_front && (signs.empty() || signs.front() != kAny)) signs.insert(signs.begin(), kAny);
  if (open_back && (signs.empty() || signs.back() != kAny)) signs += kAny;

  std::string_view bare = signs;
  const bool front = !bare.empty() && bare.front() == kAny;
  if (front) bare.remove_prefix(1);
  const bool back = !bare.empty() && bare.back() == kAny;
  if (back) bare.remove_suffix(1);
  if (std::any_of(bare.begin(), bare.end(), IsSign)) {
    pattern.shape_ = Shape::kGlob;
    pattern.text_ = std::move(signs);
    return pattern;
  }
  pattern.shape_ = front && back ? Shape::kContains : front ? Shape::kSuffix : back ? Shape::kPrefix : Shape::kEqual;
  pattern.text_ = std::string(bare);
  return pattern;
}

bool SigmaPattern::Holds(std::string_view value) const { return HoldsFolded(cased_ ? std::string(value) : FoldCase(value)); }

bool SigmaPattern::HoldsFolded(std::string_view value) const {
  switch (shape_) {
    case Shape::kEqual: return value == text_;
    case Shape::kPrefix: return value.starts_with(text_);
    case Shape::kSuffix: return value.ends_with(text_);
    case Shape::kContains: return value.find(text_) != std::string_view::npos;
    case Shape::kGlob: return MatchGlob(text_, value);
  }
  return false;
}

std::optional<std::string_view> SigmaPattern::Exact() const {
  return shape_ == Shape::kEqual && !cased_ ? std::optional<std::string_view>(text_) : std::nullopt;
}

std::optional<std::string_view> SigmaPattern::Substring() const {
  return shape_ == Shape::kContains && !cased_ ? std::optional<std::string_view>(text_) : std::nullopt;
}

std::optional<std::string> SigmaPlainText(std::string_view text) {
  std::string signs = Signs(text);
  if (std::any_of(signs.begin(), signs.end(), IsSign)) return std::nullopt;
  return signs;
}

}  // namespace trailsift
