// Reads one YAML document of Sigma's: told apart by kind, and a detection checked into a SigmaRule. Source: SigmaHQ sigma-specification 2.1,
// sigma-rules-specification.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/yaml.h"
#include "rules/mitre.h"
#include "rules/sigma_item.h"
#include "rules/sigma_rule.h"

namespace trailsift {

enum class SigmaDocumentKind { kDetection, kCorrelation, kFilter };

// Nothing, with the fault told, when it is none of Sigma's.
std::optional<SigmaDocumentKind> KindOfSigmaDocument(const YamlNode& document, const std::string& file, Diagnostics& diagnostics);

// Whether the rule is for CloudTrail's records: nothing in `logsource` says otherwise. A document without a usable `logsource` is, so that its
// faults are told.
bool IsForCloudTrail(const YamlNode& document);

// Checks a detection for CloudTrail. nullptr, with every fault told, when it has some.
std::unique_ptr<SigmaRule> ReadSigmaRule(const YamlNode& document, const std::string& file, const SigmaPlaceholders& placeholders,
                                         const MitreTable& mitre, Diagnostics& diagnostics);

// A rule by its id or its name.
struct SigmaReference {
  std::string name;
  Place place;
};

// A document that narrows other rules: they hold only where its condition does, too. Source: sigma-filters-specification.md.
struct SigmaFilter {
  SigmaRule rule;  // what it says of itself, its searches and condition
  std::vector<SigmaReference> references;
  bool for_all = false;  // `rules: any`
};

// nullptr, with every fault told, when it has some.
std::unique_ptr<SigmaFilter> ReadSigmaFilter(const YamlNode& document, const std::string& file,
                                             const SigmaPlaceholders& placeholders, const MitreTable& mitre,
                                             Diagnostics& diagnostics);
void ApplySigmaFilter(const SigmaFilter& filter, SigmaRule& rule);

}  // namespace trailsift
