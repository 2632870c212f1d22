#include "cli/rule_coverage.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/json.h"
#include "cli/html_text.h"
#include "cli/tactics.h"

namespace trailsift {
namespace {

struct Covered {
  MitreTechnique technique;
  std::vector<const RuleInfo*> rules;  // the highest level first
};

// By technique id.
std::map<std::string, Covered> CoveredBy(const std::vector<const RuleInfo*>& rules) {
  std::map<std::string, Covered> covered;
  for (const RuleInfo* rule : rules) {
    if (rule->level == 0) continue;
    for (const MitreTechnique& technique : rule->mitre) {
      Covered& place = covered[technique.id];
      place.technique = technique;
      if (place.rules.empty() || place.rules.back() != rule) place.rules.push_back(rule);
    }
  }
  for (auto& [id, each] : covered)
    std::stable_sort(each.rules.begin(), each.rules.end(),
                     [](const RuleInfo* a, const RuleInfo* b) { return a->level > b->level; });
  return covered;
}

std::size_t CountOf(const std::vector<const RuleInfo*>& rules, bool with_technique) {
  return static_cast<std::size_t>(std::count_if(rules.begin(), rules.end(), [&](const RuleInfo* rule) {
    return rule->level > 0 && (!with_technique || !rule->mitre.empty());
  }));
}

std::string Counted(std::size_t count, const char* what) { return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s"); }

std::string Padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

// T1078 or T1078.004.
bool IsTechniqueId(std::string_view id) {
  if (id.size() != 5 && id.size() != 9) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool fits = i == 0 ? id[i] == 'T' : i == 5 ? id[i] == '.' : id[i] >= '0' && id[i] <= '9';
    if (!fits) return false;
  }
  return true;
}

}  // namespace

std::string CoverageTable(const std::vector<const RuleInfo*>& rules, std::size_t width) {
  const std::map<std::string, Covered> covered = CoveredBy(rules);
  std::map<std::pair<std::size_t, std::string>, std::vector<const Covered*>> tactics;
  std::size_t name_width = 0;
  for (const auto& [id, each] : covered) {
    name_width = std::max(name_width, each.technique.technique.size());
    for (const std::string& tactic : each.technique.tactics) tactics[{PlaceOfTactic(tactic), tactic}].push_back(&each);
    if (each.technique.tactics.empty()) tactics[{SIZE_MAX, "No tactic known"}].push_back(&each);
  }
  std::string out;
  for (const auto& [place, techniques] : tactics) {
    std::set<const RuleInfo*> distinct;
    for (const Covered* each : techniques) distinct.insert(each->rules.begin(), each->rules.end());
    out += place.second + ": " + Counted(techniques.size(), "technique") + ", " + Counted(distinct.size(), "rule") + '\n';
    for (const Covered* each : techniques) {
      std::string line = "  " + Padded(each->technique.id, 10) + Padded(each->technique.technique, name_width) + "  ";
      line += std::string(4 - std::min<std::size_t>(4, std::to_string(each->rules.size()).size()), ' ') +
              std::to_string(each->rules.size()) + "  ";
      std::string ids;
      for (const RuleInfo* rule : each->rules)
        ids += (ids.empty() ? "" : ", ") + rule->id + " (" + std::to_string(rule->level) + ')';
      line += ids;
      out += (width > 1 && line.size() >= width ? CutText(line, width - 2) : line) + '\n';
    }
    out += '\n';
  }
  return out + Counted(covered.size(), "technique") + ", named by " + std::to_string(CountOf(rules, true)) + " of " +
         Counted(CountOf(rules, false), "rule") + " above level 0\n";
}

std::string NavigatorLayer(const std::vector<const RuleInfo*>& rules) {
  const std::map<std::string, Covered> covered = CoveredBy(rules);
  std::size_t most = 1;
  std::string techniques;
  for (const auto& [id, each] : covered) {
    if (!IsTechniqueId(id)) continue;
    most = std::max(most, each.rules.size());
    techniques += techniques.empty() ? "\n{\"techniqueID\":" : ",\n{\"techniqueID\":";
    AppendJsonString(id, techniques);
    techniques += ",\"score\":" + std::to_string(each.rules.size()) + ",\"metadata\":[{\"name\":\"highest level\",\"value\":\"" +
                  std::to_string(each.rules.front()->level) + "\"}";
    for (const RuleInfo* rule : each.rules) {
      techniques += ",{\"name\":";
      AppendJsonString("rule " + rule->id, techniques);
      techniques += ",\"value\":";
      AppendJsonString("level " + std::to_string(rule->level) + ": " + rule->description, techniques);
      techniques += '}';
    }
    techniques += "]}";
  }
  // The version of ATT&CK is that of rules/mitre.tsv.
  std::string out =
      R"({"name":"trailsift rules","versions":{"attack":"17","navigator":"5.1.0","layer":"4.5"},"domain":"enterprise-attack","description":)";
  AppendJsonString(std::to_string(CountOf(rules, true)) + " of " + Counted(CountOf(rules, false), "rule") +
                       " name a technique; the score is the number of rules",
                   out);
  out += R"(,"layout":{"layout":"side","showID":true,"showName":true,"expandedSubtechniques":"annotated"},)";
  out += R"("gradient":{"colors":["#dbe9f6","#08519c"],"minValue":0,"maxValue":)" + std::to_string(most) + "},\"techniques\":[";
  return out + techniques + (techniques.empty() ? "]}\n" : "\n]}\n");
}

}  // namespace trailsift
