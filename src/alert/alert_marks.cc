#include "alert/alert_marks.h"

#include "alert/json_scanner.h"

namespace trailsift {
namespace {

// A hash written as a JSON string; `hash` stays as it was when another string stands there. False where there is no string.
bool ReadHash(JsonScanner& scanner, std::optional<Hash128>& hash) {
  std::string_view text;
  if (!scanner.RawString(text)) return false;
  if (auto read = Hash128::FromHex(text)) hash = read;
  return true;
}

bool ReadHashes(JsonScanner& scanner, std::vector<Hash128>& hashes) {
  if (!scanner.Take('[')) return false;
  if (scanner.Take(']')) return true;
  do {
    std::optional<Hash128> hash;
    if (!ReadHash(scanner, hash)) return false;
    if (hash) hashes.push_back(*hash);
  } while (scanner.Take(','));
  return scanner.Take(']');
}

// False where the object is not as we write it.
bool ReadTrailsift(std::string_view object, AlertMarks& marks) {
  std::optional<Hash128> id;
  std::optional<Hash128> event;
  JsonScanner scanner(object);
  const bool whole = ScanObject(scanner, [&](std::string_view name, JsonScanner& value) {
    if (name == "id") return ReadHash(value, id);
    if (name == "event") return ReadHash(value, event);
    if (name == "supersedes") return ReadHashes(value, marks.supersedes);
    if (name == "retracts") return ReadHash(value, marks.retracts);
    if (name != "reparsed") return value.Value();
    std::string text;
    if (!value.Value(&text)) return false;
    marks.reparsed = text == "true";
    return true;
  });
  if (!whole || !id) return false;
  marks.id = *id;
  marks.event = event.value_or(Hash128{});
  return true;
}

void ReadRuleId(std::string_view rule, AlertMarks& marks) {
  JsonScanner scanner(rule);
  ScanObject(scanner, [&](std::string_view name, JsonScanner& value) {
    if (name != "id") return value.Value();
    std::string_view text;
    if (!value.RawString(text)) return false;
    marks.rule_id = text;
    return true;
  });
}

}  // namespace

LineKind ReadAlertMarks(std::string_view line, AlertMarks& marks) {
  marks = AlertMarks();
  std::string_view ours;
  std::string_view rule;
  JsonScanner scanner(line);
  const bool whole = ScanObject(scanner, [&](std::string_view name, JsonScanner& value) {
    if (name == "id") {
      JsonScanner text = value;
      if (std::string_view raw; text.RawString(raw)) marks.wazuh_id = raw;
    }
    const std::size_t begin = value.position();
    if (!value.Value()) return false;
    if (name == "trailsift") ours = line.substr(begin, value.position() - begin);
    if (name == "rule") rule = line.substr(begin, value.position() - begin);
    return true;
  });
  if (!whole || !scanner.at_end()) return LineKind::kNotJson;
  ReadRuleId(rule, marks);
  return ReadTrailsift(ours, marks) ? LineKind::kOurs : LineKind::kForeign;
}

}  // namespace trailsift
