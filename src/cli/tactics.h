// The tactics of MITRE ATT&CK in the order of an attack, by the names that rules/mitre.tsv has (version 17).
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace trailsift {

inline constexpr std::string_view kTactics[] = {
    "Reconnaissance",       "Resource Development", "Initial Access",    "Execution", "Persistence",
    "Privilege Escalation", "Defense Evasion",      "Credential Access", "Discovery", "Lateral Movement",
    "Collection",           "Command and Control",  "Exfiltration",      "Impact"};

// Its place; behind all of them where the name is another.
inline std::size_t PlaceOfTactic(std::string_view name) {
  return static_cast<std::size_t>(std::find(std::begin(kTactics), std::end(kTactics), name) - std::begin(kTactics));
}

}  // namespace trailsift
