// The events of one group that a correlation looks at: a window that slides over event time, and what is measured in it. What is measured
// depends on the events of the window alone, not on how it came to be there. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "rules/sigma_correlation.h"

namespace trailsift {

class SigmaSpan {
 public:
  struct Item {
    Millis time = 0;
    std::uint64_t inputs = 0;  // a bit for each input that found the event
    std::uint64_t value = 0;   // value_count: a number that stands for what is measured; 0: none
    std::optional<double> number;
  };

  // Borrows the correlation.
  explicit SigmaSpan(const SigmaCorrelation& correlation) : correlation_(correlation), counts_(correlation.inputs.size()) {}

  // In the order of time. What is more than the timespan older goes; how many went.
  std::size_t Add(const Item& item);
  bool Holds() const;

  // The number that a text of a record stands for.
  static std::optional<double> NumberOf(std::string_view text);

 private:
  void Count(const Item& item, bool in);
  std::size_t InOrder() const;
  // Of the inputs, those that found an event of the window.
  double Present() const;
  std::optional<double> Measure() const;

  const SigmaCorrelation& correlation_;
  std::deque<Item> items_;
  std::vector<std::uint32_t> counts_;                        // by input
  std::unordered_map<std::uint64_t, std::uint32_t> values_;  // value_count: how many events have each
  std::vector<double> numbers_;                              // sorted: what is made of them depends on no order
};

}  // namespace trailsift
