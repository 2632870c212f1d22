#include "source/digest_key.h"

#include <algorithm>

namespace trailsift {
namespace {

constexpr std::string_view kEnding = ".json.gz";
constexpr std::string_view kBackfill = "_backfill";
constexpr std::string_view kNameTime = "_00000000T000000Z";
constexpr std::string_view kDayFolders = "/0000/00/00";
constexpr std::string_view kDigestFolder = "/CloudTrail-Digest/";
constexpr std::string_view kNamePart = "_CloudTrail-Digest_";

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Whether the text looks like `form`, whose zeros stand for any digit.
bool HasForm(std::string_view text, std::string_view form) {
  return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                    [](char c, char wanted) { return wanted == '0' ? c >= '0' && c <= '9' : c == wanted; });
}

// `_20260115T100030Z`
std::optional<Millis> ReadNameTime(std::string_view text) {
  if (!HasForm(text, kNameTime)) return std::nullopt;
  std::string iso(text.substr(1, 4));
  iso.append("-").append(text.substr(5, 2)).append("-").append(text.substr(7, 2)).append("T");
  iso.append(text.substr(10, 2)).append(":").append(text.substr(12, 2)).append(":").append(text.substr(14, 2)).append("Z");
  return ParseIsoTime(iso);
}

}  // namespace

std::optional<DigestKey> ReadDigestKey(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  if (slash == std::string_view::npos || !EndsWith(key, kEnding)) return std::nullopt;
  std::string_view folder = key.substr(0, slash);
  std::string_view name = key.substr(slash + 1, key.size() - slash - 1 - kEnding.size());
  DigestKey read;
  if (EndsWith(name, kBackfill)) {
    read.backfill = true;
    name.remove_suffix(kBackfill.size());
  }
  if (name.size() < kNameTime.size() || folder.size() < kDayFolders.size()) return std::nullopt;
  const std::optional<Millis> end = ReadNameTime(name.substr(name.size() - kNameTime.size()));
  if (!end || !HasForm(folder.substr(folder.size() - kDayFolders.size()), kDayFolders)) return std::nullopt;
  name.remove_suffix(kNameTime.size());
  folder.remove_suffix(kDayFolders.size());
  if (name.find(kNamePart) == std::string_view::npos || folder.find(kDigestFolder) == std::string_view::npos) return std::nullopt;
  read.end = *end;
  read.stream = std::string(folder) + '/' + std::string(name) + (read.backfill ? std::string(kBackfill) : std::string());
  return read;
}

std::optional<KeyParts> SplitAtLogs(std::string_view key) {
  constexpr std::string_view kLogs = "AWSLogs/";
  for (std::size_t at = key.find(kLogs); at != std::string_view::npos; at = key.find(kLogs, at + 1))
    if (at == 0 || key[at - 1] == '/') return KeyParts{key.substr(0, at), key.substr(at)};
  return std::nullopt;
}

}  // namespace trailsift
