// The Sigma rules of one configuration, loaded and compiled. Immutable; shared by all threads, and owned by the RuleSet beside Wazuh's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "rules/compiled_sigma.h"
#include "rules/mitre.h"
#include "rules/sigma_correlation.h"
#include "rules/sigma_rule.h"
#include "rules/sigma_sources.h"

namespace trailsift {

class SigmaRules {
 public:
  // Every fault goes to `diagnostics`; nullptr when one of them is an error.
  static std::shared_ptr<const SigmaRules> Load(const SigmaSources& sources, const MitreTable& mitre, Diagnostics& diagnostics);
  static std::shared_ptr<const SigmaRules> LoadTexts(const std::vector<SigmaText>& texts, const SigmaPlaceholders& placeholders,
                                                     const MitreTable& mitre, Diagnostics& diagnostics);

  // In the order of the files and of the documents in them. Filters are part of the rules that they are for.
  const std::vector<std::unique_ptr<const SigmaRule>>& rules() const { return rules_; }
  // Each behind those that it refers to.
  const std::vector<SigmaCorrelation>& correlations() const { return correlations_; }
  // Rules that are for other logs than CloudTrail's, and correlations and filters of such.
  std::size_t left_out() const { return left_out_; }
  // For detect/sigma_matcher.
  const CompiledSigma& compiled() const { return *compiled_; }

 private:
  std::vector<std::unique_ptr<const SigmaRule>> rules_;
  std::vector<SigmaCorrelation> correlations_;
  std::unique_ptr<const CompiledSigma> compiled_;
  std::size_t left_out_ = 0;
};

}  // namespace trailsift
