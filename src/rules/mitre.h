// MITRE ATT&CK techniques by id: rules name ids, alerts show names. The data is a text table, rules/mitre.tsv: lines
// `T1110<tab>Brute Force<tab>Credential Access` (several tactics separated by `|`), `TA0001<tab>Initial Access` for tactics, `#` comments.
// Immutable once parsed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/rule.h"

namespace trailsift {

class MitreTable {
 public:
  // Lines of any other shape are skipped.
  static MitreTable Parse(std::string_view text);

  // The technique with its names; without names where the table doesn't know it.
  MitreTechnique Technique(const std::string& id) const;
  // The name of a tactic id; the id itself where the table doesn't know it.
  std::string TacticName(const std::string& id) const;
  // The name of a tactic as Sigma's tags write it behind `attack.`, in capitals: `DEFENSE-EVASION`, `DEFENSE_EVASION` or `TA0005`. Empty
  // where it is none that the table knows.
  std::string TacticTagged(std::string_view tag) const;

 private:
  std::unordered_map<std::string, MitreTechnique> techniques_;
  std::unordered_map<std::string, std::string> tactics_;
};

}  // namespace trailsift
