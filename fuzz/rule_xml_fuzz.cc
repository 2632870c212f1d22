// Rule files that a stranger wrote: loading never crashes, and what loads can be matched. The plain and the compiled reading must agree.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "detect/matcher.h"
#include "detect/naive_matcher.h"
#include "event/message.h"
#include "rules/rule_set.h"

namespace trailsift {
namespace {

constexpr std::string_view kLine =
    R"({"integration":"aws","aws":{"eventName":"CreateUser","eventSource":"iam.amazonaws.com","n":1,"source":"cloudtrail"},"srcip":"10.0.0.1"})";

void LoadAndMatch(std::string_view text) {
  Diagnostics diagnostics;
  const auto rules = RuleSet::LoadTexts({{"fuzz.xml", std::string(text)}}, {{"etc/lists/names", "CreateUser:x\n"}}, diagnostics);
  if (rules == nullptr) {
    if (!diagnostics.has_errors()) std::abort();
    return;
  }
  MessageParser parser;
  Arena arena;
  const Event event = Event::Message(kLine, parser.Parse(kLine), arena, nullptr);
  Matcher matcher(*rules);
  MatchResult compiled;
  MatchResult plain;
  matcher.Match(event, 0, compiled);
  MatchNaively(*rules, event, 0, {}, plain);
  std::vector<const Rule*> all;
  std::vector<const Rule*> all_plain;
  matcher.MatchAll(event, 0, all);
  MatchAllNaively(*rules, event, 0, {}, all_plain);
  if (all != all_plain) std::abort();
  if (compiled.alternatives.size() != plain.alternatives.size()) std::abort();
  for (std::size_t i = 0; i < plain.alternatives.size(); ++i) {
    if (compiled.alternatives[i].result != plain.alternatives[i].result) std::abort();
    if (compiled.alternatives[i].composites != plain.alternatives[i].composites) std::abort();
  }
}

}  // namespace
}  // namespace trailsift

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  trailsift::LoadAndMatch({reinterpret_cast<const char*>(data), size});
  return 0;
}
