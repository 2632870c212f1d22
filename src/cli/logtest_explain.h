// How logtest shows explanations: the text below `**Rule debugging:` and `**Why not rule ID:`, and the members `explain` and `why_not`
// of its JSON. Pure functions.
#pragma once

#include <string>

#include "cli/logtest_session.h"

namespace trailsift {

// The rules from the root to the result, each with its tests and what they saw.
void AppendPathText(const LogtestAnswer& answer, std::string& out);
// A block for each rule of answer.why_not.
void AppendWhyNotText(const LogtestAnswer& answer, std::string& out);

// `,"explain":{…}` and `,"why_not":[…]`.
void AppendPathJson(const LogtestAnswer& answer, std::string& out);
void AppendWhyNotJson(const LogtestAnswer& answer, std::string& out);

}  // namespace trailsift
