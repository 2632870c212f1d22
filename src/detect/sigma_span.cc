#include "detect/sigma_span.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace trailsift {

using Type = SigmaCorrelation::Type;

std::optional<double> SigmaSpan::NumberOf(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::size_t SigmaSpan::Add(const Item& item) {
  items_.push_back(item);
  Count(item, true);
  std::size_t gone = 0;
  for (; items_.front().time < item.time - correlation_.timespan; ++gone) {
    Count(items_.front(), false);
    items_.pop_front();
  }
  return gone;
}

void SigmaSpan::Count(const Item& item, bool in) {
  switch (correlation_.type) {
    case Type::kEventCount: return;
    case Type::kTemporal:
    case Type::kTemporalOrdered:
      for (std::size_t i = 0; i < counts_.size(); ++i)
        if ((item.inputs >> i & 1) != 0) counts_[i] += in ? 1 : -1;
      return;
    case Type::kValueCount:
      if (item.value == 0) return;
      if (in) ++values_[item.value];
      else if (const auto found = values_.find(item.value); --found->second == 0) values_.erase(found);
      return;
    case Type::kValueSum:
    case Type::kValueAverage:
    case Type::kValuePercentile: {
      if (!item.number) return;
      const auto at = std::lower_bound(numbers_.begin(), numbers_.end(), *item.number);
      if (in) numbers_.insert(at, *item.number);
      else numbers_.erase(at);
      return;
    }
  }
}

// The most inputs that events of the window follow one another for, in the order of the rules. Events of the same time (CloudTrail has whole
// seconds) may stand in either order.
std::size_t SigmaSpan::InOrder() const {
  std::vector<std::size_t> best(counts_.size() + 1);  // by how many inputs were looked at: the longest that ends there or before
  for (std::size_t begin = 0; begin < items_.size();) {
    std::uint64_t inputs = 0;
    const Millis time = items_[begin].time;
    for (; begin < items_.size() && items_[begin].time == time; ++begin) inputs |= items_[begin].inputs;
    for (std::size_t i = 0; i < counts_.size(); ++i)
      best[i + 1] = std::max({best[i + 1], best[i], (inputs >> i & 1) != 0 ? best[i] + 1 : 0});
  }
  return best.back();
}

double SigmaSpan::Present() const {
  return static_cast<double>(std::count_if(counts_.begin(), counts_.end(), [](std::uint32_t count) { return count > 0; }));
}

std::optional<double> SigmaSpan::Measure() const {
  switch (correlation_.type) {
    case Type::kEventCount: return static_cast<double>(items_.size());
    case Type::kValueCount: return static_cast<double>(values_.size());
    case Type::kTemporal: return Present();
    case Type::kTemporalOrdered: return static_cast<double>(InOrder());
    default: break;
  }
  if (numbers_.empty()) return std::nullopt;
  const auto count = static_cast<double>(numbers_.size());
  if (correlation_.type != Type::kValuePercentile) {
    const double sum = std::accumulate(numbers_.begin(), numbers_.end(), 0.0);
    return correlation_.type == Type::kValueSum ? sum : sum / count;
  }
  // Between two values: in proportion.
  const double place = correlation_.percentile / 100 * (count - 1);
  const double below = std::floor(place);
  const auto at = static_cast<std::size_t>(below);
  const double next = at + 1 < numbers_.size() ? numbers_[at + 1] : numbers_[at];
  return numbers_[at] + (place - below) * (next - numbers_[at]);
}

bool SigmaSpan::Holds() const {
  using Kind = SigmaThreshold::Kind;
  if (correlation_.type == Type::kTemporalOrdered) {
    // In order there are at most as many as there are at all, which is known without a look at the window.
    const double most = Present();
    for (const SigmaThreshold& threshold : correlation_.thresholds)
      if ((threshold.kind == Kind::kAtLeast || threshold.kind == Kind::kAbove) && !threshold.Holds(most)) return false;
  }
  const std::optional<double> measured = Measure();
  return measured && std::all_of(correlation_.thresholds.begin(), correlation_.thresholds.end(),
                                 [&](const SigmaThreshold& threshold) { return threshold.Holds(*measured); });
}

}  // namespace trailsift
