#include "pipeline/noticed.h"

#include <algorithm>
#include <string>

#include "source/layout.h"
#include "source/listing.h"

namespace trailsift {

FlowObject NoticedObject(const QueueSet::Item& item, std::int64_t notified, const ObjectSource& origin) {
  const NotifiedObject& noticed = item.object.object;
  const Millis sent = item.object.sent > 0 ? item.object.sent : NowMillis();
  KeyFacts facts = ReadKey(noticed.key);
  if (!facts.day && !facts.name_time) facts = ReadDatedKey(noticed.key);

  FlowObject object;
  object.notice = Notice{item.ticket, notified, sent / kDay};
  object.store = origin.store;
  object.size = noticed.size;
  object.name_time =
      facts.name_time.value_or(facts.day ? std::max(*facts.day * kDay, std::min(sent, (*facts.day + 1) * kDay - 1)) : sent);
  object.envelope = origin.EnvelopeOf(noticed.key, std::string(facts.account));
  object.discard = origin.discard;
  object.format = origin.FormatOf(noticed.key);
  object.day = origin.noticed ? object.notice->day : facts.day.value_or(kNoDay);
  object.key = noticed.key;
  return object;
}

Result<bool> WasNoticed(Checkpoint& checkpoint, const FlowObject& object) {
  const Hash128 key = ObjectKeyHash(object.key);
  const std::int64_t sent = object.notice->day;
  // Two notices of one object may have been sent on two days.
  for (std::int64_t day = sent - 1; day <= sent + 1; ++day) {
    Result<bool> known = checkpoint.IsFinished({object.notice->source, day, key});
    if (!known.ok() || *known) return known;
  }
  return false;
}

}  // namespace trailsift
