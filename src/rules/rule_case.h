// A test of rules, read from a file and ready to be run: some events, and for each what must come of it. Plain data that owns its strings.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostic.h"

namespace trailsift {

struct CaseEvent {
  std::string text;      // a CloudTrail record as JSON, or a whole log line
  bool is_line = false;  // the latter
  Place place;
};

// What must come of one event; what is absent is not asked.
struct CaseExpectation {
  bool none = false;  // no alert of level 3 or more; nothing else is asked then
  std::optional<std::string> rule;
  std::optional<int> level;
  std::optional<std::string> description;
  std::vector<std::pair<std::string, std::optional<std::string>>>
      fields;                                     // Wazuh's view or trailsift.*; without a value: must be absent
  std::vector<std::string> also;                  // rules that must stand in trailsift.also
  std::optional<std::vector<std::string>> sigma;  // ids of the Sigma rules that hold, and no others
  Place place;
};

// Lists by the last part of their names, as the text of a list file.
using CaseLists = std::vector<std::pair<std::string, std::string>>;

struct RuleCase {
  std::string name;
  Place place;
  CaseLists lists;
  std::vector<CaseEvent> events;                         // never empty
  std::vector<std::optional<CaseExpectation>> expected;  // one an event; nothing: not asked
};

}  // namespace trailsift
