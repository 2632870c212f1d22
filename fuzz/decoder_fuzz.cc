// The decoder against arbitrary bytes: objects as they come, the same bytes compressed and then cut, and as a log line. Everything
// that later stages ask of a record is asked, every derived field too. Besides memory faults, a lookup that disagrees with the walk over all leaves is a
// crash.
#include <libdeflate.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "enrich/derive.h"
#include "event/ascii_fold.h"
#include "event/batch.h"
#include "event/event.h"
#include "event/message.h"

namespace {

using namespace trailsift;

void Require(bool condition) {
  if (!condition) std::abort();
}

const FieldDeriver kDeriver([](std::string_view, std::string_view key) { return !key.empty() && key.back() == '7'; });
const std::vector<std::string> kDerivedNames = DerivedNames();

void Ask(const Event& event) {
  static constexpr std::string_view kRare = "aws.a field of no record";  // but the fuzzer, which sees the comparison, may write it
  bool rare = false;
  event.ForEachWazuhLeaf([&](const WazuhLeaf& leaf) {
    Require(event.Wazuh(leaf.name) == leaf.value);
    rare = rare || EqualsFold(leaf.name, kRare);
  });
  Require(event.Wazuh(kRare).has_value() == rare);
  Require(event.full_log().data() == event.full_log().data());
  for (const std::string& name : kDerivedNames) (void)event.Wazuh(name);
}

void Walk(const Batch& batch) {
  Require(batch.records().size() == batch.indexes().size());
  Require(batch.kind() == ObjectKind::kRecords || batch.records().empty());
  Envelope envelope;
  envelope.account_id = "111122223333";
  Arena arena;
  std::size_t index = 0;
  for (const JsonValue record : batch.records()) {
    const RecordHeader header = ReadHeader(record);
    (void)KindOf(header);
    (void)EventIdentity(header, "b", "k", batch.indexes()[index++]);
    Ask(Event::Record(record, envelope, arena, &kDeriver));
  }
}

std::string Gzip(const std::string& text) {
  thread_local libdeflate_compressor* const compressor = libdeflate_alloc_compressor(1);
  std::string out(libdeflate_gzip_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: {
      const std::string gzip = Gzip(text);
      Walk(*Batch::Decode(gzip.substr(0, gzip.size() - (data[0] / 4) % gzip.size()), "k"));
      break;
    }
    case 1: {
      MessageParser parser;
      Arena arena;
      Ask(Event::Message(text, parser.Parse(text), arena, &kDeriver));
      break;
    }
    case 2: Walk(*Batch::Decode("{\"Records\":[{\"eventVersion\":\"1\"}," + text + ",{\"eventVersion\":\"2\"}]}", "k")); break;
    default: Walk(*Batch::Decode(text, "k"));
  }
  return 0;
}
