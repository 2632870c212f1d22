// Matching alone: so many rules, records in memory, one thread. Prints the CPU seconds of the load and of the matching as one line of JSON.
//
// The rules are shaped as public CloudTrail rules are (of 772 Sigma rules 768 name a literal eventName): 199 of 200 ask for an eventSource
// and an eventName, spread evenly over 400 calls among which are all that the records hold, and for a third field, in one of a hundred
// ways; one asks for a part of the user agent alone, in a way of its own.
//
// usage: match_bench RULES [RECORDS]
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/diagnostic.h"
#include "bench/records.h"
#include "detect/matcher.h"
#include "event/batch.h"
#include "event/event.h"
#include "rules/rule_set.h"

namespace trailsift::bench {
namespace {

constexpr int kRounds = 20;
constexpr std::size_t kCalls = 400;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

using CallName = std::pair<std::string, std::string>;  // eventSource, eventName

// The calls of the records first, then made ones.
std::vector<CallName> Calls(const Batch& batch) {
  std::set<CallName> seen;
  for (const JsonValue record : batch.records()) {
    const RecordHeader header = ReadHeader(record);
    seen.emplace(header.event_source, header.event_name);
  }
  std::vector<CallName> calls(seen.begin(), seen.end());
  static constexpr const char* kVerbs[] = {"Create", "Delete", "Update", "Put", "Attach", "Modify"};
  while (calls.size() < kCalls) {
    const std::string number = std::to_string(calls.size());
    calls.emplace_back("service" + std::to_string(calls.size() % 40) + ".amazonaws.com",
                       kVerbs[calls.size() % 6] + ("Thing" + number));
  }
  return calls;
}

std::string Third(std::size_t way) {
  const std::string number = std::to_string(way);
  switch (way % 5) {
    case 0: return "<field name=\"aws.errorCode\">^Made" + number + "$</field>";
    case 1: return "<field name=\"aws.requestParameters.name" + number + "\">\\.+</field>";
    case 2: return "<field name=\"aws.sourceIPAddress\" type=\"pcre2\">^203\\.0\\." + number + "\\.</field>";
    case 3: return "<field name=\"aws.userIdentity.arn\" type=\"osmatch\">:role/made-" + number + "</field>";
    default: return "<field name=\"aws.userIdentity.type\" negate=\"yes\">^AssumedRole$|^IAMUser$|^Made" + number + "$</field>";
  }
}

std::string Rules(std::size_t count, const std::vector<CallName>& calls) {
  std::string text = R"(<group name="bench,">
<rule id="80200" level="0"><decoded_as>json</decoded_as><field name="integration">aws</field><description>root</description></rule>
)";
  for (std::size_t i = 0; i < count; ++i) {
    text += "<rule id=\"" + std::to_string(100001 + i) + "\" level=\"" + std::to_string(3 + i % 10) + "\"><if_sid>80200</if_sid>";
    if (i % 200 == 99) {
      text += "<field name=\"aws.userAgent\" type=\"osmatch\">tool-" + std::to_string(i) + "</field>";
    } else {
      const auto& [source, name] = calls[i * 7 % kCalls];
      text += "<field name=\"aws.eventSource\">^" + source + "$</field><field name=\"aws.eventName\">^" + name + "$</field>";
      text += Third(i % 100);
    }
    text += "<description>rule</description></rule>\n";
  }
  return text + "</group>\n";
}

std::unique_ptr<Batch> Records(std::size_t count) {
  Random random(1);
  std::string text = "{\"Records\":[";
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) text += ',';
    AppendRecord(random, 1768435200000 + static_cast<Millis>(i) * 10, i % 3, i % 4, i % 100 == 0, text);
  }
  return Batch::Decode(text + "]}", "records");
}

int Main(int argc, char** argv) {
  const auto rule_count = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 0);        // NOLINT(cert-err34-c): 0 ends below
  const auto record_count = static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 10000);  // NOLINT(cert-err34-c)
  if (rule_count == 0 || record_count == 0) {
    std::fputs("usage: match_bench RULES [RECORDS]\n", stderr);
    return 2;
  }
  const std::unique_ptr<Batch> batch = Records(record_count);
  const std::string text = Rules(rule_count, Calls(*batch));
  Diagnostics diagnostics;
  double begin = CpuSeconds();
  const std::shared_ptr<const RuleSet> rules = RuleSet::LoadTexts({{"bench.xml", text}}, {}, diagnostics);
  const double load = CpuSeconds() - begin;
  if (rules == nullptr) {
    std::fputs("match_bench: its rules do not load\n", stderr);
    return 1;
  }

  Matcher matcher(*rules);
  MatchResult result;
  Arena arena;
  const Envelope envelope;
  std::size_t matched = 0;
  begin = CpuSeconds();
  for (int round = 0; round < kRounds; ++round) {
    for (const JsonValue record : batch->records()) {
      arena.Reset();
      matcher.Match(Event::Record(record, envelope, arena, nullptr), 0, result);
      if (result.alternatives.back().result != nullptr && result.alternatives.back().result->info.level > 0) ++matched;
    }
  }
  const double cpu = CpuSeconds() - begin;
  const double events = static_cast<double>(batch->records().size()) * kRounds;
  std::printf(
      R"({"rules":%zu,"events":%.0f,"matched":%zu,"load_cpu_seconds":%.4f,"match_cpu_seconds":%.4f,"nanoseconds_per_event":%.0f})"
      "\n",
      rules->rules().size(), events, matched, load, cpu, cpu / events * 1e9);
  return 0;
}

}  // namespace
}  // namespace trailsift::bench

int main(int argc, char** argv) { return trailsift::bench::Main(argc, argv); }
