#include "cli/logtest_explain.h"

#include <algorithm>
#include <string_view>

#include "base/json.h"

namespace trailsift {
namespace {

// A log can be long; who needs all of it has it in phase 1.
constexpr std::size_t kMaxShown = 200;

std::string Quoted(std::string_view value) {
  std::string out = "'";
  for (char c : value.substr(0, kMaxShown)) {
    if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\t') out += "\\t";
    else out += c;
  }
  return out + (value.size() > kMaxShown ? "…'" : "'");
}

std::string PlaceText(const Rule& rule) {
  if (rule.place.file.empty()) return "";
  return rule.place.file + ":" + std::to_string(rule.place.line);
}

// `89700 (level 12, rules/30-blinding.xml:12)`
std::string Named(const Rule& rule) {
  const std::string place = PlaceText(rule);
  return rule.info.id + " (level " + std::to_string(rule.info.level) + (place.empty() ? ")" : ", " + place + ")");
}

std::string MissingText(const WrittenTest& test) {
  if (test.element == "field" || test.element == "list") return "the event has no field " + test.field;
  if (test.element == "decoded_as") return "the event has no decoder";
  return "the event has no " + test.element;
}

std::string SawText(const ExplainedTest& test) {
  if (!test.value) return MissingText(test.written);
  if (test.written.element == "maxsize") return "the log has " + *test.value + " bytes";
  if (test.written.element == "time" || test.written.element == "weekday") return "it is " + *test.value;
  return "saw " + Quoted(*test.value);
}

std::string TargetsText(const Composite& composite) {
  return composite.by_group ? "events of rules in group `" + composite.matched + "`" : "events of rule " + composite.matched;
}

std::string CountText(const ExplainedRule& explained) {
  const Composite& composite = explained.rule->composite;
  std::string out = "counted " + std::to_string(explained.count->counted) + " of " + std::to_string(composite.count) + " " +
                    TargetsText(composite) + " within " + std::to_string(composite.timeframe / kSecond) + " s, this one included";
  if (explained.count->differing > 0) out += "; " + std::to_string(explained.count->differing) + " more differ in what it compares";
  if (explained.count->used_up) out += "; what lies before is used up by an alert of this level or a higher one";
  return out;
}

void AppendTests(const ExplainedRule& explained, std::string& out) {
  for (const ExplainedTest& test : explained.tests)
    out += (test.holds ? "\t\tholds: " : "\t\tfails: ") + test.written.ToXml() + ", " + SawText(test) + "\n";
  if (!explained.count || (!explained.tests.empty() && !explained.tests.back().holds)) return;
  out += (explained.count->fired ? "\t\tfires: " : "\t\twaits: ") + CountText(explained) + "\n";
  for (const ComparedField& field : explained.compared)
    out += (field.same ? "\t\t\tsame " : "\t\t\tdifferent ") + field.name + ": " +
           (field.value ? Quoted(*field.value) : "not in this event") + "\n";
}

// Why a sibling is tried before another.
std::string BeforeText(const Rule& taker, const Rule& at) {
  if (taker.info.level == 0 && at.info.level > 0) return "level 0 goes first";
  if (at.tried_last && !taker.tried_last) return "accuracy=\"0\" goes last";
  if (taker.info.level > at.info.level) return "the higher level goes first";
  if (taker.info.level == at.info.level) return "of equal levels the one that is loaded first";
  return "the level of its first definition places it";
}

std::string TakenText(const WhyNot& why) {
  if (why.taker == nullptr) return "All its conditions hold, but the walk ended before it: too many rules hold.";
  const Rule& at = *why.at.rule;
  std::string out = "All its conditions hold, but ";
  out += &at == why.rule ? "its sibling " : "before its ancestor " + at.info.id + " the sibling ";
  out += Named(*why.taker) + " took the event: " + BeforeText(*why.taker, at);
  if (why.taker != why.result && why.result != nullptr) out += "; the result is " + why.result->info.id + " below it";
  return out + ".";
}

std::string ReasonText(const WhyNot& why) {
  const Rule& at = *why.at.rule;
  const std::string who = &at == why.rule ? "It" : "Its ancestor " + Named(at);
  switch (why.reason) {
    case WhyNot::Reason::kIsResult: return "It is the result.";
    case WhyNot::Reason::kIgnored:
      return "It holds, but gave an alert less than " + std::to_string(at.ignore_seconds) + " s ago (ignore=\"" +
             std::to_string(at.ignore_seconds) + "\"), so its parent is reported.";
    case WhyNot::Reason::kTest: return who + " does not hold:";
    case WhyNot::Reason::kNeverHolds:
      return who + " never holds: it has a test that trailsift does not support (see `rules check`).";
    case WhyNot::Reason::kOtherLog: return who + " is for logs of the category " + at.category + "; here every event is `syslog`.";
    case WhyNot::Reason::kCount: return who + " has not counted enough:";
    case WhyNot::Reason::kSilent: return "It holds, but with noalert=\"1\" it is never the result; only rules below it are.";
    case WhyNot::Reason::kTaken: return TakenText(why);
    case WhyNot::Reason::kDeeper:
      return "It holds, but its child " + Named(*why.taker) + " holds too and goes before it" +
             (why.taker != why.result && why.result != nullptr ? "; the result is " + why.result->info.id + " below that." : ".");
  }
  return "";
}

const char* ReasonName(WhyNot::Reason reason) {
  switch (reason) {
    case WhyNot::Reason::kIsResult: return "result";
    case WhyNot::Reason::kIgnored: return "ignored";
    case WhyNot::Reason::kTest: return "condition";
    case WhyNot::Reason::kNeverHolds: return "unsupported";
    case WhyNot::Reason::kOtherLog: return "category";
    case WhyNot::Reason::kCount: return "count";
    case WhyNot::Reason::kSilent: return "noalert";
    case WhyNot::Reason::kTaken: return "taken";
    case WhyNot::Reason::kDeeper: return "child";
  }
  return "";
}

void AppendMember(const char* name, std::string_view value, std::string& out) {
  out += ",\"";
  out += name;
  out += "\":";
  AppendJsonString(value, out);
}

void AppendValueMember(const std::optional<std::string>& value, std::string& out) {
  if (value) AppendMember("value", *value, out);
  else out += ",\"value\":null";
}

void AppendTestJson(const ExplainedTest& test, std::string& out) {
  const WrittenTest& written = test.written;
  out += test.holds ? "{\"holds\":true" : "{\"holds\":false";
  AppendMember("element", written.element, out);
  if (!written.field.empty()) AppendMember("field", written.field, out);
  if (!written.type.empty()) AppendMember("type", written.type, out);
  if (!written.type.empty()) out += written.negate ? ",\"negate\":true" : ",\"negate\":false";
  if (!written.lookup.empty()) AppendMember("lookup", written.lookup, out);
  if (!written.check_value.empty()) AppendMember("check_value", written.check_value, out);
  AppendMember("text", written.text, out);
  AppendValueMember(test.value, out);
  out += '}';
}

void AppendCountJson(const ExplainedRule& explained, std::string& out) {
  const Composite& composite = explained.rule->composite;
  out += ",\"count\":{\"fires\":";
  out += explained.count->fired ? "true" : "false";
  out += ",\"counted\":" + std::to_string(explained.count->counted) + ",\"of\":" + std::to_string(composite.count) +
         ",\"timeframe\":" + std::to_string(composite.timeframe / kSecond) +
         ",\"differing\":" + std::to_string(explained.count->differing) + ",\"used_up\":";
  out += explained.count->used_up ? "true" : "false";
  out += ",\"compared\":[";
  for (const ComparedField& field : explained.compared) {
    if (out.back() == '}') out += ',';
    out += field.same ? "{\"same\":true" : "{\"same\":false";
    AppendMember("field", field.name, out);
    AppendValueMember(field.value, out);
    out += '}';
  }
  out += "]}";
}

// `"id":"89700","level":12,"file":"…","line":7,"tests":[…]`
void AppendRuleJson(const ExplainedRule& explained, std::string& out) {
  const Rule& rule = *explained.rule;
  out += "\"id\":";
  AppendJsonString(rule.info.id, out);
  out += ",\"level\":" + std::to_string(rule.info.level);
  if (!rule.place.file.empty()) {
    AppendMember("file", rule.place.file, out);
    out += ",\"line\":" + std::to_string(rule.place.line);
  }
  out += ",\"tests\":[";
  for (const ExplainedTest& test : explained.tests) {
    if (out.back() == '}') out += ',';
    AppendTestJson(test, out);
  }
  out += ']';
  if (explained.count) AppendCountJson(explained, out);
}

}  // namespace

void AppendPathText(const LogtestAnswer& answer, std::string& out) {
  if (answer.path.empty()) out += "\tNo rule holds.\n";
  for (const ExplainedRule& explained : answer.path) {
    out += "\t" + Named(*explained.rule) + ": " + explained.rule->info.description + "\n";
    AppendTests(explained, out);
  }
  if (answer.ended == answer.rule || answer.ended == nullptr) return;
  out +=
      "\t" + answer.ended->info.id + " gave an alert less than " + std::to_string(answer.ended->ignore_seconds) + " s ago (ignore)";
  out += answer.rule == nullptr ? ": nothing is reported.\n" : ": its parent " + answer.rule->info.id + " is reported.\n";
}

void AppendWhyNotText(const LogtestAnswer& answer, std::string& out) {
  for (const WhyNot& why : answer.why_not) {
    out += "\n**Why not rule " + why.rule->info.id + ":\n";
    out += "\t" + Named(*why.rule) + ": " + why.rule->info.description + "\n\t" + ReasonText(why) + "\n";
    AppendTests(why.at, out);
  }
}

void AppendPathJson(const LogtestAnswer& answer, std::string& out) {
  out += ",\"explain\":{\"path\":[";
  for (const ExplainedRule& explained : answer.path) {
    if (out.back() == '}') out += ',';
    out += '{';
    AppendRuleJson(explained, out);
    out += '}';
  }
  out += "]}";
}

void AppendWhyNotJson(const LogtestAnswer& answer, std::string& out) {
  out += ",\"why_not\":[";
  for (const WhyNot& why : answer.why_not) {
    if (out.back() == '}') out += ',';
    out += "{\"rule\":";
    AppendJsonString(why.rule->info.id, out);
    AppendMember("reason", ReasonName(why.reason), out);
    std::string message = ReasonText(why);
    if (message.back() == ':') message.back() = '.';
    AppendMember("message", message, out);
    out += ",\"at\":{";
    AppendRuleJson(why.at, out);
    out += '}';
    if (why.taker != nullptr) AppendMember("taken_by", why.taker->info.id, out);
    out += '}';
  }
  out += ']';
}

}  // namespace trailsift
