// What the tests of Windows share: identities of alerts, and what counts of all decisions in the end.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "detect/windows.h"

namespace trailsift {

inline Hash128 Id(std::string_view rule, const std::vector<Hash128>& events) {
  std::string text(rule);
  for (const Hash128& event : events) text.append(reinterpret_cast<const char*>(event.bytes.data()), 16);
  return StrongHash(text);
}

inline bool Alertable(const Rule& rule) { return rule.info.level >= 3; }

// All ids less superseded and retracted ones; an id must not be written twice.
inline std::set<Hash128> FinalSet(const std::vector<Decision>& decisions) {
  std::set<Hash128> ids;
  for (const Decision& decision : decisions) {
    if (decision.retracts) continue;
    EXPECT_TRUE(ids.insert(decision.id).second) << "an id was written twice";
  }
  for (const Decision& decision : decisions) {
    for (const Hash128& id : decision.supersedes) ids.erase(id);
    if (decision.retracts) ids.erase(*decision.retracts);
  }
  return ids;
}

}  // namespace trailsift
