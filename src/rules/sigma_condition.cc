#include "rules/sigma_condition.h"

#include <algorithm>

#include "base/suggest.h"
#include "rules/ascii.h"

namespace trailsift {
namespace {

constexpr int kMaxDepth = 50;

class ConditionParser {
 public:
  ConditionParser(std::string_view text, const std::vector<SigmaSearch>& searches, std::vector<bool>& used)
      : searches_(searches), used_(used) {
    for (std::size_t i = 0; i < text.size();) {
      if (IsBlank(text[i])) {
        ++i;
        continue;
      }
      std::size_t end = i + 1;
      if (text[i] != '(' && text[i] != ')' && text[i] != '|')
        while (end < text.size() && !IsBlank(text[end]) && std::string_view("()|").find(text[end]) == std::string_view::npos) ++end;
      words_.push_back(text.substr(i, end - i));
      i = end;
    }
  }

  Result<SigmaCondition> Parse() {
    if (words_.empty()) return Fault("the condition is empty", "name a search, for example `condition: selection`");
    if (std::find(words_.begin(), words_.end(), "|") != words_.end())
      return Fault("the condition uses the old aggregation behind `|`", "Sigma 2 counts with a correlation document");
    for (const std::string_view word : words_)
      for (const std::string_view name : {"AND", "OR", "NOT", "OF", "ALL", "THEM"})
        if (word == name && SearchNamed(word) == searches_.size())
          return Fault("`" + std::string(word) + "` in the condition", "operators are written in lower case: and, or, not, of");
    Result<SigmaCondition> condition = Or(0);
    if (!condition.ok() || at_ == words_.size()) return condition;
    if (words_[at_] == ")") return Fault("a `)` in the condition that nothing opens");
    return Fault("`" + std::string(words_[at_]) + "` follows in the condition without an operator",
                 "write and, or, not between searches");
  }

 private:
  static Status Fault(const std::string& what, const std::string& hint = "") {
    return {Code::kInvalid, hint.empty() ? what : what + '\n' + hint};
  }

  bool Take(std::string_view word) {
    if (at_ == words_.size() || words_[at_] != word) return false;
    ++at_;
    return true;
  }

  Result<SigmaCondition> Or(int depth) { return Chain("or", SigmaCondition::Kind::kOr, depth); }

  // What `word` joins.
  Result<SigmaCondition> Chain(std::string_view word, SigmaCondition::Kind kind, int depth) {
    std::vector<SigmaCondition> parts;
    do {
      Result<SigmaCondition> part =
          kind == SigmaCondition::Kind::kOr ? Chain("and", SigmaCondition::Kind::kAnd, depth) : Not(depth);
      if (!part.ok()) return part;
      parts.push_back(std::move(part).value());
    } while (Take(word));
    return Join(kind, std::move(parts));
  }

  static SigmaCondition Join(SigmaCondition::Kind kind, std::vector<SigmaCondition> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    return {kind, 0, std::move(parts)};
  }

  Result<SigmaCondition> Not(int depth) {
    if (depth > kMaxDepth) return Fault("the condition is nested deeper than 50 levels");
    if (!Take("not")) return Single(depth);
    Result<SigmaCondition> negated = Not(depth + 1);
    if (!negated.ok()) return negated;
    SigmaCondition condition{SigmaCondition::Kind::kNot, 0, {}};
    condition.parts.push_back(std::move(negated).value());
    return condition;
  }

  Result<SigmaCondition> Single(int depth) {
    if (at_ == words_.size()) return Fault("the condition ends where a search is missing");
    if (Take("(")) {
      Result<SigmaCondition> inner = Or(depth + 1);
      if (inner.ok() && !Take(")")) return Fault("a `(` in the condition that nothing closes");
      return inner;
    }
    const std::string_view word = words_[at_++];
    if (at_ < words_.size() && words_[at_] == "of") {
      ++at_;
      return Of(word);
    }
    if (word == ")" || word == "and" || word == "or" || word == "of")
      return Fault("`" + std::string(word) + "` stands in the condition where a search is missing");
    const std::size_t search = SearchNamed(word);
    if (search == searches_.size()) {
      std::vector<std::string_view> names;
      for (const SigmaSearch& known : searches_) names.emplace_back(known.name);
      const bool pattern = word.find('*') != std::string_view::npos;
      return Fault(
          "the condition names `" + std::string(word) + "`, which `detection` lacks",
          pattern ? "write `1 of " + std::string(word) + "` or `all of " + std::string(word) + "`" : DidYouMean(word, names));
    }
    used_[search] = true;
    return SigmaCondition{SigmaCondition::Kind::kSearch, search, {}};
  }

  // Behind `1 of` or `all of`.
  Result<SigmaCondition> Of(std::string_view quantity) {
    if (quantity != "1" && quantity != "any" && quantity != "all")
      return Fault("`" + std::string(quantity) + " of` in the condition", "Sigma knows `1 of` and `all of`");
    if (at_ == words_.size() || words_[at_] == "(" || words_[at_] == ")")
      return Fault("`of` in the condition without what it is of", "write `them`, or a name with `*`");
    const std::string_view pattern = words_[at_++];
    const SigmaPattern wanted = SigmaPattern::Parse(pattern == "them" ? "*" : pattern, {SigmaWhere::kWhole, true});
    std::vector<SigmaCondition> parts;
    for (std::size_t i = 0; i < searches_.size(); ++i) {
      const std::string& name = searches_[i].name;
      // By convention these are for use by their own name alone.
      if (name.starts_with('_') && !pattern.starts_with('_')) continue;
      if (!wanted.Holds(name)) continue;
      used_[i] = true;
      parts.push_back({SigmaCondition::Kind::kSearch, i, {}});
    }
    if (parts.empty()) return Fault("`of " + std::string(pattern) + "` in the condition meets no search");
    return Join(quantity == "all" ? SigmaCondition::Kind::kAnd : SigmaCondition::Kind::kOr, std::move(parts));
  }

  std::size_t SearchNamed(std::string_view name) const {
    const auto found =
        std::find_if(searches_.begin(), searches_.end(), [&](const SigmaSearch& search) { return search.name == name; });
    return static_cast<std::size_t>(found - searches_.begin());
  }

  const std::vector<SigmaSearch>& searches_;
  std::vector<bool>& used_;
  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
};

}  // namespace

Result<SigmaCondition> ParseSigmaCondition(std::string_view text, const std::vector<SigmaSearch>& searches,
                                           std::vector<bool>& used) {
  return ConditionParser(text, searches, used).Parse();
}

}  // namespace trailsift
