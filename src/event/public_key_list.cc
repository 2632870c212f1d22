#include "event/public_key_list.h"

#include <charconv>

#include "base/json.h"

namespace trailsift {
namespace {

// The member of that name, which begins with a capital, or with the small letter instead.
template <typename T>
bool Find(simdjson::dom::object object, std::string name, T& out) {
  if (object.at_key(name).get(out) == simdjson::SUCCESS) return true;
  name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return object.at_key(name).get(out) == simdjson::SUCCESS;
}

// False: it is there, and no time.
bool FindTime(simdjson::dom::object object, const std::string& name, std::optional<Millis>& out) {
  JsonValue value;
  if (!Find(object, name, value) || value.is_null()) return true;
  std::string_view text;
  double seconds = 0;
  if (value.get(text) == simdjson::SUCCESS) {
    out = ParseIsoTime(text);
    if (!out) std::from_chars(text.data(), text.data() + text.size(), seconds);
  } else if (value.get(seconds) != simdjson::SUCCESS) {
    return false;
  }
  if (seconds > 0 && seconds < 1e11) out = static_cast<Millis>(seconds * 1000);
  return out.has_value();
}

}  // namespace

Result<std::vector<PublicKeyEntry>> ReadPublicKeyList(std::string_view text) {
  const auto fault = [](const std::string& what) { return Status(Code::kCorrupt, what); };
  if (text.size() > kMaxPublicKeyList) return fault("larger than " + std::to_string(kMaxPublicKeyList >> 20) + " MiB");
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) return fault("no JSON object");
  simdjson::dom::array array;
  if (!Find(object, "PublicKeyList", array)) return fault("no array PublicKeyList; is it the output of list-public-keys?");
  std::vector<PublicKeyEntry> entries;
  for (const JsonValue element : array) {
    const std::string place = "PublicKeyList[" + std::to_string(entries.size()) + ']';
    simdjson::dom::object entry;
    std::string_view fingerprint;
    std::string_view value;
    if (element.get(entry) != simdjson::SUCCESS || !Find(entry, "Fingerprint", fingerprint) || !Find(entry, "Value", value))
      return fault(place + " lacks Fingerprint or Value");
    PublicKeyEntry read{std::string(fingerprint), std::string(value), {}, {}};
    if (!FindTime(entry, "ValidityStartTime", read.from)) return fault(place + ": ValidityStartTime is no time");
    if (!FindTime(entry, "ValidityEndTime", read.to)) return fault(place + ": ValidityEndTime is no time");
    entries.push_back(std::move(read));
  }
  return entries;
}

}  // namespace trailsift
