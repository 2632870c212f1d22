#include "cli/case_report.h"

#include <algorithm>

#include "base/json.h"
#include "base/xml.h"

namespace trailsift {
namespace {

std::string Faults(const CaseResult& result, const char* between) {
  std::string text;
  for (const std::string& fault : result.faults) text += (text.empty() ? "" : between) + fault;
  return text;
}

std::size_t CountFailed(const std::vector<CaseResult>& results) {
  return static_cast<std::size_t>(std::count_if(results.begin(), results.end(), [](const CaseResult& r) { return !r.passed; }));
}

void Key(const char* key, std::string& out) {
  if (out.back() != '{') out += ',';
  AppendJsonString(key, out);
  out += ':';
}

void Text(const char* key, const std::string& value, std::string& out) {
  Key(key, out);
  AppendJsonString(value, out);
}

template <typename Items>
void Texts(const char* key, const Items& items, std::string& out) {
  Key(key, out);
  out += '[';
  for (const std::string& item : items) {
    if (out.back() != '[') out += ',';
    AppendJsonString(item, out);
  }
  out += ']';
}

void Fields(const std::vector<std::pair<std::string, std::optional<std::string>>>& fields, std::string& out) {
  Key("fields", out);
  out += '{';
  for (const auto& [name, value] : fields) {
    Key(name.c_str(), out);
    if (value) AppendJsonString(*value, out);
    else out += "null";
  }
  out += '}';
}

void Expected(const CaseExpectation& expected, std::string& out) {
  Key("expected", out);
  if (expected.none) {
    out += "\"none\"";
    return;
  }
  out += '{';
  if (expected.rule) Text("rule", *expected.rule, out);
  if (expected.level) {
    Key("level", out);
    out += std::to_string(*expected.level);
  }
  if (expected.description) Text("description", *expected.description, out);
  if (!expected.fields.empty()) Fields(expected.fields, out);
  if (!expected.also.empty()) Texts("also", expected.also, out);
  out += '}';
}

void Got(const EventOutcome& got, std::string& out) {
  Key("got", out);
  out += '{';
  Key("rule", out);
  if (got.rule.empty()) {
    out += "null";
  } else {
    AppendJsonString(got.rule, out);
    Key("level", out);
    out += std::to_string(got.level);
    Text("description", got.description, out);
  }
  Key("alert", out);
  out += got.raises_alert ? "true" : "false";
  if (!got.fields.empty()) Fields(got.fields, out);
  if (!got.also.empty()) Texts("also", got.also, out);
  out += '}';
}

}  // namespace

std::string CaseTable(const std::vector<CaseResult>& results) {
  std::string out;
  for (const CaseResult& result : results) {
    if (result.passed) continue;
    const Place& place = result.place;
    out += place.file + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) + ": FAILED " + result.name + ": ";
    out += Faults(result, "; ") + '\n';
  }
  const std::size_t failed = CountFailed(results);
  return out + std::to_string(results.size() - failed) + " passed, " + std::to_string(failed) + " failed\n";
}

std::string CaseJson(const std::vector<CaseResult>& results) {
  std::string out = "[";
  for (const CaseResult& result : results) {
    out += out.size() > 1 ? ",\n{" : "\n{";
    Text("file", result.place.file, out);
    Key("line", out);
    out += std::to_string(result.place.line);
    Text("name", result.name, out);
    Key("passed", out);
    out += result.passed ? "true" : "false";
    Texts("faults", result.faults, out);
    Key("event", out);
    out += std::to_string(result.told + 1);
    if (result.expected) Expected(*result.expected, out);
    Got(result.got, out);
    out += '}';
  }
  return out + (results.empty() ? "]\n" : "\n]\n");
}

std::string CaseJUnit(const std::vector<CaseResult>& results) {
  XmlNode root;
  root.name = "testsuites";
  root.attributes = {{"name", "trailsift rules test"},
                     {"tests", std::to_string(results.size())},
                     {"failures", std::to_string(CountFailed(results))}};
  for (std::size_t first = 0; first < results.size();) {
    const std::string& file = results[first].place.file;
    std::size_t end = first;
    while (end < results.size() && results[end].place.file == file) ++end;
    const std::vector<CaseResult> of_file(results.begin() + static_cast<std::ptrdiff_t>(first),
                                          results.begin() + static_cast<std::ptrdiff_t>(end));
    XmlNode suite;
    suite.name = "testsuite";
    suite.attributes = {{"name", file},
                        {"tests", std::to_string(of_file.size())},
                        {"failures", std::to_string(CountFailed(of_file))},
                        {"errors", "0"},
                        {"skipped", "0"}};
    for (const CaseResult& result : of_file) {
      XmlNode test;
      test.name = "testcase";
      test.attributes = {{"classname", file}, {"name", result.name}, {"file", file}, {"line", std::to_string(result.place.line)}};
      if (!result.passed) {
        XmlNode failure;
        failure.name = "failure";
        failure.attributes = {{"message", result.faults.empty() ? "" : result.faults.front()}};
        failure.text = Faults(result, "\n");
        test.children.push_back(std::move(failure));
      }
      suite.children.push_back(std::move(test));
    }
    root.children.push_back(std::move(suite));
    first = end;
  }
  return XmlText(root);
}

}  // namespace trailsift
