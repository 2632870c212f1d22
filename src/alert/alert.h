// One alert, ready to be written: everything it says, owned, independent of the batch that raised it; and its two written forms, a
// line of alerts.json and a block of alerts.log (docs/format/alerts-json.md, alerts-log.md). The functions are free of state and
// may be called from any thread; they cannot fail: whatever bytes come in, the line is valid JSON and the block is one block.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "rules/rule_set.h"

namespace trailsift {

// Who did it and to what; `trailsift.actor` and `trailsift.target` of an alert.
struct ActorInfo {
  std::string name;  // never empty for a CloudTrail record
  std::string kind;  // user, role, sso, root, service, federated, …
  std::string account;
  std::string account_name = {};  // by the user's list; empty: it has none
};

struct Alert {
  Hash128 id;     // hash of the rule's identity and of the events that contributed; zero = none (a line of archives.json)
  Hash128 event;  // identity of the event that raised it
  Millis event_time = 0;
  Millis arrival = 0;                    // hunt: the event time
  std::shared_ptr<const RuleSet> rules;  // keeps `rule` alive
  const RuleInfo* rule = nullptr;        // nullptr only in archives.json, where a line without a rule has no `rule`
  std::string description;               // expanded
  std::uint32_t fired_times = 0;         // 0 = not shown (no_counter)
  bool mail = false;
  std::string full_log;  // empty = omitted
  std::string previous_output;
  std::string data_json;                                    // the compact JSON object `data`; empty = omitted
  std::vector<std::pair<std::string, std::string>> fields;  // the same leaves, dotted, for alerts.log
  std::string location = "Wazuh-AWS";
  std::string decoder = "json";  // empty = none

  // `trailsift`
  std::vector<std::string> events;  // eventIDs that contributed, the raising one last
  std::optional<ActorInfo> actor;
  std::string target_name;
  std::string target_account;
  std::string target_account_name;
  std::string instances;                                   // instance ids, comma separated
  std::vector<std::string> also;                           // ids of other rules that would have held
  std::string sigma_id;                                    // the UUID of a Sigma rule
  std::vector<std::pair<std::string, std::string>> group;  // of a Sigma correlation: `group-by` and its values
  bool is_correlation = false;                             // a Sigma correlation's
  std::vector<Hash128> supersedes;                         // alerts that this one replaces
  std::optional<Hash128> retracts;                         // the alert that this line withdraws
  bool reparsed = false;                                   // written by `reparse`: no event of it will come again after a kill

  // What tables show beside these, straight from the record; empty where it says nothing.
  std::string account;       // recipientAccountId, else the account folder
  std::string account_name;  // by the user's list: stands in `trailsift`, too
  std::string region;        // awsRegion
  std::string event_source;
  std::string event_name;
  std::string source_address;  // sourceIPAddress
  std::string error_code;
};

// Who writes: the fields `agent`, `manager`, `cluster` of every alert.
struct Origin {
  std::string agent_id = "000";
  std::string agent_name;    // the host name
  std::string manager_name;  // the host name
};

// The alert as one line of alerts.json, without the newline; `wazuh_id` is `<epoch>.<offset>`. `utc`: the timestamp in UTC (hunt).
void AppendAlertJson(const Alert& alert, const Origin& origin, std::string_view wazuh_id, bool utc, std::string& out);

// Its `rule` alone.
void AppendRuleJson(const Alert& alert, std::string& out);

// The same alert as a block of alerts.log, with its closing blank line.
void AppendAlertLog(const Alert& alert, const Origin& origin, std::string_view wazuh_id, std::string& out);

// `data`: the leaves of Wazuh's view, in their order, rebuilt as nested objects, every scalar a string
// (docs/format/alerts-json.md). Empty when nothing remains. n log n in the number of leaves, whatever their names.
struct Leaf {
  std::string_view name;  // dotted
  std::string_view value;
  bool is_array = false;  // the value is the text of a JSON array
};
std::string DataJson(const std::vector<Leaf>& leaves);

// The identity of an alert: SHA-256 over the rule's id and the identities of the events in the given order (design decision 4).
Hash128 AlertId(std::string_view rule_id, const std::vector<Hash128>& events);

// What a late event took the ground from.
struct Retraction {
  Hash128 alert;                    // the alert that does not hold
  Hash128 event;                    // the identity of the event that raised it: by this a restart knows the line
  Millis event_time = 0;            // of that event
  Millis arrival = 0;               // when it was found not to hold
  std::vector<std::string> events;  // eventID of that event
};

// The line that withdraws an alert for which nothing takes its place: itself a valid Wazuh alert, rule 89699 of level 3. Its id
// depends on the withdrawn alert alone.
Alert MakeRetraction(const Retraction& retraction);
inline constexpr int kRetractionRule = 89699;

}  // namespace trailsift
