// Reads `field|modifiers: values` of a Sigma rule into tests. Every modifier of the specification 2.1 is honoured or the item is refused; none
// is passed over. Source: SigmaHQ sigma-specification 2.1, sigma-appendix-modifiers.md.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "base/yaml.h"
#include "rules/sigma_rule.h"
#include "rules/sigma_sources.h"

namespace trailsift {

class SigmaItemReader {
 public:
  // All are borrowed.
  SigmaItemReader(const std::string& file, const SigmaPlaceholders& placeholders, Diagnostics& diagnostics)
      : file_(file), placeholders_(placeholders), diagnostics_(diagnostics) {}

  // Nothing, with the faults told, when it can't be honoured. A key without a field stands for keywords.
  std::optional<SigmaItem> Read(const YamlMember& member);
  // Keywords as a plain list, or a single one.
  std::optional<SigmaItem> ReadKeywords(const YamlNode& values);

 private:
  const std::string& file_;
  const SigmaPlaceholders& placeholders_;
  Diagnostics& diagnostics_;
};

}  // namespace trailsift
