#include "rules/as_written.h"

#include "rules/ascii.h"

namespace trailsift {
namespace {

std::string TypeName(ExpressionType type) {
  switch (type) {
    case ExpressionType::kOsMatch: return "osmatch";
    case ExpressionType::kOsRegex: return "osregex";
    case ExpressionType::kPcre2: return "pcre2";
    case ExpressionType::kExact: return "exact";
    case ExpressionType::kAddresses: return "addresses";
  }
  return "";
}

std::string LookupName(ListLookup lookup) {
  switch (lookup) {
    case ListLookup::kMatchKey: return "match_key";
    case ListLookup::kNotMatchKey: return "not_match_key";
    case ListLookup::kMatchKeyValue: return "match_key_value";
    case ListLookup::kAddressMatchKey: return "address_match_key";
    case ListLookup::kNotAddressMatchKey: return "not_address_match_key";
    case ListLookup::kAddressMatchKeyValue: return "address_match_key_value";
  }
  return "";
}

// The pattern language of an element that names none.
std::string OwnType(const std::string& element) {
  if (element == "field" || element == "regex") return "osregex";
  if (element == "action" || element == "decoded_as") return "exact";
  if (element == "srcip" || element == "dstip") return "addresses";
  return "osmatch";
}

void AppendAttribute(const char* name, const std::string& value, std::string& out) {
  if (value.empty()) return;
  out += ' ';
  out += name;
  out += "=\"" + value + '"';
}

}  // namespace

std::string WrittenTest::ToXml() const {
  if (element == "maxsize") return "maxsize=\"" + text + '"';
  std::string out = '<' + element;
  AppendAttribute(element == "list" ? "field" : "name", field, out);
  AppendAttribute("lookup", lookup, out);
  AppendAttribute("check_value", check_value, out);
  if (type != OwnType(element)) AppendAttribute("type", type, out);
  if (negate) AppendAttribute("negate", "yes", out);
  return out + '>' + text + "</" + element + '>';
}

WrittenTest Written(const Condition& condition) {
  WrittenTest written;
  written.element = condition.element;
  if (condition.subject == Condition::Subject::kField) written.field = condition.name;
  written.type = TypeName(condition.expression.type());
  written.negate = condition.expression.negate();
  written.text = condition.expression.pattern();
  written.place = condition.place;
  return written;
}

WrittenTest Written(const ListCondition& condition) {
  WrittenTest written;
  written.element = "list";
  written.field = condition.name;
  written.lookup = LookupName(condition.lookup);
  written.check_value = condition.check_value.pattern();
  written.text = condition.list_name;
  written.place = condition.place;
  return written;
}

WrittenTest WrittenLimit(const Rule& rule, const std::string& element) {
  WrittenTest written;
  written.element = element;
  written.place = rule.place;
  if (element == "maxsize") written.text = std::to_string(rule.max_size);
  else if (element == "time" && rule.time) written.text = rule.time->text();
  else if (element == "weekday" && rule.weekdays) written.text = rule.weekdays->text();
  return written;
}

std::vector<WrittenTest> WrittenTests(const Rule& rule) {
  std::vector<WrittenTest> tests;
  for (const Condition& condition : rule.conditions) tests.push_back(Written(condition));
  for (const ListCondition& condition : rule.lists) tests.push_back(Written(condition));
  if (rule.max_size > 0) tests.push_back(WrittenLimit(rule, "maxsize"));
  if (rule.time) tests.push_back(WrittenLimit(rule, "time"));
  if (rule.weekdays) tests.push_back(WrittenLimit(rule, "weekday"));
  return tests;
}

}  // namespace trailsift
