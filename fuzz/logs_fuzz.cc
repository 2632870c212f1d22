// Logs of other services than CloudTrail: the first byte chooses the format, the rest is the object.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/log_reader.h"
#include "formats/subscriber_logs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trailsift;  // NOLINT(google-build-using-namespace): one function
  if (size == 0) return 0;
  static constexpr const char* kNames[] = {"x.gz", "dnslogs/x", "proxylogs/x", "iplogs/x", "x.jsonl.gz"};
  const auto format = static_cast<LogFormat>(data[0] % (static_cast<int>(LogFormat::kLogEvents) + 1));
  (void)HoldsTrail(std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  LogReader reader(format, std::string(reinterpret_cast<const char*>(data) + 1, size - 1), kNames[data[0] / 16 % 5]);
  std::size_t seen = 0;
  while (const std::optional<LogPart> part = reader.Next()) {
    if (part->first != seen) std::abort();
    if (part->batch == nullptr) {
      if (part->messages.empty() || part->messages.size() != part->facts.size()) std::abort();
      seen += part->facts.size();
      continue;
    }
    if (part->batch->indexes().size() != part->batch->records().size()) std::abort();
    for (const std::uint32_t index : part->batch->indexes())
      if (index >= part->facts.size()) std::abort();
    // What the readers write is JSON; only text that is no UTF-8 or is too deep may be refused.
    if (part->batch->records().size() + part->batch->bad_records().size() != part->facts.size()) std::abort();
    seen += part->facts.size();
  }
  return 0;
}
