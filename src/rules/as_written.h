// The tests of a rule as its author wrote them, for whoever has to show them: explanations, warnings, `rules show`.
//
// Repeated elements that Wazuh glues (two <match>, two <srcip>) are one test, and variables are filled in. Owns its strings.
#pragma once

#include <string>
#include <vector>

#include "rules/rule.h"

namespace trailsift {

struct WrittenTest {
  std::string element;      // field, match, regex, decoded_as, srcip, list, maxsize, time, weekday, …
  std::string field;        // name="…" of <field>, field="…" of <list>; else empty
  std::string type;         // of a pattern: osmatch, osregex, pcre2, exact, addresses; else empty
  bool negate = false;      // negate="yes"
  std::string lookup;       // of a list
  std::string check_value;  // of a list
  std::string text;         // the pattern, the name of the list, the range of time, the number of maxsize
  Place place;

  // `<field name="aws.eventName" type="pcre2" negate="yes">^Create</field>`, `maxsize="60"`. The type stands there where it is not the
  // element's own.
  std::string ToXml() const;
};

WrittenTest Written(const Condition& condition);
WrittenTest Written(const ListCondition& condition);
// The test that is an attribute or element of its own: `maxsize`, `time` or `weekday` of a rule that has it.
WrittenTest WrittenLimit(const Rule& rule, const std::string& element);

// All tests of a rule, in the order in which they are tried.
std::vector<WrittenTest> WrittenTests(const Rule& rule);

}  // namespace trailsift
