#include "pipeline/silence.h"

#include <algorithm>
#include <charconv>

namespace trailsift {
namespace {

// Streams beyond these are not watched: folders cost those who may write into the bucket nothing.
constexpr std::size_t kMaxStreams = 100'000;
// What should have been told so long before it was first read, is history.
constexpr Millis kHistory = 14 * kDay;

constexpr std::string_view kHeard = "heard/";
constexpr std::string_view kTold = "told/";

// The place, with its account and region where it has but one.
std::vector<std::pair<std::string, std::string>> NamedFields(const SourcePlace& place, const SourcePlace& first,
                                                             const SourcePlace& last, const WatchedSource& source) {
  SourcePlace named = first;
  if (first.account != last.account) named.account = place.account;
  if (first.account != last.account || first.region != last.region) named.region = place.region;
  auto fields = FieldsOf(named, source);
  fields.front().second = place.scope();
  return fields;
}

bool IsWanted(const std::vector<std::string>& chosen, const std::string& name) {
  return chosen.empty() || name.empty() || std::find(chosen.begin(), chosen.end(), name) != chosen.end();
}

}  // namespace

void Silence::Restore(std::string_view name, const std::string& value) {
  const bool told = name.starts_with(kTold);
  if (!told && !name.starts_with(kHeard)) return;
  const auto place = SourcePlace::FromText(name.substr(told ? kTold.size() : kHeard.size()));
  if (!place) return;
  if (told) {
    Told known;
    std::from_chars(value.data(), value.data() + value.size(), known.since);
    known.raised = !value.ends_with(" history");
    told_[*place] = known;
  } else if (const auto delivery = Delivery::FromText(value)) {
    sources_[place->source][place->account][place->region] = {*delivery, true, false};
    ++size_;
  }
}

void Silence::Heard(std::int64_t source, std::string_view account, std::string_view region, Millis time) {
  Accounts& accounts = sources_[source];
  auto regions = accounts.find(account);
  if (regions == accounts.end()) {
    if (size_ >= kMaxStreams) return;
    regions = accounts.emplace(account, Regions()).first;
  }
  auto stream = regions->second.find(region);
  if (stream == regions->second.end()) {
    if (size_ >= kMaxStreams) return;
    ++size_;
    stream = regions->second.emplace(region, Stream()).first;
  }
  stream->second.delivery.Hear(time);
  if (!stream->second.changed) Change({source, std::string(account), std::string(region)}, stream->second);
}

bool Silence::HasHeard(const SourcePlace& place) const {
  const auto accounts = sources_.find(place.source);
  if (accounts == sources_.end()) return false;
  if (place.account.empty()) return !accounts->second.empty();
  const auto regions = accounts->second.find(place.account);
  return regions != accounts->second.end() && (place.region.empty() || regions->second.contains(place.region));
}

void Silence::Change(const SourcePlace& place, Stream& stream) {
  if (stream.changed) return;
  stream.changed = true;
  changed_.push_back(place);
}

void Silence::EndPass(const std::vector<WatchedSource>& sources, const SourcePlaces& unread, Millis began) {
  for (const WatchedSource& source : sources) {
    const auto accounts = sources_.find(source.id);
    if (accounts == sources_.end()) continue;
    Streams streams;
    // What the configuration does not ask for any more is not missed.
    for (auto& [account, regions] : accounts->second) {
      if (!IsWanted(source.accounts, account)) continue;
      for (auto& [region, stream] : regions)
        if (IsWanted(source.regions, region)) streams.emplace_back(SourcePlace{source.id, account, region}, &stream);
    }
    if (streams.empty()) continue;
    if (after_ > 0) Judge({source, unread, began}, {source.id, {}, {}}, streams);
    for (auto& [place, stream] : streams) stream->judged = true;
  }
}

void Silence::Judge(const Look& look, const SourcePlace& place, const Streams& streams) {
  if (IsCovered(place, look.unread)) return;
  Delivery whole;
  for (const auto& [each, stream] : streams) whole.Merge(stream->delivery);
  if (const auto told = told_.find(place); told != told_.end()) {
    if (whole.heard <= told->second.since) return;
    TellEnd(look, place, streams, whole);
  } else if (!Touches(look.unread, place) && look.began - whole.quiet_from() > whole.Allowed(after_)) {
    return Tell(look, place, streams, whole);
  }
  // Its parts: accounts of a bucket, regions of an account.
  for (auto begin = streams.begin(); begin != streams.end();) {
    SourcePlace part = begin->first;
    if (place.account.empty()) part.region.clear();
    const auto end = std::find_if(begin, streams.end(), [&](const auto& item) { return !item.first.IsWithin(part); });
    if (part != place) Judge(look, part, Streams(begin, end));
    begin = end;
  }
}

void Silence::Tell(const Look& look, const SourcePlace& place, const Streams& streams, const Delivery& whole) {
  const Millis due = whole.quiet_from() + whole.Allowed(after_);
  const bool history = look.began - due > kHistory &&
                       std::none_of(streams.begin(), streams.end(), [](const auto& item) { return item.second->judged; });
  told_[place] = {whole.heard, !history};
  changed_told_.insert(place);
  if (history) return;
  OwnEvent event{"silence", place.ToText() + '/' + std::to_string(whole.heard), std::min(due, look.began),
                 NamedFields(place, streams.front().first, streams.back().first, look.source)};
  event.fields.emplace_back("since", FormatIsoTime(whole.heard));
  event.fields.emplace_back("hours", std::to_string((look.began - whole.heard) / kHour));
  events_.Raise(event);
}

void Silence::TellEnd(const Look& look, const SourcePlace& place, const Streams& streams, const Delivery& whole) {
  const Told told = told_.at(place);
  told_.erase(place);
  changed_told_.insert(place);
  // Its parts come back one after the other.
  for (const auto& [each, stream] : streams) {
    if (stream->delivery.heard > told.since) continue;
    stream->delivery.counted_from = std::max(stream->delivery.counted_from, whole.heard);
    Change(each, *stream);
  }
  if (!told.raised) return;
  OwnEvent event{"silence_ended", place.ToText() + '/' + std::to_string(told.since), std::min(whole.heard, look.began),
                 NamedFields(place, streams.front().first, streams.back().first, look.source)};
  event.fields.emplace_back("since", FormatIsoTime(told.since));
  event.fields.emplace_back("hours", std::to_string((whole.heard - told.since) / kHour));
  events_.Raise(event);
}

void Silence::TakeNotes(std::vector<Note>& out) {
  for (const SourcePlace& place : changed_) {
    Stream& stream = sources_[place.source][place.account][place.region];
    stream.changed = false;
    out.push_back({std::string(kHeard) + place.ToText(), stream.delivery.ToText()});
  }
  changed_.clear();
  for (const SourcePlace& place : changed_told_) {
    const auto told = told_.find(place);
    std::optional<std::string> value;
    if (told != told_.end()) value = std::to_string(told->second.since) + (told->second.raised ? "" : " history");
    out.push_back({std::string(kTold) + place.ToText(), std::move(value)});
  }
  changed_told_.clear();
}

}  // namespace trailsift
