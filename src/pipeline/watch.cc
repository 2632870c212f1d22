#include "pipeline/watch.h"

#include <algorithm>
#include <sstream>

#include "source/layout.h"
#include "source/listing.h"

namespace trailsift {
namespace {

// Names of notes behind kNotes; of silence and unreadable sources see there.
constexpr const char* kLag = "lag";
constexpr const char* kQuarantine = "quarantine";

std::string_view RegionOf(std::string_view account, std::string_view key) {
  return account.empty() ? std::string_view() : ReadKey(key).region;
}

// When an object was delivered. A name that has only its day may be as late as that day's end; none is of the future.
Millis DeliveredAt(Millis name_time, std::int64_t day, Millis now) {
  if (day == kNoDay) return now;
  return std::min(now, name_time == day * kDay ? (day + 1) * kDay - 1 : name_time);
}

}  // namespace

void Watch::Restore(const std::map<std::string, std::string>& notes, Millis now) {
  first_start_ = started_ = now;
  quarantine_changed_ = true;  // first_start_ is to be known from here on
  for (const auto& [full_name, value] : notes) {
    const std::string_view name = std::string_view(full_name).substr(kNotes.size());
    std::istringstream in(value);
    if (name == kLag) {
      in >> handled_ >> lag_told_;
    } else if (name == kQuarantine) {
      in >> first_start_ >> quarantine_alerts_ >> quarantine_told_;
      for (Slot slot; in >> slot.number >> slot.count;)
        quarantined_[static_cast<std::size_t>(slot.number) % quarantined_.size()] = slot;
    } else {
      silence_.Restore(name, value);
      unreadable_.Restore(name, value);
    }
  }
}

void Watch::Read(std::int64_t source, std::string_view account, std::string_view key, Millis name_time, std::int64_t day) {
  silence_.Heard(source, account, RegionOf(account, key), DeliveredAt(name_time, day, began_));
}

void Watch::NotListed(const SourcePlace& place, std::string_view reason) {
  not_listed_.insert(place);
  unreadable_.Failed(place, reason);
}

void Watch::NotRead(std::int64_t source, std::string_view account, std::string_view key, Millis name_time, std::int64_t day,
                    std::string_view reason) {
  const std::string_view region = RegionOf(account, key);
  silence_.Heard(source, account, region, DeliveredAt(name_time, day, began_));
  unreadable_.Failed({source, std::string(account), std::string(region)}, reason);
}

void Watch::Quarantined(std::uint64_t count, std::string_view place, Millis now) {
  Slot& slot = quarantined_[static_cast<std::size_t>(now / kSlot) % quarantined_.size()];
  if (slot.number != now / kSlot) slot = {now / kSlot, 0};
  slot.count += count;
  last_quarantined_ = place;
  quarantine_changed_ = true;
}

std::uint64_t Watch::QuarantinedLately(Millis now) const {
  std::uint64_t count = 0;
  for (const Slot& slot : quarantined_)
    if (slot.number > now / kSlot - static_cast<std::int64_t>(quarantined_.size())) count += slot.count;
  return count;
}

void Watch::Check(Millis now) {
  const Millis lag_from = options_.downtime_is_lag ? handled_ : std::max(handled_, started_);
  if (options_.lag_alert > 0 && handled_ > 0 && !lag_told_ && now - lag_from > options_.lag_alert) {
    lag_told_ = lag_changed_ = true;
    events_.Raise({"lag",
                   std::to_string(handled_),
                   std::min(now, lag_from + options_.lag_alert),
                   {{"since", FormatIsoTime(handled_)}, {"minutes", std::to_string((now - handled_) / kMinute)}}});
  }
  if (options_.quarantine_alert == 0) return;
  const std::uint64_t count = QuarantinedLately(now);
  if ((count > options_.quarantine_alert) == quarantine_told_) return;
  quarantine_told_ = !quarantine_told_;
  quarantine_changed_ = true;
  if (!quarantine_told_) return;
  events_.Raise({"quarantine",
                 std::to_string(first_start_) + '/' + std::to_string(++quarantine_alerts_),
                 now,
                 {{"count", std::to_string(count)}, {"latest", last_quarantined_}}});
}

void Watch::EndPass(const std::vector<WatchedSource>& sources, Millis now) {
  Check(now);
  unreadable_.EndPass(
      sources, [&](const SourcePlace& place) { return silence_.HasHeard(place); }, began_);
  silence_.EndPass(sources, not_listed_, began_);
  not_listed_.clear();
  if (lag_told_)
    events_.Raise({"lag_ended",
                   std::to_string(handled_),
                   now,
                   {{"since", FormatIsoTime(handled_)}, {"minutes", std::to_string((now - handled_) / kMinute)}}});
  handled_ = began_;
  lag_told_ = false;
  lag_changed_ = true;
}

void Watch::DropPass() {
  not_listed_.clear();
  unreadable_.DropPass();
}

std::vector<Note> Watch::TakeNotes() {
  std::vector<Note> notes;
  silence_.TakeNotes(notes);
  unreadable_.TakeNotes(notes);
  if (lag_changed_) notes.push_back({kLag, std::to_string(handled_) + (lag_told_ ? " 1" : " 0")});
  if (quarantine_changed_) {
    std::string text = std::to_string(first_start_) + ' ' + std::to_string(quarantine_alerts_) + (quarantine_told_ ? " 1" : " 0");
    for (const Slot& slot : quarantined_)
      if (slot.count > 0) text += ' ' + std::to_string(slot.number) + ' ' + std::to_string(slot.count);
    notes.push_back({kQuarantine, std::move(text)});
  }
  lag_changed_ = quarantine_changed_ = false;
  for (Note& note : notes) note.name.insert(0, kNotes);
  return notes;
}

}  // namespace trailsift
