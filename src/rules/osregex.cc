#include "rules/osregex.h"

#include <array>

#include "rules/ascii.h"

namespace trailsift {
namespace {

enum ClassBit : std::uint16_t {
  kDigit = 1,
  kWord = 2,
  kBlank = 4,
  kTab = 8,
  kPunct = 16,
  kNotDigit = 32,
  kNotWord = 64,
  kNotBlank = 128,
  kAny = 256,
};

constexpr std::array<std::uint16_t, 256> MakeTable() {
  std::array<std::uint16_t, 256> table{};
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    int bits = kAny;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bits |= IsDigit(c) ? kDigit : kNotDigit;
    bits |= letter || IsDigit(c) || c == '-' || c == '@' || c == '_' ? kWord : kNotWord;
    bits |= c == ' ' ? kBlank : kNotBlank;
    if (c == '\t') bits |= kTab;
    if (c != 0 && std::string_view("!\"#$%&'()*+,-.:;<=>?[]{|}").find(c) != std::string_view::npos) bits |= kPunct;
    table[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(bits);
  }
  return table;
}

constexpr std::array<std::uint16_t, 256> kClasses = MakeTable();

std::uint16_t ClassOf(char letter) {
  switch (letter) {
    case 'd': return kDigit;
    case 'D': return kNotDigit;
    case 'w': return kWord;
    case 'W': return kNotWord;
    case 's': return kBlank;
    case 'S': return kNotBlank;
    case 't': return kTab;
    case 'p': return kPunct;
    case '.': return kAny;
    default: return 0;
  }
}

// Where the next alternative begins, counted over escapes.
std::size_t FindBar(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') ++i;
    else if (pattern[i] == '|') return i;
  }
  return std::string_view::npos;
}

// A pattern of repeated classes can come back four deep at every byte; this many steps are more than any text of a real log takes.
constexpr std::size_t kMaxSteps = 4u << 20;

}  // namespace

Result<OsRegex> OsRegex::Compile(std::string_view pattern) {
  OsRegex regex;
  for (;;) {
    const std::size_t bar = FindBar(pattern);
    Result<Branch> branch = CompileBranch(pattern.substr(0, bar));
    if (!branch.ok()) return branch.status();
    regex.branches_.push_back(std::move(branch).value());
    if (bar == std::string_view::npos) return regex;
    pattern.remove_prefix(bar + 1);
  }
}

Result<OsRegex::Branch> OsRegex::CompileBranch(std::string_view piece) {
  Branch branch;
  if (!piece.empty() && piece.front() == '^') {
    branch.at_begin = true;
    piece.remove_prefix(1);
  }
  bool open = false;
  bool after_parenthesis = false;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char c = piece[i];
    if (c == '(' || c == ')') {
      if (c == '(' && open) return Status(Code::kInvalid, "a group inside a group");
      if (c == ')' && !open) return Status(Code::kInvalid, "`)` closes nothing");
      open = c == '(';
      if (after_parenthesis) branch.impossible = true;
      after_parenthesis = true;
      continue;
    }
    after_parenthesis = false;
    if (c == '$' && i + 1 == piece.size()) {
      branch.at_end = true;
      continue;
    }
    Token token;
    if (c != '\\') {
      token.literal = AsciiLower(c);
      branch.tokens.push_back(token);
      continue;
    }
    if (++i == piece.size()) return Status(Code::kInvalid, "a backslash at the end");
    token.classes = ClassOf(piece[i]);
    if (token.classes == 0) {
      if (std::string_view("()\\$|<").find(piece[i]) == std::string_view::npos)
        return Status(Code::kInvalid, std::string("no escape `\\") + piece[i] + "` in osregex");
      token.literal = piece[i];
    } else if (i + 1 < piece.size() && (piece[i + 1] == '+' || piece[i + 1] == '*')) {
      token.repeat = piece[++i] == '+' ? Repeat::kPlus : Repeat::kStar;
    }
    branch.tokens.push_back(token);
  }
  if (open) return Status(Code::kInvalid, "a group is not closed before the end of its alternative");
  if (branch.at_begin && branch.at_end) branch.whole = LiteralOf(branch);
  return branch;
}

bool OsRegex::Takes(const Token& token, char byte) {
  if (token.classes != 0) return (kClasses[static_cast<unsigned char>(byte)] & token.classes) != 0;
  return AsciiLower(byte) == token.literal;
}

bool OsRegex::Holds(std::string_view text) const {
  for (const Branch& branch : branches_)
    if (branch.whole ? AsciiEqual(*branch.whole, text) : Scan(branch, text)) return true;
  return false;
}

bool OsRegex::Scan(const Branch& branch, std::string_view text) {
  struct Saved {
    std::size_t token;
    std::size_t at;
  };
  constexpr std::size_t kNone = std::string_view::npos;
  if (branch.impossible) return false;
  const std::vector<Token>& tokens = branch.tokens;
  if (tokens.empty()) return !branch.at_end || text.empty();

  std::array<Saved, 4> saved{};
  std::size_t saved_count = 0;
  std::size_t token = 0;
  std::size_t at = 0;
  std::size_t first = kNone;  // where the current attempt began
  bool run = false;           // the repeated class at `token` has taken a byte
  for (std::size_t steps = 0; at < text.size(); ++steps) {
    if (steps == kMaxSteps) return false;
    if (token == tokens.size()) {
      if (!branch.at_end) return true;
    } else {
      const Token& now = tokens[token];
      const bool enough = now.repeat == Repeat::kStar || (now.repeat == Repeat::kPlus && run);
      if (Takes(now, text[at])) {
        if (now.repeat == Repeat::kOnce) {
          if (first == kNone) first = at;
          ++token;
          run = false;
        } else if (token + 1 == tokens.size()) {
          if (!branch.at_end) return true;
          run = true;
        } else if (enough && Takes(tokens[token + 1], text[at])) {
          if (saved_count < saved.size()) saved[saved_count++] = {token, at};
          run = tokens[token + 1].repeat != Repeat::kOnce;
          token += run ? 1 : 2;
        } else {
          run = true;
        }
        ++at;
        continue;
      }
      if (enough) {
        ++token;
        run = false;
        continue;
      }
    }
    run = false;
    if (saved_count > 0) {
      token = saved[--saved_count].token;
      at = saved[saved_count].at + 1;
      continue;
    }
    if (branch.at_begin) return false;
    if (first != kNone) at = first;
    first = kNone;
    token = 0;
    ++at;
  }
  while (token < tokens.size() && (tokens[token].repeat == Repeat::kStar || (tokens[token].repeat == Repeat::kPlus && run))) {
    ++token;
    run = false;
  }
  return token == tokens.size();
}

std::optional<std::string> OsRegex::LiteralOf(const Branch& branch) {
  if (branch.impossible) return std::nullopt;
  std::string literal;
  for (const Token& token : branch.tokens) {
    if (token.classes != 0) return std::nullopt;
    literal += token.literal;
  }
  return literal;
}

std::optional<std::vector<std::string>> OsRegex::ExactLiterals() const {
  std::vector<std::string> literals;
  for (const Branch& branch : branches_) {
    if (!branch.whole) return std::nullopt;
    literals.push_back(*branch.whole);
  }
  return literals;
}

std::optional<std::vector<std::string>> OsRegex::Substrings() const {
  std::vector<std::string> literals;
  for (const Branch& branch : branches_) {
    std::optional<std::string> literal = LiteralOf(branch);
    if (branch.at_begin || branch.at_end || !literal || literal->empty()) return std::nullopt;
    literals.push_back(std::move(*literal));
  }
  return literals;
}

}  // namespace trailsift
