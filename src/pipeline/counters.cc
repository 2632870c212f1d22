#include "pipeline/counters.h"

namespace trailsift {

RunCounters RunCounters::Since(const RunCounters& before) const {
  RunCounters since;
  since.objects = objects - before.objects;
  since.bytes = bytes - before.bytes;
  since.records = records - before.records;
  since.duplicates = duplicates - before.duplicates;
  since.discarded = discarded - before.discarded;
  since.matched = matched - before.matched;
  since.unmatched = unmatched - before.unmatched;
  since.alerts = alerts - before.alerts;
  since.quarantined_records = quarantined_records - before.quarantined_records;
  since.quarantined_objects = quarantined_objects - before.quarantined_objects;
  since.unreadable_objects = unreadable_objects - before.unreadable_objects;
  since.gone_objects = gone_objects - before.gone_objects;
  since.kinds.insight = kinds.insight - before.kinds.insight;
  since.kinds.aggregated = kinds.aggregated - before.kinds.aggregated;
  since.kinds.network_activity = kinds.network_activity - before.kinds.network_activity;
  since.kinds.digests = kinds.digests - before.kinds.digests;
  since.kinds.without_time = kinds.without_time - before.kinds.without_time;
  return since;
}

std::string RunCounters::Describe() const {
  std::string text = std::to_string(records) + " records in " + std::to_string(objects) + " objects: " + std::to_string(matched) +
                     " matched, " + std::to_string(unmatched) + " unmatched, " + std::to_string(duplicates) + " duplicates, " +
                     std::to_string(discarded) + " discarded, " + std::to_string(quarantined_records) + " quarantined; " +
                     std::to_string(alerts) + " alerts";
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count > 0) text += ", " + std::to_string(count) + ' ' + what;
  };
  add(quarantined_objects, "damaged objects");
  add(unreadable_objects, "objects not read");
  add(gone_objects, "objects deleted before they were read");
  add(kinds.insight, "Insight events");
  add(kinds.aggregated, "aggregated events");
  add(kinds.network_activity, "network-activity events");
  add(kinds.digests, "digest files (not verified)");
  add(kinds.without_time, "records without a time of their own");
  return text;
}

}  // namespace trailsift
