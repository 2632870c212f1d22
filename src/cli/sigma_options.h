// The options by which commands take Sigma rules.
#pragma once

#include "rules/sigma_sources.h"

namespace CLI {
class App;
}

namespace trailsift {

// Adds --sigma and --sigma-placeholder. `sources` outlives the command line.
void AddSigmaOptions(CLI::App& command, SigmaSources& sources);
// The latter alone.
void AddSigmaPlaceholders(CLI::App& command, SigmaPlaceholders& placeholders);

}  // namespace trailsift
