#include "pipeline/place.h"

#include <algorithm>
#include <charconv>

namespace trailsift {

namespace {

// An empty list asks for all.
void Widen(std::vector<std::string>& wanted, const std::vector<std::string>& by) {
  if (by.empty()) wanted.clear();
  if (!wanted.empty()) wanted.insert(wanted.end(), by.begin(), by.end());
}

}  // namespace

void AddSource(std::vector<WatchedSource>& sources, std::int64_t id, const std::string& name, const BucketSettings& settings) {
  for (WatchedSource& source : sources) {
    if (source.id != id) continue;
    Widen(source.accounts, settings.account_ids);
    return Widen(source.regions, settings.regions);
  }
  sources.push_back({id, name, settings.name, settings.account_ids, settings.regions});
}

std::optional<SourcePlace> SourcePlace::FromText(std::string_view text) {
  SourcePlace place;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), place.source);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const std::size_t slash = text.find('/', 1);
  if (text.empty() || text.front() != '/' || slash == std::string_view::npos) return std::nullopt;
  place.account = text.substr(1, slash - 1);
  place.region = text.substr(slash + 1);
  return place;
}

bool IsCovered(const SourcePlace& place, const SourcePlaces& by) {
  return by.contains({place.source, {}, {}}) || by.contains({place.source, place.account, {}}) || by.contains(place);
}

bool Touches(const SourcePlaces& some, const SourcePlace& place) {
  return std::any_of(some.begin(), some.end(), [&](const SourcePlace& one) { return one.IsWithin(place); });
}

std::vector<std::pair<std::string, std::string>> FieldsOf(const SourcePlace& place, const WatchedSource& source) {
  std::string words;
  if (!place.region.empty()) words.append("region ").append(place.region).append(" of ");
  if (!place.account.empty()) words.append("account ").append(place.account).append(" in ");
  words.append("bucket ").append(source.bucket);
  return {{"scope", place.scope()}, {"place", words},           {"bucket", source.bucket},
          {"source", source.name},  {"account", place.account}, {"region", place.region}};
}

}  // namespace trailsift
