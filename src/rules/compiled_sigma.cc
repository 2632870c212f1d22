#include "rules/compiled_sigma.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/case_fold.h"

namespace trailsift {
namespace {

// By field: values, or texts, one of which the field must have for the rule to hold.
using Needs = std::map<std::string, std::set<std::string>, std::less<>>;
struct Needed {
  Needs values;
  Needs texts;
};

// Both are needed: of a field that both name the shorter list says more.
void Both(Needs& needs, Needs&& more) {
  for (auto& [field, texts] : more) {
    const auto [known, is_new] = needs.try_emplace(field, texts);
    if (!is_new && texts.size() < known->second.size()) known->second = std::move(texts);
  }
}

// One of them is: a field is needed when all name it.
void Either(Needs& needs, const Needs& other) {
  std::erase_if(needs, [&](const auto& need) { return !other.contains(need.first); });
  for (auto& [field, texts] : needs) texts.insert(other.at(field).begin(), other.at(field).end());
}

template <typename Parts, typename NeededOf>
Needed AllOf(const Parts& parts, NeededOf needed_of) {
  Needed needed;
  for (const auto& part : parts) {
    Needed more = needed_of(part);
    Both(needed.values, std::move(more.values));
    Both(needed.texts, std::move(more.texts));
  }
  return needed;
}

template <typename Parts, typename NeededOf>
Needed AnyOf(const Parts& parts, NeededOf needed_of) {
  Needed needed;
  bool first = true;
  for (const auto& part : parts) {
    Needed other = needed_of(part);
    if (std::exchange(first, false)) {
      needed = std::move(other);
      continue;
    }
    Either(needed.values, other.values);
    Either(needed.texts, other.texts);
  }
  return needed;
}

Needed NeededBy(const std::string& field, const SigmaTest& test) {
  Needed needed;
  const auto* pattern = std::get_if<SigmaPattern>(&test);
  if (pattern == nullptr) return needed;
  const std::optional<std::string_view> exact = pattern->Exact();
  const std::optional<std::string_view> text = exact ? exact : pattern->Substring();
  if (exact) needed.values[field].emplace(*exact);
  // The scan works on bytes, which is what folded ASCII is.
  if (text && !text->empty() && IsAscii(*text)) needed.texts[field].emplace(*text);
  return needed;
}

Needed NeededBy(const SigmaItem& item) {
  if (item.negate || item.field.empty()) return {};
  const auto of_value = [&](const SigmaAlternatives& value) {
    return AnyOf(value, [&](const SigmaTest& test) { return NeededBy(item.field, test); });
  };
  return item.all ? AllOf(item.values, of_value) : AnyOf(item.values, of_value);
}

Needed NeededBy(const SigmaRule& rule, const SigmaCondition& condition) {
  const auto of_part = [&](const SigmaCondition& part) { return NeededBy(rule, part); };
  switch (condition.kind) {
    case SigmaCondition::Kind::kSearch:
      return AnyOf(rule.searches[condition.search].maps, [](const std::vector<SigmaItem>& items) {
        return AllOf(items, [](const SigmaItem& item) { return NeededBy(item); });
      });
    case SigmaCondition::Kind::kNot: return {};
    case SigmaCondition::Kind::kAnd: return AllOf(condition.parts, of_part);
    case SigmaCondition::Kind::kOr: return AnyOf(condition.parts, of_part);
  }
  return {};
}

}  // namespace

class SigmaCompiler {
 public:
  explicit SigmaCompiler(CompiledSigma& out) : out_(out) {}

  void Compile(const std::vector<std::unique_ptr<const SigmaRule>>& rules) {
    std::vector<Needed> needed;
    // How many distinct values the rules ask of each field: the more, the fewer candidates are left.
    std::map<std::string, std::set<std::string>> asked;
    for (const auto& rule : rules) {
      out_.rules_.push_back({rule.get(), Compile(*rule, rule->condition)});
      needed.push_back(NeededBy(*rule, rule->condition));
      for (const auto& [field, values] : needed.back().values) asked[field].insert(values.begin(), values.end());
    }
    for (std::uint32_t rule = 0; rule < needed.size(); ++rule) {
      const auto best = std::max_element(needed[rule].values.begin(), needed[rule].values.end(), [&](const auto& a, const auto& b) {
        return asked.at(a.first).size() < asked.at(b.first).size();
      });
      if (best != needed[rule].values.end()) PlaceByValue(best->first, best->second, rule);
      else if (!PlaceByText(needed[rule].texts, rule)) out_.always_.push_back(rule);
    }
    for (Texts& texts : texts_) out_.by_text_.push_back({texts.field, LiteralScan(texts.literals), std::move(texts.rules)});
  }

