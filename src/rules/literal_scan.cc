#include "rules/literal_scan.h"

#include <deque>

#include "rules/ascii.h"

namespace trailsift {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

}  // namespace

LiteralScan::LiteralScan(const std::vector<std::string>& literals) {
  for (const std::string& literal : literals) {
    for (const char c : literal) {
      std::uint8_t& known = class_of_[static_cast<unsigned char>(AsciiLower(c))];
      if (known == 0) known = static_cast<std::uint8_t>(classes_++);  // at most 230 bytes are their own lower case
    }
  }
  for (char c = 'A'; c <= 'Z'; ++c) class_of_[static_cast<unsigned char>(c)] = class_of_[static_cast<unsigned char>(AsciiLower(c))];

  next_.assign(classes_, kNone);
  std::vector<std::vector<std::uint32_t>> ending(1);
  for (std::uint32_t number = 0; number < literals.size(); ++number) {
    std::uint32_t state = 0;
    for (const char c : literals[number]) {
      const std::size_t step = state * classes_ + class_of_[static_cast<unsigned char>(c)];
      if (next_[step] == kNone) {
        next_[step] = static_cast<std::uint32_t>(ending.size());
        ending.emplace_back();
        next_.resize(next_.size() + classes_, kNone);
      }
      state = next_[step];
    }
    ending[state].push_back(number);
  }

  // Breadth first: what a state lacks it takes from the state of its longest proper suffix, which is complete by then.
  std::vector<std::uint32_t> suffix(ending.size(), 0);
  std::deque<std::uint32_t> waiting{0};
  while (!waiting.empty()) {
    const std::uint32_t state = waiting.front();
    waiting.pop_front();
    const std::vector<std::uint32_t>& shorter = ending[suffix[state]];
    if (state != 0) ending[state].insert(ending[state].end(), shorter.begin(), shorter.end());
    for (std::uint32_t c = 0; c < classes_; ++c) {
      std::uint32_t& target = next_[state * classes_ + c];
      const std::uint32_t fallback = state == 0 ? 0 : next_[suffix[state] * classes_ + c];
      if (target == kNone) {
        target = fallback;
      } else {
        suffix[target] = fallback;
        waiting.push_back(target);
      }
    }
  }

  ends_.assign(1, 0);
  for (const std::vector<std::uint32_t>& numbers : ending) {
    numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
    ends_.push_back(static_cast<std::uint32_t>(numbers_.size()));
  }
  for (std::uint32_t& step : next_) step = step * classes_ | (ending[step].empty() ? 0 : kEnds);
}

}  // namespace trailsift
