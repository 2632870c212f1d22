#include "rules/sigma_header.h"

#include <algorithm>
#include <array>

#include "base/sha256.h"
#include "base/suggest.h"
#include "base/time.h"
#include "rules/ascii.h"

namespace trailsift {
namespace {

struct Level {
  std::string_view name;
  int level;
};
constexpr Level kLevels[] = {{"informational", 3}, {"low", 4}, {"medium", 7}, {"high", 10}, {"critical", 13}};
constexpr int kNoLevel = 7;

constexpr std::string_view kStatuses[] = {"stable", "test", "experimental", "deprecated", "unsupported"};
constexpr std::string_view kRelations[] = {"derived", "obsolete", "merged", "renamed", "similar", "correlation"};

bool IsHexDigit(char c) { return IsDigit(c) || (AsciiLower(c) >= 'a' && AsciiLower(c) <= 'f'); }

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !IsHexDigit(text[i])) return false;
  }
  return true;
}

// YYYY-MM-DD; with `/` where `apart` is one.
bool IsDate(std::string text, char apart) {
  if (text.size() != 10 || text[4] != apart || text[7] != apart) return false;
  text[4] = text[7] = '-';
  return ParseIsoTime(text).has_value();
}

// T1078 or T1078.004.
bool IsTechnique(std::string_view text) {
  return text.size() >= 5 && text[0] == 'T' && AllDigits(text.substr(1, 4)) &&
         (text.size() == 5 || (text.size() == 9 && text[5] == '.' && AllDigits(text.substr(6))));
}

class HeaderReader {
 public:
  HeaderReader(const YamlNode& document, const std::string& file, Diagnostics& diagnostics)
      : document_(document), file_(file), diagnostics_(diagnostics) {}

  void Read(const MitreTable& mitre, SigmaRule& rule) {
    ReadNames(rule);
    ReadChoices(rule);
    for (const char* name : {"author", "description", "license"}) Text(name);
    for (const char* name : {"date", "modified"}) CheckDate(name);
    for (const char* name : {"references", "fields", "falsepositives", "scope"}) List(name);
    CheckRelated();
    ReadTags(mitre, rule.info);
  }

 private:
  void Error(const YamlNode& node, const std::string& message, const std::string& hint = "") {
    diagnostics_.Error(file_, node.line, node.column, message, hint);
  }

  // nullptr where it is absent, null or, which is told, no text.
  const YamlNode* Text(const char* name) {
    const YamlNode* node = document_.Find(name);
    if (node == nullptr || node->is_null()) return nullptr;
    if (node->is_scalar()) return node;
    Error(*node, "`" + std::string(name) + "` must be a text");
    return nullptr;
  }

  // Likewise for a list.
  const YamlNode* List(const char* name) {
    const YamlNode* node = document_.Find(name);
    if (node == nullptr || node->is_null()) return nullptr;
    if (node->is_sequence()) return node;
    Error(*node, "`" + std::string(name) + "` must be a list", "write `- ` before each entry");
    return nullptr;
  }

  void ReadNames(SigmaRule& rule) {
    const YamlNode* title = document_.Find("title");
    if (title == nullptr || !title->is_scalar() || title->text.empty())
      Error(title == nullptr ? document_ : *title, "the rule has no title", "write `title: what it detects`");
    else rule.info.description = title->text;
    rule.info.id = "sigma-" + HexOf(Sha256::Of(rule.info.description)).substr(0, 16);
    if (const YamlNode* id = Text("id")) {
      rule.uuid = AsciiLower(id->text);
      rule.info.id = rule.uuid;
      if (!IsUuid(id->text)) Error(*id, "`id` must be a UUID", "any program that makes UUIDs gives one; or take the line out");
    }
    if (const YamlNode* name = Text("name")) rule.name = name->text;
    if (const YamlNode* taxonomy = Text("taxonomy"); taxonomy != nullptr && taxonomy->text != "sigma")
      Error(*taxonomy, "the taxonomy `" + taxonomy->text + "` is not known here", "write the fields as CloudTrail names them");
  }

