// Sigma rules that a stranger wrote: loading never crashes, and what loads can be matched. The plain and the compiled reading must agree.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "detect/naive_sigma.h"
#include "detect/sigma_matcher.h"
#include "event/message.h"
#include "rules/sigma_rules.h"

namespace trailsift {
namespace {

constexpr std::string_view kRecord =
    R"({"eventName":"CreateUser","eventSource":"iam.amazonaws.com","eventTime":"2026-03-02T05:00:00Z","sourceIPAddress":"10.0.0.1",)"
    R"("n":[1,null,{"a":"Ü","b.c":true}],"text":"a -b c:\\d*","userIdentity":{"type":"Root"}})";

void LoadAndMatch(std::string_view text) {
  Diagnostics diagnostics;
  const auto rules = SigmaRules::LoadTexts({{"fuzz.yml", std::string(text)}}, {{"p", {"x", "y*"}}}, {}, diagnostics);
  if (rules == nullptr) {
    if (!diagnostics.has_errors()) std::abort();
    return;
  }
  MessageParser parser;
  Arena arena;
  const Envelope envelope;
  const JsonValue record = *parser.Parse(kRecord);
  const Event event = Event::Record(record, envelope, arena, nullptr);
  std::vector<const SigmaRule*> compiled;
  std::vector<const SigmaRule*> plain;
  SigmaMatcher(*rules).Match(event, ReadHeader(record), compiled);
  MatchSigmaNaively(*rules, event, plain);
  if (compiled != plain) std::abort();
}

}  // namespace
}  // namespace trailsift

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  trailsift::LoadAndMatch({reinterpret_cast<const char*>(data), size});
  return 0;
}
