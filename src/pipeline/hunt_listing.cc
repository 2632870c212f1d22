#include "pipeline/hunt_listing.h"

#include "base/log.h"
#include "source/layout.h"

namespace trailsift {
namespace {

// An object is named after its last event, a few minutes late; one named this much before the start holds nothing of interest.
constexpr Millis kNameSlack = 10 * kMinute;
// And one named this much after the end.
constexpr Millis kLongestDelivery = 2 * kDay;

bool LooksLikeLogs(std::string_view key) {
  for (const std::string_view end : {".gz", ".json", ".jsonl", ".ndjson"})
    if (key.size() >= end.size() && key.substr(key.size() - end.size()) == end) return true;
  return false;
}

bool IsOutside(const std::optional<Millis>& named, const HuntRange& range) {
  if (!named) return false;
  return (range.start && *named + kNameSlack < *range.start) || (range.end && *named > *range.end + kLongestDelivery);
}

// What is there instead of what was sought.
std::string Others(std::uint64_t other_files, std::uint64_t outside_times) {
  std::string text;
  if (other_files > 0) text += std::to_string(other_files) + " other files";
  if (outside_times > 0)
    text += (text.empty() ? "" : ", ") + std::to_string(outside_times) + " objects outside of --start and --end";
  return text.empty() ? text : " (" + text + ')';
}

}  // namespace

HuntListing ListHunt(const std::vector<HuntInput>& inputs, const HuntRange& range, const std::stop_token& stop,
                     const std::function<void(HuntObject&&)>& visit) {
  HuntListing listing;
  const auto fail = [&](const Status& status, const HuntInput& input) {
    if (status.code() == Code::kCancelled) return;
    listing.failures.push_back({status, input.store->local()});
    LogError("hunt", status.message());
  };
  for (std::size_t i = 0; i < inputs.size() && !stop.stop_requested(); ++i) {
    const HuntInput& input = inputs[i];
    if (input.single) {
      visit({ReadKey(input.prefix).name_time.value_or(0), input.prefix, input.size, i, false});
      continue;
    }
    // A request that hangs is given up, too.
    const std::stop_callback cancel(stop, [&] { input.store->Cancel(); });
    StoreQuery query;
    query.prefix = input.prefix;
    std::uint64_t found = 0;
    std::uint64_t other_files = 0;
    std::uint64_t outside_times = 0;
    const std::size_t failures = listing.failures.size();
    do {
      Result<StorePage> page = input.store->List(query);
      if (!input.store->local()) ++listing.pages;
      if (!page.ok()) {
        fail(page.status(), input);
        break;
      }
      for (const Status& fault : page->faults) fail(fault, input);
      for (StoredObject& object : page->objects) {
        const KeyFacts facts = ReadKey(object.key);
        if (object.key.back() == '/' || !LooksLikeLogs(object.key)) {
          ++other_files;
        } else if (IsOutside(facts.name_time, range)) {
          ++outside_times;
        } else {
          ++found;
          const Millis time = facts.name_time.value_or(facts.day.value_or(0) * kDay);
          visit({time, std::move(object.key), object.size, i, object.archived});
        }
      }
      query.token = page->next;
    } while (!query.token.empty() && !stop.stop_requested());
    listing.other_files += other_files;
    listing.outside_times += outside_times;
    if (found == 0 && listing.failures.size() == failures && !stop.stop_requested())
      LogWarning("hunt", input.text + ": nothing to read here" + Others(other_files, outside_times));
  }
  return listing;
}

}  // namespace trailsift