 private:
  struct Texts {
    std::uint32_t field = 0;
    std::size_t bytes = 0;
    std::vector<std::string> literals;
    std::vector<std::uint32_t> rules;
  };

  std::uint32_t FieldNumber(const std::string& field) {
    const auto next = static_cast<std::uint32_t>(out_.fields_.size());
    const auto [known, is_new] = field_numbers_.try_emplace(field, next);
    if (is_new) out_.fields_.push_back(field);
    return known->second;
  }

  std::uint32_t ItemNumber(const SigmaItem& item) {
    const auto next = static_cast<std::uint32_t>(out_.items_.size());
    const auto [known, is_new] = item_numbers_.try_emplace(item.written, next);
    if (!is_new) return known->second;
    CompiledSigmaItem compiled;
    compiled.item = &item;
    if (!item.field.empty()) compiled.field = FieldNumber(item.field);
    for (const SigmaAlternatives& value : item.values)
      for (const SigmaTest& test : value)
        if (const auto* reference = std::get_if<SigmaFieldRef>(&test))
          compiled.other_fields.push_back(FieldNumber(reference->field));
    out_.items_.push_back(std::move(compiled));
    return next;
  }

  static SigmaNode Join(SigmaNode::Kind kind, std::vector<SigmaNode> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    return {kind, 0, std::move(parts)};
  }

  SigmaNode Compile(const SigmaRule& rule, const SigmaCondition& condition) {
    if (condition.kind == SigmaCondition::Kind::kSearch) return Compile(rule.searches[condition.search]);
    std::vector<SigmaNode> parts;
    for (const SigmaCondition& part : condition.parts) parts.push_back(Compile(rule, part));
    if (condition.kind == SigmaCondition::Kind::kNot) return {SigmaNode::Kind::kNot, 0, std::move(parts)};
    return Join(condition.kind == SigmaCondition::Kind::kAnd ? SigmaNode::Kind::kAnd : SigmaNode::Kind::kOr, std::move(parts));
  }

  SigmaNode Compile(const SigmaSearch& search) {
    std::vector<SigmaNode> maps;
    for (const std::vector<SigmaItem>& items : search.maps) {
      std::vector<SigmaNode> nodes;
      for (const SigmaItem& item : items) nodes.push_back({SigmaNode::Kind::kItem, ItemNumber(item), {}});
      maps.push_back(Join(SigmaNode::Kind::kAnd, std::move(nodes)));
    }
    return Join(SigmaNode::Kind::kOr, std::move(maps));
  }

  void PlaceByValue(const std::string& field, const std::set<std::string>& values, std::uint32_t rule) {
    const std::uint32_t number = FieldNumber(field);
    auto index = std::find_if(out_.by_value_.begin(), out_.by_value_.end(), [&](const auto& by) { return by.field == number; });
    if (index == out_.by_value_.end()) index = out_.by_value_.insert(index, {number, 0, {}});
    for (const std::string& value : values) {
      index->rules[value].push_back(rule);
      index->longest = std::max(index->longest, value.size());
    }
  }

  // Under the field whose texts are longest where they are shortest.
  bool PlaceByText(const Needs& needs, std::uint32_t rule) {
    const auto shortest = [](const std::set<std::string>& texts) {
      std::size_t size = SIZE_MAX;
      for (const std::string& text : texts) size = std::min(size, text.size());
      return size;
    };
    const auto best = std::max_element(needs.begin(), needs.end(),
                                       [&](const auto& a, const auto& b) { return shortest(a.second) < shortest(b.second); });
    if (best == needs.end()) return false;
    const std::uint32_t field = FieldNumber(best->first);
    auto texts = std::find_if(texts_.begin(), texts_.end(), [&](const Texts& known) { return known.field == field; });
    if (texts == texts_.end()) texts = texts_.insert(texts, Texts{field, 0, {}, {}});
    std::size_t bytes = texts->bytes;
    for (const std::string& text : best->second) bytes += text.size();
    if (bytes > LiteralScan::kMaxBytes) return false;
    texts->bytes = bytes;
    for (const std::string& text : best->second) {
      texts->literals.push_back(text);
      texts->rules.push_back(rule);
    }
    return true;
  }

  CompiledSigma& out_;
  std::unordered_map<std::string, std::uint32_t> field_numbers_;
  std::unordered_map<std::string, std::uint32_t> item_numbers_;
  std::vector<Texts> texts_;
};

CompiledSigma::CompiledSigma(const std::vector<std::unique_ptr<const SigmaRule>>& rules) { SigmaCompiler(*this).Compile(rules); }

}  // namespace trailsift