  void ReadChoices(SigmaRule& rule) {
    rule.info.level = kNoLevel;
    if (const YamlNode* level = Text("level")) {
      const auto* known =
          std::find_if(std::begin(kLevels), std::end(kLevels), [&](const Level& one) { return one.name == level->text; });
      if (known != std::end(kLevels)) rule.info.level = known->level;
      else Error(*level, "`" + level->text + "` is no level", "one of informational, low, medium, high, critical");
    }
    const YamlNode* status = Text("status");
    if (status == nullptr) return;
    if (std::find(std::begin(kStatuses), std::end(kStatuses), status->text) == std::end(kStatuses))
      Error(*status, "`" + status->text + "` is no status", "one of stable, test, experimental, deprecated, unsupported");
    if (status->text == "unsupported")
      diagnostics_.Warning(file_, status->line, status->column, "the rule says of itself that it is unsupported",
                           "it is loaded all the same");
  }

  void CheckDate(const char* name) {
    const YamlNode* date = Text(name);
    if (date == nullptr || IsDate(date->text, '-')) return;
    if (IsDate(date->text, '/'))
      diagnostics_.Warning(file_, date->line, date->column, "`" + std::string(name) + "` is written as before Sigma 2",
                           "write YYYY-MM-DD");
    else Error(*date, "`" + std::string(name) + "` is no date", "write YYYY-MM-DD");
  }

  void CheckRelated() {
    const YamlNode* related = List("related");
    if (related == nullptr) return;
    for (const YamlNode& one : related->items) {
      const YamlNode* id = one.Find("id");
      const YamlNode* type = one.Find("type");
      if (id == nullptr || type == nullptr || !id->is_scalar() || !type->is_scalar()) {
        Error(one, "an entry of `related` must have `id` and `type`");
        continue;
      }
      if (!IsUuid(id->text)) Error(*id, "`" + id->text + "` is no UUID");
      if (std::find(std::begin(kRelations), std::end(kRelations), type->text) == std::end(kRelations))
        Error(*type, "`" + type->text + "` is no type of `related`", "one of derived, obsolete, merged, renamed, similar");
    }
  }

  void ReadTags(const MitreTable& mitre, RuleInfo& info) {
    info.groups = {"sigma"};
    const YamlNode* tags = List("tags");
    if (tags == nullptr) return;
    std::vector<std::string> tactics;
    for (const YamlNode& tag : tags->items) {
      if (!tag.is_scalar() || tag.text.find('.') == std::string::npos) {
        Error(tag, "a tag must be `namespace.name`", "for example attack.t1078");
        continue;
      }
      if (std::find(info.groups.begin(), info.groups.end(), tag.text) == info.groups.end()) info.groups.push_back(tag.text);
      constexpr std::string_view kAttack = "attack.";
      if (!std::string_view(tag.text).starts_with(kAttack)) continue;
      std::string name = tag.text.substr(kAttack.size());
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; });
      const bool known =
          std::any_of(info.mitre.begin(), info.mitre.end(), [&](const MitreTechnique& one) { return one.id == name; });
      if (IsTechnique(name) && !known) info.mitre.push_back(mitre.Technique(name));
      else if (const std::string tactic = mitre.TacticTagged(name); !tactic.empty()) tactics.push_back(tactic);
    }
    AddTactics(tactics, info);
  }

  // Tactics that no technique brings with it, as an entry of their own.
  static void AddTactics(const std::vector<std::string>& tactics, RuleInfo& info) {
    MitreTechnique alone;
    for (const std::string& tactic : tactics) {
      const auto has = [&](const MitreTechnique& one) {
        return std::find(one.tactics.begin(), one.tactics.end(), tactic) != one.tactics.end();
      };
      if (!has(alone) && std::none_of(info.mitre.begin(), info.mitre.end(), has)) alone.tactics.push_back(tactic);
    }
    if (!alone.tactics.empty()) info.mitre.push_back(std::move(alone));
  }

  const YamlNode& document_;
  const std::string& file_;
  Diagnostics& diagnostics_;
};

}  // namespace

void ReadSigmaHeader(const YamlNode& document, const std::string& file, const MitreTable& mitre, SigmaRule& rule,
                     Diagnostics& diagnostics) {
  HeaderReader(document, file, diagnostics).Read(mitre, rule);
}

}  // namespace trailsift
