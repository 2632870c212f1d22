#include "pipeline/analyzer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/pipeline_testing.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Fate = SeenRecord::Fate;

class AnalyzerTest : public PipelineTest {
 protected:
  static std::vector<DiscardRegex> Discard(const std::string& field, const std::string& pattern) {
    Result<DiscardRegex> compiled = DiscardRegex::Compile(field, pattern);
    EXPECT_TRUE(compiled.ok()) << compiled.status().message();
    std::vector<DiscardRegex> all;
    all.push_back(std::move(compiled).value());
    return all;
  }
};

TEST_F(AnalyzerTest, TellsEachRecordsFateAndFindsWhatMayRaiseAnAlert) {
  struct Case {
    const char* name;
    int level;  // log_alert_level
    Fate fate;
    bool finding;
    bool correlated;
  };
  for (const Case& c : {Case{"Plain", 3, Fate::kMatched, true, false}, Case{"Plain", 4, Fate::kMatched, false, false},
                        Case{"Low", 3, Fate::kMatched, false, false}, Case{"Low", 2, Fate::kMatched, true, false},
                        Case{"Quiet", 0, Fate::kUnmatched, false, false}, Case{"Hidden", 3, Fate::kMatched, false, false},
                        Case{"Fail", 3, Fate::kMatched, true, true}, Case{"Fail", 16, Fate::kMatched, true, true},
                        Case{"PlainX", 0, Fate::kUnmatched, false, false}}) {
    options_.log_alert_level = c.level;
    const ObjectReport report = Analyze(MakeObject({{.id = "a", .name = c.name}}));
    ASSERT_EQ(report.records.size(), 1u) << c.name;
    EXPECT_EQ(report.records[0].fate, c.fate) << c.name;
    EXPECT_EQ(report.records[0].finding, c.finding ? 0 : -1) << c.name << ' ' << c.level;
    ASSERT_EQ(report.findings.size(), c.finding ? 1u : 0u) << c.name << ' ' << c.level;
    EXPECT_EQ(c.finding && report.findings[0].component.has_value(), c.correlated) << c.name;
  }
}

TEST_F(AnalyzerTest, AFindingOwnsWhatItsAlertWillSay) {
  const ObjectReport report = Analyze(MakeObject(
      {{.id = "q", .name = "Quiet"}, {.id = "p", .more = ",\"sourceIPAddress\":\"192.0.2.7\",\"errorCode\":\"AccessDenied\""}}));
  ASSERT_EQ(report.findings.size(), 1u);
  const Finding& finding = report.findings[0];
  EXPECT_EQ(finding.event_id, "p");
  EXPECT_EQ(finding.index, 1u);
  EXPECT_EQ(finding.time, *ParseIsoTime("2026-01-15T10:00:00Z"));
  EXPECT_EQ(finding.event, report.records[1].event);
  EXPECT_THAT(finding.descriptions, ElementsAre("plain by ann"));
  EXPECT_EQ(finding.alert.account, "111122223333");
  EXPECT_EQ(finding.alert.region, "us-east-1");
  EXPECT_EQ(finding.alert.event_name, "Plain");
  EXPECT_EQ(finding.alert.source_address, "192.0.2.7");
  EXPECT_EQ(finding.alert.error_code, "AccessDenied");
  ASSERT_TRUE(finding.alert.actor.has_value());
  EXPECT_EQ(finding.alert.actor->name, "ann");
  EXPECT_THAT(finding.alert.data_json, testing::HasSubstr("\"s3bucket\":\"bucket\""));
  EXPECT_THAT(finding.alert.full_log, testing::HasSubstr("192.0.2.7"));
  EXPECT_THAT(finding.alert.fields, IsEmpty());
}

TEST_F(AnalyzerTest, WindowNamesWaitInTheDescriptionAndTheComponentsValuesAreKept) {
  const ObjectReport report = Analyze(MakeObject({{.id = "f", .name = "Fail"}}));
  ASSERT_EQ(report.findings.size(), 1u);
  const Finding& finding = report.findings[0];
  EXPECT_THAT(finding.descriptions,
              ElementsAre("$(trailsift.window.count) failures, last ann, of $(trailsift.window.aws.userIdentity.userName)",
                          "failure of ann"));
  ASSERT_TRUE(finding.component.has_value());
  const std::vector<ContextField>& fields = options_.plan->components()[*finding.component].fields;
  ASSERT_EQ(finding.values.size(), fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i)
    EXPECT_EQ(finding.values[i], fields[i].name == "aws.recipientAccountId" ? "111122223333" : "ann") << fields[i].name;
}

