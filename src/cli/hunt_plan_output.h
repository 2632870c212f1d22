// What `hunt --plan` prints: a table with notes for people, one JSON object for programs (docs/format/hunt.md).
#pragma once

#include <string>
#include <vector>

#include "pipeline/hunt_plan.h"

namespace trailsift {

// Lines, each with its end. A long table shows the largest parts and says how many it leaves out.
std::string PlanText(const HuntPlan& plan, const std::vector<HuntInput>& inputs);
// One line with its end.
std::string PlanJson(const HuntPlan& plan, const std::vector<HuntInput>& inputs);

}  // namespace trailsift
