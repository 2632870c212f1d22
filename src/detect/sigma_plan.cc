#include "detect/sigma_plan.h"

#include <algorithm>

#include "base/bytes.h"

namespace trailsift {
namespace {

Hash128 SignatureOf(const SigmaCorrelation& correlation, const SigmaPlan::Node& node,
                    const std::vector<std::vector<std::string>>& fields) {
  std::string text;
  ByteWriter writer(text);
  writer.String(correlation.info.id);
  writer.U8(static_cast<std::uint8_t>(correlation.type));
  writer.I64(correlation.timespan);
  writer.U64(node.groups);
  for (const SigmaThreshold& threshold : correlation.thresholds) {
    writer.U8(static_cast<std::uint8_t>(threshold.kind));
    writer.String(std::to_string(threshold.value));
  }
  writer.String(std::to_string(correlation.percentile));
  for (const auto& row : fields)
    for (const std::string& field : row) writer.String(field);
  return FastHash(text);
}

}  // namespace

SigmaPlan::SigmaPlan(const std::vector<SigmaCorrelation>& correlations)
    : correlations_(correlations), nodes_(correlations_.size()), fields_(correlations_.size()) {
  // Those behind first: what they need of a firing is part of what those before them keep.
  for (std::size_t c = correlations_.size(); c-- > 0;) {
    const SigmaCorrelation& correlation = correlations_[c];
    Node& node = nodes_[c];
    node.groups = correlation.group_by.size();
    node.measured = correlation.fields.size();
    node.width = node.groups + node.measured;
    Millis further = 0;
    for (std::size_t outer = c + 1; outer < correlations_.size(); ++outer) {
      const auto& inputs = correlations_[outer].inputs;
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!inputs[i].is_correlation || inputs[i].index != c) continue;
        node.onward.push_back({outer, i, node.width});
        node.width += nodes_[outer].width;
        further = std::max(further, nodes_[outer].horizon);
      }
    }
    node.horizon = correlation.timespan + further;
    for (const SigmaCorrelation::Input& input : correlation.inputs) {
      std::vector<std::string> row = input.group_by;
      row.insert(row.end(), correlation.fields.begin(), correlation.fields.end());
      for (const Onward& onward : node.onward) {
        const auto& there = fields_[onward.correlation][onward.input];
        row.insert(row.end(), there.begin(), there.end());
      }
      fields_[c].push_back(std::move(row));
    }
    node.signature = SignatureOf(correlation, node, fields_[c]);
  }
  for (std::size_t c = 0; c < correlations_.size(); ++c) {
    const auto& inputs = correlations_[c].inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].is_correlation) continue;
      if (inputs[i].index >= uses_.size()) uses_.resize(inputs[i].index + 1);
      uses_[inputs[i].index].push_back({c, i});
    }
  }
}

}  // namespace trailsift