TEST_F(AnalyzerTest, OnlyTheRecordsThatAreAskedForAreLookedAt) {
  const std::string object = MakeObject({{.id = "a"}, {.id = "b"}, {.id = "c", .name = "Fail"}, {.id = "d"}});
  struct Case {
    std::vector<std::uint32_t> only;
    std::vector<std::string> found;
  };
  for (const Case& c : {Case{{1, 2}, {"b", "c"}}, Case{{0, 3}, {"a", "d"}}, Case{{4}, {}}, Case{{}, {}}}) {
    const ObjectReport report = Analyze(object, nullptr, &c.only);
    EXPECT_EQ(report.records.size(), c.found.size());
    std::vector<std::string> found;
    for (const Finding& finding : report.findings) found.push_back(finding.event_id);
    EXPECT_EQ(found, c.found);
  }
}

TEST_F(AnalyzerTest, DiscardsByStringsAndByStringsInAList) {
  const std::string object =
      MakeObject({{.id = "a", .more = ",\"tags\":[\"x\",\"secret one\",7],\"n\":7,\"o\":{\"k\":\"secret\"}"}});
  struct Case {
    const char* field;
    const char* pattern;
    bool discarded;
  };
  for (const Case& c : {Case{"eventName", "Pl", true}, Case{"eventName", "lain", false}, Case{"eventName", "plain", false},
                        Case{"eventName", ".*ain$", true}, Case{"tags", "secret", true}, Case{"tags", "one", false},
                        Case{"n", "7", false}, Case{"tags", "7", false}, Case{"o.k", "secret", true}, Case{"o", "secret", false},
                        Case{"none", "", false}, Case{"userIdentity.userName", "ann$", true}}) {
    const std::vector<DiscardRegex> discard = Discard(c.field, c.pattern);
    const ObjectReport report = Analyze(object, &discard);
    ASSERT_EQ(report.records.size(), 1u);
    EXPECT_EQ(report.records[0].fate == Fate::kDiscarded, c.discarded) << c.field << ' ' << c.pattern;
    EXPECT_EQ(report.findings.empty(), c.discarded) << c.field << ' ' << c.pattern;
  }
}

TEST_F(AnalyzerTest, StartIsTakenInAndEndIsNot) {
  const std::vector<std::pair<const char*, bool>> cases = {{"2026-01-15T09:59:59.999Z", false},
                                                           {"2026-01-15T10:00:00Z", true},
                                                           {"2026-01-15T10:59:59.999Z", true},
                                                           {"2026-01-15T11:00:00Z", false}};
  options_.start = ParseIsoTime("2026-01-15T10:00:00Z");
  options_.end = ParseIsoTime("2026-01-15T11:00:00Z");
  for (const auto& [time, kept] : cases) {
    const ObjectReport report = Analyze(MakeObject({{.id = "a", .time = time}}));
    EXPECT_EQ(report.records.at(0).fate, kept ? Fate::kMatched : Fate::kDiscarded) << time;
  }
  options_.start.reset();
  EXPECT_EQ(Analyze(MakeObject({{.id = "a", .time = "1999-01-01"}})).records.at(0).fate, Fate::kMatched);
}

TEST_F(AnalyzerTest, ARecordWithoutATimeTakesItsObjectsAndIsCounted) {
  for (const char* time : {"", "yesterday", "2026-01-15T25:00:00Z"}) {
    const ObjectReport report = Analyze(MakeObject({{.id = "a", .time = time}, {.id = "b"}}));
    ASSERT_EQ(report.records.size(), 2u) << time;
    EXPECT_EQ(report.records[0].time, name_time_) << time;
    EXPECT_NE(report.records[1].time, name_time_) << time;
    EXPECT_EQ(report.kinds.without_time, 1u) << time;
    ASSERT_EQ(report.findings.size(), 2u);
    EXPECT_EQ(report.findings[0].alert.event_time, name_time_);
  }
  const Millis before = NowMillis();
  name_time_ = 0;
  EXPECT_GE(Analyze(MakeObject({{.id = "a", .time = ""}})).records.at(0).time, before);
}

TEST_F(AnalyzerTest, ARecordWithoutAnIdHasTheIdentityOfItsPlace) {
  std::string record = MadeRecord{.id = "a"}.Json();
  record.erase(1, record.find(','));
  const std::string object = "{\"Records\":[" + record + ',' + record + "]}";
  const ObjectReport report = Analyze(object);
  ASSERT_EQ(report.findings.size(), 2u);
  EXPECT_NE(report.records[0].event, report.records[1].event);
  EXPECT_EQ(report.findings[0].event_id, report.findings[0].event.ToHex());
  EXPECT_EQ(Analyze(object).records[0].event, report.records[0].event);
}

