#include "pipeline/object_flow.h"

#include <memory>
#include <utility>

namespace trailsift {

ObjectFlow::ObjectFlow(FlowOptions options, const AnalyzerOptions& analyzer, std::function<std::optional<FlowObject>()> next)
    : Flow(
          options,
          [&analyzer]() -> Worker {
            return [mine = std::make_shared<Analyzer>(analyzer)](std::string bytes, FlowReport& result) {
              // Kept until we know whether something must be quarantined: damaged objects are small or rare.
              const FlowObject& object = result.object;
              result.report = mine->Analyze(bytes, *object.envelope, object.discard, object.name_time, object.format);
              if (!result.report.object_fault.ok()) result.bytes = std::move(bytes);
            };
          },
          std::move(next)) {}

}  // namespace trailsift
