// Which Sigma rules hold for one event, without memory of other events: all of them, in their order.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "detect/sigma_record.h"
#include "event/event.h"
#include "rules/compiled_sigma.h"
#include "rules/sigma_rules.h"

namespace trailsift {

// Matches against a compiled set, which it borrows. Cheap to make; holds scratch memory, so one per thread.
class SigmaMatcher {
 public:
  explicit SigmaMatcher(const SigmaRules& rules);

  // `header` is the record's, read already. `matches` is overwritten; the rules live as long as the set.
  void Match(const Event& event, const RecordHeader& header, std::vector<const SigmaRule*>& matches);

 private:
  struct Slot {
    std::uint32_t event = 0;  // the event this was found for
    SigmaValues values;
  };

  const SigmaValues& Values(std::uint32_t field);
  bool Holds(const SigmaNode& node);
  bool ItemHolds(std::uint32_t item);
  bool Decide(const CompiledSigmaItem& compiled);
  void AddCandidates();

  const CompiledSigma& compiled_;

  // Of the event at hand.
  const Event* event_ = nullptr;
  const RecordHeader* header_ = nullptr;
  JsonValue record_;
  std::uint32_t event_number_ = 0;
  std::vector<Slot> fields_;
  std::vector<std::uint32_t> items_;  // event number * 2 + answer
  std::optional<SigmaValue> text_;    // of the whole record
  std::vector<std::uint32_t> candidates_;
};

}  // namespace trailsift