TEST_F(AnalyzerTest, RegionsAreThoseInWhichSomebodyChangedSomething) {
  const auto in = [](const std::string& id, const std::string& region, const std::string& more) {
    MadeRecord record{.id = id, .more = more};
    std::string json = record.Json();
    json.replace(json.find("us-east-1"), 9, region);
    return json;
  };
  const std::string text = "{\"Records\":[" + in("1", "eu-west-1", ",\"readOnly\":false") + ',' +
                           in("2", "eu-west-1", ",\"readOnly\":false") + ',' + in("3", "eu-west-2", ",\"readOnly\":true") + ',' +
                           in("4", "eu-west-3", "") + ',' +
                           in("5", "eu-north-1", ",\"readOnly\":false,\"errorCode\":\"AccessDenied\"") + ',' +
                           in("6", "eu-south-1", ",\"readOnly\":\"false\"") + ',' +
                           "{\"eventID\":\"7\",\"eventName\":\"Plain\",\"awsRegion\":\"eu-central-1\",\"readOnly\":false,"
                           "\"userIdentity\":{\"type\":\"AWSService\",\"invokedBy\":\"ec2.amazonaws.com\"}}," +
                           in("8", "sa-east-1", ",\"readOnly\":false") + "]}";
  EXPECT_THAT(Analyze(text).changed_regions, testing::IsEmpty()) << "not asked for";
  options_.learn_regions = true;
  const Millis at = *ParseIsoTime("2026-01-15T10:00:00Z");
  EXPECT_THAT(Analyze(text).changed_regions, testing::ElementsAre(testing::Pair("eu-west-1", at), testing::Pair("sa-east-1", at)));
}

TEST_F(AnalyzerTest, KindsAreCounted) {
  const ObjectReport report = Analyze(MakeObject({{.id = "a", .more = ",\"eventCategory\":\"Insight\""},
                                                  {.id = "b", .more = ",\"eventCategory\":\"NetworkActivity\""},
                                                  {.id = "c", .more = ",\"eventCategory\":\"Management\""}}));
  EXPECT_EQ(report.kinds.insight, 1u);
  EXPECT_EQ(report.kinds.network_activity, 1u);
  EXPECT_EQ(report.kinds.aggregated, 0u);
  EXPECT_EQ(report.kinds.digests, 0u);
  EXPECT_EQ(report.records.size(), 3u);
}

TEST_F(AnalyzerTest, DamageCostsItself) {
  const ObjectReport bad = Analyze("{\"Records\":[" + MadeRecord{.id = "a"}.Json() + ",5," + MadeRecord{.id = "b"}.Json() + "]}");
  EXPECT_EQ(bad.records.size(), 2u);
  ASSERT_EQ(bad.bad_records.size(), 1u);
  EXPECT_EQ(bad.bad_records[0].index, 1u);
  EXPECT_TRUE(bad.object_fault.ok());
  const std::string whole = MakeObject({{.id = "a"}, {.id = "b"}});
  const ObjectReport cut = Analyze(whole.substr(0, whole.size() - 20));
  EXPECT_FALSE(cut.object_fault.ok() && cut.bad_records.empty());
  EXPECT_EQ(cut.records.size(), 1u);
  EXPECT_FALSE(Analyze("{\"Other\":1}").object_fault.ok());
  EXPECT_TRUE(Analyze("").object_fault.ok());
}

TEST_F(AnalyzerTest, ArchivesHaveEveryRecordThatIsNotDiscarded) {
  options_.archive = true;
  const std::vector<DiscardRegex> discard = Discard("eventName", "Low");
  const ObjectReport report =
      Analyze(MakeObject({{.id = "a", .name = "Other"}, {.id = "b", .name = "Low"}, {.id = "c"}}), &discard);
  ASSERT_EQ(report.archive.size(), 2u);
  EXPECT_EQ(report.records[0].archive, 0);
  EXPECT_EQ(report.records[1].archive, -1);
  EXPECT_EQ(report.records[2].archive, 1);
  EXPECT_EQ(report.archive[1].description, "plain by ann");
  EXPECT_TRUE(report.archive[0].id.is_zero());
}

TEST_F(AnalyzerTest, HuntsAlertsArriveAtTheirEventsTime) {
  const Millis before = NowMillis();
  EXPECT_GE(Analyze(MakeObject({{.id = "a"}})).findings.at(0).alert.arrival, before);
  options_.utc_arrival = true;
  EXPECT_EQ(Analyze(MakeObject({{.id = "a"}})).findings.at(0).alert.arrival, *ParseIsoTime("2026-01-15T10:00:00Z"));
}

