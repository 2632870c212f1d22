// What a Sigma rule says of itself beside what it seeks: title, id, level, tags and the rest, checked by the specification's types. Source:
// SigmaHQ sigma-specification 2.1, sigma-rules-specification.md and sigma-appendix-tags.md.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "base/yaml.h"
#include "rules/mitre.h"
#include "rules/sigma_rule.h"

namespace trailsift {

// Fills in `info`, `uuid` and `name`. Faults go to `diagnostics`.
void ReadSigmaHeader(const YamlNode& document, const std::string& file, const MitreTable& mitre, SigmaRule& rule,
                     Diagnostics& diagnostics);

}  // namespace trailsift
