// What the pipeline's tests share: a small rule set, records and objects, and what the analyzer needs around them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "pipeline/analyzer.h"
#include "pipeline/object_flow.h"

namespace trailsift {

// Plain: level 3. Fail: level 5, and level 10 at the third of one account within a minute. Quiet: level 0, but two of them are level 8.
// Low: level 2. Hidden: level 6 with no_log. Behind Plain and Fail
// stands a rule of level 1.
inline constexpr const char* kPipelineRules = R"(
<group name="t,">
  <rule id="1" level="0" noalert="1"><category>syslog</category><description>all</description></rule>
  <rule id="100" level="0"><if_sid>1</if_sid><decoded_as>json</decoded_as><description>base</description></rule>
  <rule id="101" level="3"><if_sid>100</if_sid><field name="aws.eventName">^Plain$</field>
    <description>plain by $(aws.userIdentity.userName)</description></rule>
  <rule id="102" level="5"><if_sid>100</if_sid><field name="aws.eventName">^Fail$</field><description>failure of $(aws.userIdentity.userName)</description></rule>
  <rule id="103" level="10" frequency="3" timeframe="60"><if_matched_sid>102</if_matched_sid><same_field>aws.recipientAccountId</same_field>
    <description>$(trailsift.window.count) failures, last $(aws.userIdentity.userName), of $(trailsift.window.aws.userIdentity.userName)</description></rule>
  <rule id="104" level="0"><if_sid>100</if_sid><field name="aws.eventName">^Quiet$</field><description>quiet</description></rule>
  <rule id="105" level="2"><if_sid>100</if_sid><field name="aws.eventName">^Low$</field><description>low</description></rule>
  <rule id="106" level="6"><if_sid>100</if_sid><field name="aws.eventName">^Hidden$</field><options>no_log</options><description>hidden</description></rule>
  <rule id="107" level="1"><if_sid>100</if_sid><field name="aws.eventName">^Fail$|^Plain$</field><description>behind others</description></rule>
</group>
)";

struct MadeRecord {
  std::string id = {};
  std::string name = "Plain";
  std::string time = "2026-01-15T10:00:00Z";  // empty: absent
  std::string user = "ann";
  std::string account = "111122223333";
  std::string more = {};  // further members, each with a comma before it

  std::string Json() const {
    return "{\"eventID\":\"" + id + "\",\"eventName\":\"" + name + "\",\"eventSource\":\"ec2.amazonaws.com\"," +
           (time.empty() ? "" : "\"eventTime\":\"" + time + "\",") + "\"awsRegion\":\"us-east-1\",\"recipientAccountId\":\"" +
           account + "\",\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":\"" + user + "\"}" + more + "}";
  }
};

inline std::string MakeObject(const std::vector<MadeRecord>& records) {
  std::string text;
  for (const MadeRecord& record : records) text += (text.empty() ? "" : ",") + record.Json();
  return "{\"Records\":[" + text + "]}";
}

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() {
    Diagnostics diagnostics;
    options_.rules = RuleSet::LoadTexts({{"test.xml", kPipelineRules}}, {}, diagnostics);
    for (const Diagnostic& item : diagnostics.items()) std::printf("%s\n", item.ToString().c_str());
    if (options_.rules == nullptr) std::abort();
    options_.MakePlans();
    auto envelope = std::make_shared<Envelope>();
    envelope->bucket = "bucket";
    envelope->log_file = "key";
    envelope->account_id = "111122223333";
    envelope_ = envelope;
  }

  ObjectReport Analyze(const std::string& text, const std::vector<DiscardRegex>* discard = nullptr,
                       const std::vector<std::uint32_t>* only = nullptr) {
    return Analyzer(options_).Analyze(text, *envelope_, discard, name_time_, std::nullopt, only);
  }
  // As ObjectFlow would hand it over.
  FlowReport Report(const std::string& text, const std::string& key = "key") {
    FlowReport report;
    report.object.key = key;
    report.object.name_time = name_time_;
    report.object.envelope = envelope_;
    report.report = Analyze(text);
    return report;
  }

  AnalyzerOptions options_;
  std::shared_ptr<const Envelope> envelope_;
  Millis name_time_ = *ParseIsoTime("2026-01-15T10:05:00Z");
};

}  // namespace trailsift