TEST(FillWindowNames, PutsCountAndDistinctValuesInPlace) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> values = {{"ip", {"192.0.2.1", "192.0.2.2"}}, {"none", {}}};
  struct Case {
    const char* text;
    const char* filled;
  };
  for (const Case& c :
       {Case{"", ""}, Case{"no names", "no names"}, Case{"$(trailsift.window.count) times", "5 times"},
        Case{"from $(trailsift.window.ip)", "from 192.0.2.1, 192.0.2.2"},
        Case{"$(trailsift.window.ip)$(trailsift.window.count)", "192.0.2.1, 192.0.2.25"}, Case{"[$(trailsift.window.none)]", "[]"},
        Case{"[$(trailsift.window.unknown)]", "[]"}, Case{"$(trailsift.actor.name)", "$(trailsift.actor.name)"},
        Case{"$(trailsift.window.count", "$(trailsift.window.count"}, Case{"trailsift.window.count)", "trailsift.window.count)"}})
    EXPECT_EQ(FillWindowNames(c.text, 5, values), c.filled) << c.text;
}

TEST_F(AnalyzerTest, IsAlertableGoesByLevelAndOptions) {
  struct Case {
    int rule;
    int level;
    bool alertable;
  };
  for (const Case& c :
       {Case{100, 0, false}, Case{101, 3, true}, Case{101, 4, false}, Case{101, 1, true}, Case{105, 3, false}, Case{106, 1, false}})
    EXPECT_EQ(IsAlertable(*options_.rules->Find(c.rule), c.level), c.alertable) << c.rule << ' ' << c.level;
}

TEST_F(AnalyzerTest, WhatAQueueNamesIsToldByItsContent) {
  Analyzer analyzer(options_);
  const std::string trail = MakeObject({{.id = "a"}, {.id = "b", .name = "Quiet"}});
  const ObjectReport plain = Analyze("{\"Records\":[{\"eventVersion\":\"1\"," + trail.substr(13));
  const ObjectReport named = analyzer.Analyze("{\"Records\":[{\"eventVersion\":\"1\"," + trail.substr(13), *envelope_, nullptr,
                                              name_time_, LogFormat::kSubscribed);
  ASSERT_EQ(named.records.size(), 2u);
  EXPECT_EQ(named.records[0].event, plain.records[0].event);
  ASSERT_EQ(named.findings.size(), 1u);
  EXPECT_EQ(named.findings[0].event_id, "a");
  // Lines of text are discarded by their text, JSON by a field.
  const std::vector<DiscardRegex> text = Discard("", "noise");
  const ObjectReport lines = analyzer.Analyze("noise 1\nmore noise\n", *envelope_, &text, name_time_, LogFormat::kSubscribed);
  ASSERT_EQ(lines.records.size(), 2u);
  EXPECT_EQ(lines.records[0].fate, Fate::kDiscarded);
  EXPECT_EQ(lines.records[1].fate, Fate::kUnmatched);
}

TEST_F(AnalyzerTest, AMessageStandsForItself) {
  Diagnostics diagnostics;
  options_.rules = RuleSet::LoadTexts({{"test.xml", R"(<group name="t,">
    <rule id="1" level="0" noalert="1"><category>syslog</category><description>all</description></rule>
    <rule id="2" level="4"><if_sid>1</if_sid><match>segfault</match><description>crash</description></rule>
    <rule id="3" level="5"><if_sid>1</if_sid><decoded_as>json</decoded_as><field name="who">^ann$</field><description>by $(who)</description></rule>
    </group>)"}},
                                      {}, diagnostics);
  ASSERT_NE(options_.rules, nullptr);
  options_.MakePlans();
  Envelope envelope;
  envelope.collector = Envelope::Collector::kService;
  envelope.log_file = "cloudwatchlogs://r/g:s";
  const std::vector<DiscardRegex> noise = Discard("", "noise");
  const ObjectReport report = Analyzer(options_).Analyze(
      R"({"events":[{"timestamp":1768471200000,"message":"x segfault"},{"timestamp":1768471201000,"message":"{\"who\":\"ann\"}"},)"
      R"({"timestamp":1768471202000,"message":"noise segfault"},{"timestamp":1768471203000,"message":"other"}]})",
      envelope, &noise, name_time_, LogFormat::kLogEvents);
  ASSERT_EQ(report.records.size(), 4u);
  EXPECT_EQ(report.records[2].fate, Fate::kDiscarded);
  EXPECT_EQ(report.records[3].fate, Fate::kUnmatched);
  ASSERT_EQ(report.findings.size(), 2u);
  const Alert& crash = report.findings[0].alert;
  EXPECT_EQ(crash.full_log, "x segfault");
  EXPECT_EQ(crash.decoder, "");
  EXPECT_EQ(crash.location, "Wazuh-AWS");
  EXPECT_EQ(crash.event_time, 1768471200000);
  EXPECT_EQ(report.findings[1].alert.decoder, "json");
  EXPECT_EQ(report.findings[1].alert.data_json, R"({"who":"ann"})");
  EXPECT_THAT(report.findings[1].descriptions, ElementsAre("by ann"));
}

}  // namespace
}  // namespace trailsift
