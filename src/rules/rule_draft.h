// A rule whose own text is checked, while its place in the tree is still words: what the linker joins.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "rules/rule.h"

namespace trailsift {

struct PlacedText {
  std::string text;
  Place place;
};

struct RuleDraft {
  std::unique_ptr<Rule> rule = std::make_unique<Rule>();
  std::string group_text;  // outer group's name and the rule's own, glued as Wazuh does
  bool overwrite = false;
  std::optional<PlacedText> if_sid;
  std::optional<PlacedText> if_group;
  std::optional<PlacedText> if_level;
  std::optional<PlacedText> if_matched_sid;
  std::optional<PlacedText> if_matched_group;
};

}  // namespace trailsift
