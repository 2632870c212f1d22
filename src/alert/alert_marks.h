// What start-up must know of alerts already written: read back from their lines. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"

namespace trailsift {

// The `trailsift` object of one line of alerts.json, and the line's own Wazuh id.
struct AlertMarks {
  Hash128 id;
  Hash128 event;
  std::vector<Hash128> supersedes;
  std::optional<Hash128> retracts;
  bool reparsed = false;
  std::string rule_id;  // as it is written, escapes not resolved
  std::string wazuh_id;
};

// Whether it is the id of a Sigma rule: Wazuh's are numbers.
inline bool IsSigmaId(std::string_view rule_id) { return rule_id.find('-') != std::string_view::npos; }

enum class LineKind { kOurs, kForeign, kNotJson };

// Reads a line without its newline. kForeign: a JSON object without a usable `trailsift.id`, of another program; kNotJson: damage.
LineKind ReadAlertMarks(std::string_view line, AlertMarks& marks);

}  // namespace trailsift
