// Reads Wazuh's tests of rules (`ruleset/testing/tests/*.ini`), as its runner does:
//
//   ; a comment
//   [section]
//   log 1 pass = line
//   log 1 pass = line      the same key again: one session, and only the last line's result counts
//   log 2 fail = line      the result must not be the triple below
//   rule = 100100
//   alert = 5
//   decoder = json
//
// An empty rule, alert or decoder expects none. Wazuh's runner takes a `fail` whose triple has an empty part as passed whatever comes, and
// so do we. (Source: Wazuh's documentation of `runtests.py`; answers of wazuh-logtest.)
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"

namespace trailsift {

struct IniCase {
  std::string name;  // `section: log 1 pass`
  Place place;       // of its first line
  std::vector<std::string> lines;
  bool must_differ = false;  // `fail`
  std::string rule;
  std::string level;
  std::string decoder;
};

// The cases of the file in its order. Every fault goes to `diagnostics`; not to be run when one of them is an error.
std::vector<IniCase> ReadIniCases(const std::string& text, const std::string& file, Diagnostics& diagnostics);

}  // namespace trailsift
