// Reads correlation documents and resolves what they refer to. Source: SigmaHQ sigma-specification 2.1,
// sigma-correlation-rules-specification.md; the types that measure values as its JSON schema and pySigma have them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "base/yaml.h"
#include "rules/mitre.h"
#include "rules/sigma_correlation.h"
#include "rules/sigma_document.h"
#include "rules/sigma_rule.h"

namespace trailsift {

// A correlation whose references are still names.
struct SigmaCorrelationDraft {
  struct Alias {
    std::string name;
    std::vector<std::pair<SigmaReference, std::string>> fields;  // of each rule
    Place place;
  };
  SigmaCorrelation correlation;
  std::vector<SigmaReference> references;
  std::vector<Alias> aliases;
};

// nullptr, with every fault told, when it has some.
std::unique_ptr<SigmaCorrelationDraft> ReadSigmaCorrelation(const YamlNode& document, const std::string& file,
                                                            const MitreTable& mitre, Diagnostics& diagnostics);

// What a document that is not loaded is called: a correlation of it is not loaded either.
struct SigmaLeftOut {
  std::string id;
  std::string name;
};

struct LinkedSigma {
  std::vector<SigmaCorrelation> correlations;  // each behind those that it refers to
  std::size_t left_out = 0;                    // correlations of rules that were left out
};

// Resolves all references, and notes which rules report by themselves. Faults go to `diagnostics`: a name that no rule has or two have, a circle, an alias that lacks a rule.
LinkedSigma LinkSigmaCorrelations(std::vector<std::unique_ptr<SigmaCorrelationDraft>> drafts,
                                  const std::vector<std::unique_ptr<SigmaRule>>& rules, const std::vector<SigmaLeftOut>& left_out,
                                  Diagnostics& diagnostics);

}  // namespace trailsift
