// The flow of `run` and `hunt`: an Analyzer looks at each object (flow.h).
#pragma once

#include <functional>
#include <optional>

#include "pipeline/analyzer.h"
#include "pipeline/flow.h"

namespace trailsift {

using FlowReport = FlowResult<ObjectReport>;

class ObjectFlow : public Flow<ObjectReport> {
 public:
  // `analyzer` outlives the flow; `next` as in Flow.
  ObjectFlow(FlowOptions options, const AnalyzerOptions& analyzer, std::function<std::optional<FlowObject>()> next);
};

}  // namespace trailsift
