#include "event/public_key_list.h"

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
    entries.push_back({std::string(fingerprint), std::string(value)});
  }
  if (entries.empty()) return fault("holds no key; ask list-public-keys for the time of the digests (--start-time)");
  return entries;
}

}  // namespace trailsift
