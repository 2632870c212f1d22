// A checked rule: what a Wazuh XML rule means (Sigma's: sigma_rule.h), after every fault was reported and every name resolved, before it
// is compiled. Owns its strings. Immutable once it stands in a RuleSet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "rules/expression.h"
#include "rules/lists.h"
#include "rules/time_window.h"

namespace trailsift {

// The compliance groups of a rule, in order of first appearance: {"pci_dss", {"10.6.1", …}}.
using Compliance = std::vector<std::pair<std::string, std::vector<std::string>>>;

struct MitreTechnique {
  std::string id;         // T1110; empty where a rule names tactics alone
  std::string technique;  // Brute Force; empty where the data file does not know the id
  std::vector<std::string> tactics;
};

// What an alert says of its rule, whichever language the rule was written in.
struct RuleInfo {
  std::string id;  // Wazuh: the number as text; Sigma: the UUID, or `sigma-` and what is made of the title
  int level = 0;
  std::string description;          // Wazuh: a template, `$(field)` stands for a value; Sigma: the title
  std::vector<std::string> groups;  // without the compliance ones
  Compliance compliance;
  std::vector<MitreTechnique> mitre;
  std::vector<std::string> cve;
  std::string info;
  std::uint32_t frequency = 0;  // as written; 0 = not a composite
};

// <field name="…">, or one of the other tests on a value (match, user, url, …), told by `subject`. kStatic names are those of Wazuh's
// elements: srcip, dstip, srcport, dstport, user (the target user, else the source user), url, id, data, extra_data, status, protocol,
// system_name, action, hostname, program_name, srcgeoip, dstgeoip.
struct Condition {
  enum class Subject { kField, kLog, kLocation, kDecoder, kStatic };
  Subject subject = Subject::kField;
  std::string name;  // kField, kStatic: the field
  Expression expression;
  Place place;
  std::string element;  // as it is written: field, match, regex, location, …
};

struct ListCondition {
  std::string name;  // the field
  ListLookup lookup = ListLookup::kMatchKey;
  const ValueList* list = nullptr;  // owned by the RuleSet
  Expression check_value;           // only for kMatchKeyValue and kAddressMatchKeyValue
  Place place;
  std::string list_name;  // as it is written
};

// A value by which a composite rule compares two events.
struct ContextField {
  // kField: one of the fields that the decoder made up, whose names are the event's; kStatic: one of Wazuh's own; kLog: nothing but
  // whether the log matches `pattern`, under which name it then goes.
  Condition::Subject subject = Condition::Subject::kField;
  std::string name;
  std::shared_ptr<const Expression> pattern;

  bool operator==(const ContextField& other) const { return subject == other.subject && name == other.name; }
};

// The memory part of a composite rule.
struct Composite {
  std::vector<const struct Rule*>
      targets;                            // events whose final rule is one of these are counted (if_matched_sid, if_matched_group)
  std::uint32_t count = 2;                // events needed, the current one included
  Millis timeframe = 360 * kSecond;       // exactly that far apart still counts
  std::vector<ContextField> same_fields;  // both present and equal, case counts
  std::vector<ContextField> different_fields;  // not both present and equal
  bool global_frequency = false;
  bool by_group = false;            // if_matched_group
  std::optional<ContextField> log;  // if_matched_regex: every event of level 1 or more is counted whose log matches
  std::string matched;              // the text of <if_matched_sid> or <if_matched_group>
};

struct Rule {
  int id = 0;
  RuleInfo info;
  Place place;

  std::vector<Condition> conditions;  // all must hold, in Wazuh's order of tests
  std::vector<ListCondition> lists;   // in file order
  std::optional<DayTime> time;        // <time>
  std::optional<Weekdays> weekdays;   // <weekday>
  std::uint32_t max_size = 0;         // maxsize: the log must have at least so many bytes; 0 = any
  std::vector<Rule*> children;        // in the order they are tried
  std::vector<const Rule*> parents;   // none: a root
  std::string category = "syslog";    // Wazuh's kind of log; events here are all `syslog`
  bool tried_last = false;            // accuracy="0"
  bool never_holds = false;           // a test of it needs what we don't have (if_fts, check_diff, GeoIP, …)

  bool is_composite = false;
  Composite composite;     // only when is_composite
  bool is_target = false;  // some composite counts events that end here
  bool no_alert = false;   // noalert="1"
  bool no_full_log = false;
  bool no_log = false;
  bool log_alert = false;
  bool no_counter = false;
  bool email_alert = false;
  bool no_email_alert = false;
  std::uint32_t ignore_seconds = 0;  // ignore="S"
};

// Whether a result of this rule is given for the parent instead, for a while after one was given.
inline bool Ignores(const Rule& rule) { return rule.ignore_seconds > 0 && rule.info.level > 0; }

}  // namespace trailsift
