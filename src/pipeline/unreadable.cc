#include "pipeline/unreadable.h"

#include <algorithm>
#include <charconv>

namespace trailsift {
namespace {

constexpr std::size_t kMaxReason = 500;
constexpr std::string_view kName = "unread/";

}  // namespace

void UnreadableSources::Restore(std::string_view name, const std::string& value) {
  if (!name.starts_with(kName)) return;
  const auto place = SourcePlace::FromText(name.substr(kName.size()));
  if (!place) return;
  // SINCE PASSES [told]
  Trouble trouble;
  const char* const end = value.data() + value.size();
  const char* at = std::from_chars(value.data(), end, trouble.since).ptr;
  if (at != end) std::from_chars(at + 1, end, trouble.passes);
  trouble.told = value.ends_with(" told");
  troubles_[*place] = trouble;
}

void UnreadableSources::Failed(const SourcePlace& place, std::string_view reason) {
  failed_.try_emplace(place, reason.substr(0, kMaxReason));
}

void UnreadableSources::FoldParts(bool regions) {
  std::map<SourcePlace, std::vector<SourcePlace>> parts;
  for (const auto& [place, reason] : failed_) {
    if (place.account.empty() || place.region.empty() == regions) continue;
    parts[{place.source, regions ? place.account : std::string(), {}}].push_back(place);
  }
  for (const auto& [whole, places] : parts) {
    const bool fails = failed_.contains(whole);
    if (!fails && places.size() <= kMany) continue;
    if (!fails)
      failed_[whole] = failed_.at(places.front()) + " (and " + std::to_string(places.size() - 1) +
                       (regions ? " regions" : " accounts") + " more)";
    for (const SourcePlace& place : places) failed_.erase(place);
  }
}

void UnreadableSources::EndPass(const std::vector<WatchedSource>& sources, const std::function<bool(const SourcePlace&)>& heard,
                                Millis began) {
  FoldParts(true);
  FoldParts(false);
  SourcePlaces failing;
  for (const auto& [place, reason] : failed_) failing.insert(place);
  for (const WatchedSource& source : sources) {
    const auto fields = [&](const SourcePlace& place, const Trouble& trouble) {
      auto all = FieldsOf(place, source);
      all.emplace_back("since", FormatIsoTime(trouble.since));
      return all;
    };
    for (auto it = troubles_.begin(); it != troubles_.end();) {
      const auto& [place, trouble] = *it;
      // While a larger part fails nobody knows of the smaller one.
      if (place.source != source.id || IsCovered(place, failing)) {
        ++it;
        continue;
      }
      if (trouble.told)
        events_.Raise({"unreadable_ended", place.ToText() + '/' + std::to_string(trouble.since), began, fields(place, trouble)});
      changed_.insert(place);
      it = troubles_.erase(it);
    }
    for (const auto& [place, reason] : failed_) {
      if (place.source != source.id || !heard(place)) continue;
      Trouble& trouble = troubles_[place];
      if (trouble.told) continue;
      if (trouble.passes == 0) trouble.since = began;
      changed_.insert(place);
      if (++trouble.passes < kPasses) continue;
      trouble.told = true;
      OwnEvent event{"unreadable", place.ToText() + '/' + std::to_string(trouble.since), began, fields(place, trouble)};
      event.fields.emplace_back("passes", std::to_string(trouble.passes));
      event.fields.emplace_back("reason", reason);
      events_.Raise(event);
    }
  }
  failed_.clear();
}

void UnreadableSources::TakeNotes(std::vector<Note>& out) {
  for (const SourcePlace& place : changed_) {
    std::optional<std::string> value;
    if (const auto it = troubles_.find(place); it != troubles_.end())
      value = std::to_string(it->second.since) + ' ' + std::to_string(it->second.passes) + (it->second.told ? " told" : "");
    out.push_back({std::string(kName) + place.ToText(), std::move(value)});
  }
  changed_.clear();
}

}  // namespace trailsift
