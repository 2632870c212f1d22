// What is remembered of an event for the sake of Sigma's correlations: for each one that counts it, the values by which that one groups and
// measures, and those of the correlations that count its firings in turn, so that no record is read again when it fires.
//
// Correlations stand in an order in which each comes behind those that it refers to. Immutable, shared by all threads.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "rules/sigma_correlation.h"

namespace trailsift {

class SigmaPlan {
 public:
  // A correlation that counts the firings of this one.
  struct Onward {
    std::size_t correlation = 0;
    std::size_t input = 0;   // which of its inputs this one is
    std::size_t offset = 0;  // where its values begin in a row of this one
  };
  struct Node {
    Hash128 signature;         // stable over restarts as long as it means the same
    std::size_t groups = 0;    // a row begins with so many values of `group_by`
    std::size_t measured = 0;  // and so many that are measured
    std::size_t width = 0;     // values of a row, those of `onward` included
    std::vector<Onward> onward;
    Millis horizon = 0;  // how far back events are needed: its own timespan and those of what counts its firings
  };

  // Borrows the correlations.
  explicit SigmaPlan(const std::vector<SigmaCorrelation>& correlations);

  const std::vector<SigmaCorrelation>& correlations() const { return correlations_; }
  // Who counts what a detection finds.
  struct Use {
    std::size_t correlation = 0;
    std::size_t input = 0;
  };
  const std::vector<Use>& uses(std::size_t rule) const { return rule < uses_.size() ? uses_[rule] : no_uses_; }
  const Node& node(std::size_t correlation) const { return nodes_[correlation]; }
  // The fields that make a row of an event that `input` of the correlation found; `width` of them.
  const std::vector<std::string>& fields(std::size_t correlation, std::size_t input) const { return fields_[correlation][input]; }

 private:
  const std::vector<SigmaCorrelation>& correlations_;
  std::vector<Node> nodes_;
  std::vector<std::vector<std::vector<std::string>>> fields_;
  std::vector<std::vector<Use>> uses_;  // by rule
  std::vector<Use> no_uses_;
};

}  // namespace trailsift
