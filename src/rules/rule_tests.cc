// The elements of <rule> that test a value of the event.
#include <algorithm>
#include <array>

#include "base/suggest.h"
#include "rules/ascii.h"
#include "rules/rule_checker.h"

namespace trailsift {
namespace {

struct TestKind {
  std::string_view element;
  Condition::Subject subject;
  ExpressionType type;
  int rank;  // Wazuh tests in this order
};

constexpr int kDecoderRank = 0;
constexpr int kFieldRank = 10;
constexpr int kAddressRank = 11;

constexpr std::array<TestKind, 18> kTests = {{
    {"program_name", Condition::Subject::kStatic, ExpressionType::kOsMatch, 1},
    {"id", Condition::Subject::kStatic, ExpressionType::kOsMatch, 2},
    {"system_name", Condition::Subject::kStatic, ExpressionType::kOsMatch, 3},
    {"protocol", Condition::Subject::kStatic, ExpressionType::kOsMatch, 4},
    {"match", Condition::Subject::kLog, ExpressionType::kOsMatch, 5},
    {"regex", Condition::Subject::kLog, ExpressionType::kOsRegex, 6},
    {"action", Condition::Subject::kStatic, ExpressionType::kExact, 7},
    {"url", Condition::Subject::kStatic, ExpressionType::kOsMatch, 8},
    {"location", Condition::Subject::kLocation, ExpressionType::kOsMatch, 9},
    {"srcport", Condition::Subject::kStatic, ExpressionType::kOsMatch, 12},
    {"dstport", Condition::Subject::kStatic, ExpressionType::kOsMatch, 13},
    {"user", Condition::Subject::kStatic, ExpressionType::kOsMatch, 14},
    {"srcgeoip", Condition::Subject::kStatic, ExpressionType::kOsMatch, 15},
    {"dstgeoip", Condition::Subject::kStatic, ExpressionType::kOsMatch, 16},
    {"data", Condition::Subject::kStatic, ExpressionType::kOsMatch, 17},
    {"extra_data", Condition::Subject::kStatic, ExpressionType::kOsMatch, 18},
    {"hostname", Condition::Subject::kStatic, ExpressionType::kOsMatch, 19},
    {"status", Condition::Subject::kStatic, ExpressionType::kOsMatch, 20},
}};

int RankOf(const Condition& condition) {
  if (condition.subject == Condition::Subject::kDecoder) return kDecoderRank;
  if (condition.subject == Condition::Subject::kField) return kFieldRank;
  for (const TestKind& kind : kTests) {
    if (condition.subject == kind.subject && condition.subject == Condition::Subject::kStatic && condition.name == kind.element)
      return kind.rank;
    if (condition.subject == kind.subject && condition.subject == Condition::Subject::kLocation) return kind.rank;
  }
  return condition.subject == Condition::Subject::kLog ? 5 : kAddressRank;
}

const std::vector<std::string_view> kLookups = {"match_key",         "not_match_key",         "match_key_value",
                                                "address_match_key", "not_address_match_key", "address_match_key_value"};

bool IsStaticName(std::string_view name) {
  static const std::unordered_set<std::string_view> names = {
      "srcip", "dstip", "srcgeoip", "dstgeoip",   "srcport", "dstport",  "user",        "srcuser", "dstuser",
      "url",   "id",    "data",     "extra_data", "status",  "protocol", "system_name", "action"};
  return names.contains(name);
}

// What an element says of itself: the attribute's value, or nothing.
const std::string* FindAttribute(const XmlNode& node, std::string_view name) {
  for (const auto& [key, value] : node.attributes)
    if (AsciiEqual(key, name)) return &value;
  return nullptr;
}

}  // namespace

void RuleChecker::ReadTypeAndNegate(const XmlNode& node, std::optional<ExpressionType>& type, bool& negate) {
  type.reset();
  negate = false;
  if (const std::string* value = FindAttribute(node, "type")) {
    static const std::vector<std::string_view> kTypes = {"osmatch", "osregex", "pcre2"};
    const std::string folded = AsciiLower(*value);
    if (folded == "osmatch") type = ExpressionType::kOsMatch;
    else if (folded == "osregex") type = ExpressionType::kOsRegex;
    else if (folded == "pcre2") type = ExpressionType::kPcre2;
    else Warning(node, "type=\"" + *value + "\" is no pattern language; the element's own is used", DidYouMean(*value, kTypes));
  }
  if (const std::string* value = FindAttribute(node, "negate")) {
    negate = AsciiEqual(*value, "yes");
    if (!negate && !AsciiEqual(*value, "no"))
      Warning(node, "negate=\"" + *value + "\" counts as \"no\"", "write \"yes\" or \"no\"");
  }
}

void RuleChecker::CheckField(const XmlNode& node) {
  const std::string* name = FindAttribute(node, "name");
  if (name == nullptr) return Error(node, "<field> needs a name", "write <field name=\"aws.eventName\">");
  if (IsStaticName(AsciiLower(*name)))
    return Error(node, "`" + *name + "` is one of Wazuh's fixed fields", "write <" + AsciiLower(*name) + "> instead of <field>");
  std::optional<ExpressionType> type;
  bool negate = false;
  ReadTypeAndNegate(node, type, negate);
  Result<Expression> expression = Expression::Compile(type.value_or(ExpressionType::kOsRegex), node.text, negate);
  if (!expression.ok()) return Error(node, "the pattern of <field name=\"" + *name + "\">: " + expression.status().message());
  draft_->rule->conditions.push_back({Condition::Subject::kField, *name, std::move(expression).value(), PlaceOf(node), "field"});
}

void RuleChecker::CheckList(const XmlNode& node) {
  const std::string* field = FindAttribute(node, "field");
  if (field == nullptr) return Error(node, "<list> needs a field", "write <list field=\"aws.eventName\" lookup=\"match_key\">");
  ListCondition condition;
  condition.name = *field;
  condition.place = PlaceOf(node);
  if (const std::string* lookup = FindAttribute(node, "lookup")) {
    const auto found = std::find(kLookups.begin(), kLookups.end(), std::string_view(*lookup));
    if (found == kLookups.end()) return Error(node, "lookup=\"" + *lookup + "\" is none", DidYouMean(*lookup, kLookups));
    condition.lookup = static_cast<ListLookup>(found - kLookups.begin());
  }
  if (const std::string* check = FindAttribute(node, "check_value")) {
    Result<Expression> expression = Expression::Compile(ExpressionType::kOsMatch, *check, false);
    if (expression.ok()) condition.check_value = std::move(expression).value();
  }
  const std::string name(TrimBlank(node.text));
  condition.list_name = name;
  const Result<const ValueList*> list = lists_.Find(name);
  if (!list.ok()) {
    if (list.status().code() != Code::kNotFound)
      return Error(node, "list `" + name + "` can't be read: " + list.status().message());
    dropped_ = true;
    return Warning(node, "list `" + name + "` is not there; rule " + draft_->rule->info.id + " is left out",
                   "put the file into a list folder");
  }
  condition.list = *list;
  draft_->rule->lists.push_back(std::move(condition));
}

void RuleChecker::CheckAddress(const XmlNode& node) {
  const bool source = AsciiEqual(node.name, "srcip");
  const Status added = (source ? source_addresses_ : target_addresses_).Add(node.text);
  if (!added.ok()) return Error(node, added.message(), "write 10.1.2.3 or 10.0.0.0/8");
  Glued& glued = Glue(node);
  glued.text += ' ';
  ReadTypeAndNegate(node, glued.type, glued.negate);
}

void RuleChecker::CheckTime(const XmlNode& node) {
  if (AsciiEqual(node.name, "time")) {
    Result<DayTime> time = DayTime::Parse(node.text);
    if (!time.ok()) return Error(node, time.status().message());
    draft_->rule->time = *time;
  } else {
    Result<Weekdays> weekdays = Weekdays::Parse(node.text);
    if (!weekdays.ok()) return Error(node, weekdays.status().message());
    draft_->rule->weekdays = *weekdays;
  }
}

void RuleChecker::CheckDecodedAs(const XmlNode& node) {
  const std::string name(TrimBlank(node.text));
  if (!decoders_.contains(name)) {
    std::vector<std::string_view> known(decoders_.begin(), decoders_.end());
    std::sort(known.begin(), known.end());
    if (!decoders_.contains("*")) return Error(node, "no decoder is called `" + name + "`", DidYouMean(name, known));
    Warning(node,
            "decoder `" + name + "` is not one of Wazuh's; here every event is decoded as json, so rule " + draft_->rule->info.id +
                " never holds",
            DidYouMean(name, known));
  }
  Result<Expression> expression = Expression::Compile(ExpressionType::kExact, name, false);
  auto& conditions = draft_->rule->conditions;
  std::erase_if(conditions, [](const Condition& condition) { return condition.subject == Condition::Subject::kDecoder; });
  conditions.push_back({Condition::Subject::kDecoder, "", std::move(expression).value(), PlaceOf(node), "decoded_as"});
}

void RuleChecker::FinishTests() {
  Rule& rule = *draft_->rule;
  for (const Glued& glued : glued_) {
    if (glued.element == "srcip" || glued.element == "dstip") {
      const AddressSet& addresses = glued.element == "srcip" ? source_addresses_ : target_addresses_;
      rule.conditions.push_back({Condition::Subject::kStatic, glued.element,
                                 Expression::Addresses(addresses, std::string(TrimBlank(glued.text)), glued.negate), glued.place,
                                 glued.element});
      continue;
    }
    const auto kind =
        std::find_if(kTests.begin(), kTests.end(), [&](const TestKind& test) { return test.element == glued.element; });
    if (kind == kTests.end()) continue;
    Result<Expression> expression = Expression::Compile(glued.type.value_or(kind->type), glued.text, glued.negate);
    if (!expression.ok()) {
      Fail(glued.place, "the pattern of <" + glued.element + ">: " + expression.status().message());
      continue;
    }
    const bool named = kind->subject == Condition::Subject::kStatic;
    rule.conditions.push_back(
        {kind->subject, named ? glued.element : "", std::move(expression).value(), glued.place, glued.element});
    if (glued.element == "srcgeoip" || glued.element == "dstgeoip") {
      rule.never_holds = true;
      diagnostics_.Warning(glued.place.file, glued.place.line, glued.place.column,
                           "<" + glued.element + "> needs a place database, so rule " + rule.info.id + " never holds");
    }
  }
  std::stable_sort(rule.conditions.begin(), rule.conditions.end(),
                   [](const Condition& a, const Condition& b) { return RankOf(a) < RankOf(b); });
}

}  // namespace trailsift
