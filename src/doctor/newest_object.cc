#include "doctor/newest_object.h"

#include <algorithm>
#include <tuple>

#include "source/layout.h"

namespace trailsift {
namespace {

// How far back listings begin, one after the other.
constexpr Millis kSteps[] = {kHour, 6 * kHour, kDay, 7 * kDay, 30 * kDay, 400 * kDay};
// Of a type that is listed by day: today and the days before it.
constexpr int kDays = 8;
// A listing that goes on for longer has shown what is recent enough.
constexpr int kMaxPages = 5;

class Search {
 public:
  Search(ObjectStore& store, const BucketSettings& bucket, const std::string& account, const std::string& region, Millis now)
      : store_(store),
        bucket_(bucket),
        account_(account),
        region_(region),
        now_(now),
        prefix_(DaysPrefix(bucket, account, region)) {}

  Result<std::optional<NewestObject>> Run() {
    const bool by_day = IsListedByDay(bucket_.type);
    const std::size_t steps = by_day ? kDays : std::size(kSteps);
    std::string last;
    Millis looked = now_;
    for (std::size_t i = 0; i < steps && !found_; ++i) {
      looked = by_day ? (now_ / kDay - static_cast<Millis>(i)) * kDay : now_ - kSteps[i];
      StoreQuery query;
      query.prefix = by_day ? prefix_ + DayFolder(looked / kDay, bucket_.type) + '/' : prefix_;
      if (!by_day) query.start_after = StartOf(looked);
      // Where keys say the day only, several steps are one.
      if (const std::string place = query.prefix + '\n' + query.start_after; place == last) continue;
      else last = place;
      TRAILSIFT_RETURN_IF_ERROR(Look(query, kMaxPages));
    }
    if (found_) return found_;
    StoreQuery any;
    any.prefix = prefix_;
    any.max_keys = 2;  // the first may stand for the folder itself
    TRAILSIFT_RETURN_IF_ERROR(Look(any, 1));
    if (found_ && found_->dated) {
      found_->old = true;
      found_->time = looked;
    }
    return found_;
  }

 private:
  // The keys of this moment and later ones stand behind it.
  std::string StartOf(Millis moment) const {
    std::string start = prefix_ + DayFolder(moment / kDay, bucket_.type);
    if (bucket_.type != "cloudtrail") return start;
    const std::string iso = FormatIsoTime(moment);  // 2026-01-15T10:00:05Z
    start.append("/").append(account_).append("_CloudTrail_").append(region_).append("_");
    start.append(iso, 0, 4).append(iso, 5, 2).append(iso, 8, 2).append("T").append(iso, 11, 2).append(iso, 14, 2);
    return start;
  }

  Status Look(StoreQuery query, int pages) {
    for (; pages > 0; --pages) {
      Result<StorePage> page = store_.List(query);
      if (!page.ok()) return page.status();
      for (StoredObject& object : page->objects) Take(object);
      query.token = page->next;
      if (query.token.empty()) break;
    }
    return Status::Ok();
  }

  void Take(StoredObject& object) {
    if (object.key.empty() || object.key.back() == '/') return;
    const KeyFacts facts = account_.empty() ? ReadDatedKey(object.key) : ReadKey(object.key);
    NewestObject made;
    made.dated = facts.name_time || facts.day;
    made.time = facts.name_time ? *facts.name_time : facts.day ? std::min(now_, (*facts.day + 1) * kDay - 1) : now_;
    made.size = object.size;
    made.key = std::move(object.key);
    if (!found_ || std::tie(made.dated, made.time, made.key) > std::tie(found_->dated, found_->time, found_->key))
      found_ = std::move(made);
  }

  ObjectStore& store_;
  const BucketSettings& bucket_;
  const std::string& account_;
  const std::string& region_;
  const Millis now_;
  const std::string prefix_;
  std::optional<NewestObject> found_;
};

}  // namespace

Result<std::optional<NewestObject>> FindNewest(ObjectStore& store, const BucketSettings& bucket, const std::string& account,
                                               const std::string& region, Millis now) {
  return Search(store, bucket, account, region, now).Run();
}

}  // namespace trailsift
