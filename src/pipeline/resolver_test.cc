#include "pipeline/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "pipeline/pipeline_testing.h"
#include "source/source_testing.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// `count` failures of the account, `step` seconds apart from `first` on.
std::vector<MadeRecord> Failures(const std::string& name, int first, int count, int step = 10) {
  std::vector<MadeRecord> records;
  for (int i = 0; i < count; ++i) {
    char time[32];
    std::snprintf(time, sizeof time, "2026-01-15T10:%02d:%02dZ", (first + i * step) / 60, (first + i * step) % 60);
    records.push_back({.id = name + std::to_string(i), .name = "Fail", .time = time, .user = name});
  }
  return records;
}

class ResolverTest : public PipelineTest {
 protected:
  std::unique_ptr<Resolver> Make(ResolverOptions resolver_options = {}) {
    return std::make_unique<Resolver>(
        options_, resolver_options, [this](Alert&& alert) { alerts_.push_back(std::move(alert)); },
        [this](const ObjectOrigin& origin, const std::vector<std::uint32_t>& records) -> Result<ObjectReport> {
          reread_.push_back(origin);
          asked_.push_back(records);
          const auto found = objects_.find(origin.key);
          if (found == objects_.end()) return Status(Code::kNotFound, origin.key + ": no such key");
          return Analyze(found->second, nullptr, &records);
        });
  }
  // Takes an object that can be read again.
  void Take(Resolver& resolver, const std::string& key, const std::vector<MadeRecord>& records) {
    objects_[key] = MakeObject(records);
    FlowReport report = Report(objects_[key], key);
    report.object.tag = 42;
    resolver.Take(report);
  }
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    for (const Alert& alert : alerts_) told.push_back((alert.rule == nullptr ? "-" : alert.rule->id) + ": " + alert.description);
    alerts_.clear();
    return told;
  }
  Hash128 IdOf(const std::string& rule, const std::vector<std::string>& ids) {
    std::vector<Hash128> events;
    for (const std::string& id : ids) events.push_back(Analyze(MakeObject({{.id = id}})).records.at(0).event);
    return AlertId(rule, events);
  }

  std::map<std::string, std::string> objects_;
  std::vector<ObjectOrigin> reread_;
  std::vector<std::vector<std::uint32_t>> asked_;  // records of it
  std::vector<Alert> alerts_;
};

// The rule set with `ignore` on the failures' composite and on a rule below the plain one.
constexpr const char* kIgnoring = R"(
<group name="t,">
  <rule id="1" level="0" noalert="1"><category>syslog</category><description>all</description></rule>
  <rule id="100" level="0"><if_sid>1</if_sid><decoded_as>json</decoded_as><description>base</description></rule>
  <rule id="101" level="3"><if_sid>100</if_sid><field name="aws.eventName">^Fail$</field><description>failure of $(aws.userIdentity.userName)</description></rule>
  <rule id="102" level="6" ignore="60"><if_sid>101</if_sid><description>first failure, $(aws.userIdentity.userName)</description></rule>
</group>
)";

TEST_F(ResolverTest, IgnoreGoesByEventTimeAndTellsTheParent) {
  Diagnostics diagnostics;
  options_.rules = RuleSet::LoadTexts({{"test.xml", kIgnoring}}, {}, diagnostics);
  options_.MakePlans();
  const auto resolver = Make();
  Take(*resolver, "b", Failures("b", 30, 3, 30));  // at 30, 60, 90 s
  resolver->Evaluate();
  ASSERT_EQ(alerts_.size(), 3u);
  const Hash128 first = alerts_[0].id;
  EXPECT_TRUE(alerts_[1].also.empty()) << "the rule that is ignored is no other";
  EXPECT_THAT(Told(), ElementsAre("102: first failure, b", "101: failure of b", "102: first failure, b"));
  // One of 10 s before comes late: it was the first, and what was given at 30 s was not.
  Take(*resolver, "a", Failures("a", 20, 1));
  resolver->Evaluate();
  EXPECT_THAT(Told(), ElementsAre("102: first failure, a"));
  resolver->Reconcile();
  ASSERT_EQ(alerts_.size(), 1u) << "at 90 s, 70 s after it, the rule is given again";
  EXPECT_THAT(alerts_[0].supersedes, ElementsAre(first));
  EXPECT_THAT(Told(), ElementsAre("101: failure of b"));
}

TEST_F(ResolverTest, ByArrivalTheClockIsTheWallAndNothingIsCorrected) {
  options_.by_arrival = true;
  const auto resolver = Make();
  // An hour apart by their own time, at once by arrival; and the third comes before the second.
  Take(*resolver, "a", Failures("ann", 0, 1));
  Take(*resolver, "c", Failures("cid", 2400, 1));
  ASSERT_EQ(alerts_.size(), 2u);
  Take(*resolver, "b", Failures("bob", 1200, 1));
  ASSERT_EQ(alerts_.size(), 3u) << "decided when it is taken";
  EXPECT_THAT(alerts_[2].events, ElementsAre("ann0", "cid0", "bob0"));
  EXPECT_EQ(alerts_[2].id, IdOf("103", {"ann0", "cid0", "bob0"}));
  EXPECT_THAT(alerts_[2].previous_output, HasSubstr("ann0"));
  EXPECT_THAT(Told(), ElementsAre("102: failure of ann", "102: failure of cid", "103: 3 failures, last bob, of ann, cid, bob"));
  resolver->Evaluate();
  resolver->Reconcile();
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_TRUE(resolver->idle());
}

// The memory does not survive a restart; an alert that stands does.
TEST_F(ResolverTest, ByArrivalAnAlertThatStandsIsTheOnlyOneOfItsEvent) {
  options_.by_arrival = true;
  auto resolver = Make();
  Take(*resolver, "a", Failures("a", 0, 3));
  ASSERT_EQ(alerts_.size(), 3u);
  std::vector<RecoveredAlert> stand;
  for (const Alert& alert : alerts_) stand.push_back({alert.id, alert.event, {}, std::nullopt, alert.rule->id});
  stand.erase(stand.begin());
  alerts_.clear();
  resolver = Make();
  resolver->FinishRestore();
  resolver->Seed(stand);
  // In another order: the composite would be another event's now.
  std::vector<MadeRecord> again = Failures("a", 0, 3);
  std::reverse(again.begin(), again.end());
  Take(*resolver, "a", again);
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_THAT(alerts_[0].events.back(), "a0");
  EXPECT_EQ(resolver->awaited(), 0u);
}

TEST_F(ResolverTest, AlertsNameTheOtherRulesThatWouldHaveHeld) {
  const auto resolver = Make();
  Take(*resolver, "k", {{.id = "p"}});
  Take(*resolver, "f", Failures("f", 0, 3));
  resolver->Evaluate();
  ASSERT_EQ(alerts_.size(), 4u);
  for (const Alert& alert : alerts_) EXPECT_THAT(alert.also, ElementsAre("107")) << alert.description;
  EXPECT_EQ(alerts_.back().rule->id, "103") << "the rule that a composite counts stands above it and is no other";
}

TEST_F(ResolverTest, EveryRecordIsCountedOnce) {
  options_.start = ParseIsoTime("2026-01-15T09:00:00Z");
  const auto resolver = Make();
  FlowReport first =
      Report("{\"Records\":[" + MadeRecord{.id = "a"}.Json() + ",5," + MadeRecord{.id = "a"}.Json() + "," +
             MadeRecord{.id = "b", .name = "Quiet"}.Json() + "," + MadeRecord{.id = "c", .time = "2026-01-14T10:00:00Z"}.Json() +
             "," + MadeRecord{.id = "d", .name = "Low"}.Json() + "]}");
  resolver->Take(first);
  FlowReport second =
      Report(MakeObject({{.id = "a"}, {.id = "b", .name = "Quiet"}, {.id = "e"}, {.id = "a", .account = "444455556666"}}));
  resolver->Take(second);
  FlowReport broken = Report("{\"Other\":1}");
  resolver->Take(broken);
  FlowReport gone;
  gone.fetch = Status(Code::kNotFound, "gone");
  resolver->Take(gone);
  FlowReport refused;
  refused.fetch = Status(Code::kDenied, "refused");
  resolver->Take(refused);
  const RunCounters& counters = resolver->counters();
  EXPECT_EQ(counters.objects, 3u);
  EXPECT_EQ(counters.records, 10u);
  EXPECT_EQ(counters.duplicates, 3u);
  EXPECT_EQ(counters.discarded, 1u);
  EXPECT_EQ(counters.matched, 4u);  // a, d, e and the other account's a
  EXPECT_EQ(counters.unmatched, 1u);
  EXPECT_EQ(counters.quarantined_records, 1u);
  EXPECT_EQ(counters.quarantined_objects, 1u);
  EXPECT_EQ(counters.gone_objects, 1u);
  EXPECT_EQ(counters.unreadable_objects, 1u);
  EXPECT_EQ(counters.accounted(), counters.records);
  EXPECT_EQ(counters.bytes, first.report.stored_bytes + second.report.stored_bytes + broken.report.stored_bytes);
  EXPECT_THAT(Told(), ElementsAre("101: plain by ann", "101: plain by ann", "101: plain by ann"));
}

TEST_F(ResolverTest, PlainAndCompositeAlertsSayWhatRaisedThem) {
  const auto resolver = Make();
  Take(*resolver, "j", {{.id = "p"}});
  ASSERT_EQ(alerts_.size(), 1u) << "what needs no other event is not kept back";
  EXPECT_EQ(alerts_[0].id, IdOf("101", {"p"}));
  EXPECT_THAT(alerts_[0].events, ElementsAre("p"));
  EXPECT_EQ(alerts_[0].fired_times, 1u);
  EXPECT_FALSE(alerts_[0].mail);
  alerts_.clear();
  Take(*resolver, "k", Failures("bob", 0, 3));
  resolver->Evaluate();
  ASSERT_EQ(alerts_.size(), 3u);
  EXPECT_EQ(alerts_[2].id, IdOf("103", {"bob0", "bob1", "bob2"}));
  EXPECT_THAT(alerts_[2].events, ElementsAre("bob0", "bob1", "bob2"));
  EXPECT_THAT(alerts_[2].full_log, HasSubstr("bob2"));
  EXPECT_THAT(Told(), ElementsAre("102: failure of bob", "102: failure of bob", "103: 3 failures, last bob, of bob"));
  EXPECT_TRUE(resolver->idle());
  // Near miss: two failures within the minute, the third a second beyond it.
  std::vector<MadeRecord> near = Failures("eve", 600, 2);
  near.push_back({.id = "eve9", .name = "Fail", .time = "2026-01-15T10:11:01Z", .user = "eve"});
  Take(*resolver, "l", near);
  resolver->Evaluate();
  EXPECT_THAT(Told(), ElementsAre("102: failure of eve", "102: failure of eve", "102: failure of eve"));
}

TEST_F(ResolverTest, ALateEventsCorrectionWaitsForReconcileAndSaysWhatItReplaces) {
  const auto resolver = Make();
  std::vector<MadeRecord> records = Failures("bob", 0, 3);
  const MadeRecord late = records[1];
  records.erase(records.begin() + 1);
  Take(*resolver, "k", records);
  resolver->Evaluate();
  EXPECT_THAT(Told(), ElementsAre("102: failure of bob", "102: failure of bob"));
  Take(*resolver, "l", {late});
  resolver->Evaluate();
  EXPECT_THAT(Told(), ElementsAre("102: failure of bob"));
  EXPECT_FALSE(resolver->idle());
  resolver->Reconcile();
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_THAT(alerts_[0].supersedes, ElementsAre(IdOf("102", {"bob2"})));
  EXPECT_EQ(alerts_[0].id, IdOf("103", {"bob0", "bob1", "bob2"}));
  EXPECT_TRUE(resolver->idle());
  EXPECT_THAT(reread_, IsEmpty()) << "a finding of late is still at hand";
  resolver->Reconcile();
  EXPECT_EQ(alerts_.size(), 1u);
}

TEST_F(ResolverTest, WhatIsNotDecidedYetIsAtHandHoweverMuchComes) {
  const auto resolver = Make();
  for (int object = 0; object < 10; ++object) {
    std::vector<MadeRecord> records;
    for (int i = 0; i < 500; ++i)
      records.push_back(
          {.id = std::to_string(object) + '/' + std::to_string(i), .name = "Fail", .user = "u" + std::to_string(object)});
    Take(*resolver, "k" + std::to_string(object), records);
  }
  resolver->Evaluate();
  EXPECT_THAT(reread_, IsEmpty());
  EXPECT_EQ(Told().size(), 5000u);
}

TEST_F(ResolverTest, ObjectsAreForgottenWithTheirEvents) {
  ResolverOptions resolver_options;
  resolver_options.lateness = 10 * kMinute;
  const auto resolver = Make(resolver_options);
  for (int minute = 0; minute < 55; ++minute) {
    Take(*resolver, "k" + std::to_string(minute), Failures("m" + std::to_string(minute) + '.', minute * 60, 1));
    EXPECT_LE(resolver->remembered_objects(), 30u);
  }
  EXPECT_GE(resolver->remembered_objects(), 10u);
}

TEST_F(ResolverTest, OtherRulesGoOnWithWhatIsRemembered) {
  const auto resolver = Make();
  Take(*resolver, "k", Failures("bob", 0, 2));
  Take(*resolver, "plain", {{.id = "p"}});
  resolver->Evaluate();
  EXPECT_THAT(Told(), testing::UnorderedElementsAre("102: failure of bob", "102: failure of bob", "101: plain by ann"));
  // The same rules but for a sentence, and one that is new.
  std::string text = kPipelineRules;
  text.replace(text.find("plain by"), 5, "PLAIN");
  text.insert(text.rfind("</group>"), "<rule id=\"109\" level=\"3\"><if_sid>100</if_sid><description>else</description></rule>");
  const auto before = options_.rules;
  Diagnostics diagnostics;
  options_.rules = RuleSet::LoadTexts({{"test.xml", text}}, {}, diagnostics);
  ASSERT_NE(options_.rules, nullptr);
  options_.MakePlans();
  resolver->TakeRules();
  resolver->Reconcile();
  EXPECT_THAT(Told(), IsEmpty()) << "what stands is not raised again";

  Take(*resolver, "l", {Failures("bob", 0, 3)[2], {.id = "q"}, {.id = "e", .name = "Else"}});
  resolver->Reconcile();
  ASSERT_EQ(alerts_.size(), 3u);
  const auto burst = std::find_if(alerts_.begin(), alerts_.end(), [](const Alert& alert) { return alert.rule->id == "103"; });
  ASSERT_NE(burst, alerts_.end());
  EXPECT_EQ(burst->id, IdOf("103", {"bob0", "bob1", "bob2"}));
  EXPECT_EQ(burst->rules, options_.rules);
  EXPECT_THAT(burst->previous_output, HasSubstr("bob0")) << "texts of before are at hand";
  const auto plain = std::find_if(alerts_.begin(), alerts_.end(), [](const Alert& alert) { return alert.rule->id == "101"; });
  ASSERT_NE(plain, alerts_.end());
  EXPECT_EQ(plain->fired_times, 2u);
  EXPECT_THAT(Told(), testing::UnorderedElementsAre("103: 3 failures, last bob, of bob", "101: PLAIN by ann", "109: else"));
  EXPECT_THAT(reread_, IsEmpty());
}

TEST_F(ResolverTest, AnAlertThatStandsInTheFilesIsNotRaisedAgain) {
  const auto resolver = Make();
  RecoveredAlert stands;
  stands.id = IdOf("101", {"a"});
  stands.event = Analyze(MakeObject({{.id = "a"}})).records.at(0).event;
  RecoveredAlert old;  // a rule that raised it then and does not now
  old.id = IdOf("999", {"b"});
  old.event = Analyze(MakeObject({{.id = "b"}})).records.at(0).event;
  RecoveredAlert failure;
  failure.id = IdOf("102", {"bob0"});
  failure.event = Analyze(MakeObject({{.id = "bob0"}})).records.at(0).event;
  resolver->Seed({stands, old, failure});
  EXPECT_EQ(resolver->awaited(), 3u);
  std::vector<MadeRecord> records = Failures("bob", 0, 2);
  for (const char* id : {"a", "b", "c"}) records.push_back({.id = id});
  Take(*resolver, "k", records);
  EXPECT_EQ(resolver->awaited(), 0u);
  resolver->Evaluate();
  std::map<Hash128, std::vector<Hash128>> written;
  for (const Alert& alert : alerts_) written[alert.id] = alert.supersedes;
  const std::map<Hash128, std::vector<Hash128>> wanted = {
      {IdOf("101", {"b"}), {old.id}}, {IdOf("101", {"c"}), {}}, {IdOf("102", {"bob1"}), {}}};
  EXPECT_EQ(written, wanted);
  EXPECT_EQ(alerts_.size(), wanted.size());
}

// An event may raise an alert of Wazuh's rules and several of Sigma's; each stands or is missing by itself.
TEST_F(ResolverTest, EachSigmaRuleThatHoldsGivesAnAlert) {
  Diagnostics diagnostics;
  const std::string head = "---\nlogsource: {service: cloudtrail}\ndetection: {s: {eventName: Plain}, condition: s}\n";
  const std::string first = "929a690e-bef0-4204-a928-ef5e620d6fcc";
  const std::string second = "08fbc97d-0a2f-491c-ae21-8ffcfd3174e9";
  options_.rules =
      RuleSet::LoadTexts({{"test.xml", kPipelineRules}}, {}, diagnostics,
                         {{"r.yml", head + "title: first $(x)\nid: " + first + "\n" + head + "title: second\nid: " + second +
                                        "\nlevel: low\n" + head + "title: quiet\nlevel: informational\n"}});
  ASSERT_NE(options_.rules, nullptr);
  options_.MakePlans();
  options_.log_alert_level = 4;

  auto resolver = Make();
  RecoveredAlert stands;
  stands.id = IdOf(first, {"a"});
  stands.event = Analyze(MakeObject({{.id = "a"}})).records.at(0).event;
  stands.rule_id = first;
  resolver->Seed({stands});
  Take(*resolver, "k", {{.id = "a"}, {.id = "b"}, {.id = "a"}, {.id = "c", .name = "Other"}});
  EXPECT_EQ(resolver->awaited(), 0u);
  std::map<Hash128, std::size_t> written;
  for (const Alert& alert : alerts_)
    if (!alert.sigma_id.empty()) written[alert.id] = alert.supersedes.size();
  EXPECT_EQ(written, (std::map<Hash128, std::size_t>{{IdOf(second, {"a"}), 0}, {IdOf(first, {"b"}), 0}, {IdOf(second, {"b"}), 0}}));
  const auto alert = std::find_if(alerts_.begin(), alerts_.end(), [&](const Alert& one) { return one.sigma_id == first; });
  ASSERT_NE(alert, alerts_.end());
  EXPECT_EQ(alert->description, "first $(x)");
  EXPECT_THAT(alert->events, ElementsAre("b"));
  EXPECT_EQ(alert->fired_times, 1u);
  EXPECT_TRUE(alert->mail);
  EXPECT_EQ(resolver->counters().duplicates, 1u);
}

// A correlation's alert that stands behind the checkpoint is not told again when its events come again, in whatever order.
TEST_F(ResolverTest, ACorrelationThatStandsIsToldOnce) {
  Diagnostics diagnostics;
  const std::string id = "929a690e-bef0-4204-a928-ef5e620d6fcc";
  options_.rules = RuleSet::LoadTexts(
      {{"test.xml", kPipelineRules}}, {}, diagnostics,
      {{"r.yml",
        "title: base\nname: base\nlogsource: {service: cloudtrail}\ndetection: {s: {eventName: Plain}, condition: s}\n---\n"
        "title: three\nid: " +
            id + "\ncorrelation: {type: event_count, rules: [base], timespan: 1h, condition: {gte: 3}}\n"}});
  ASSERT_NE(options_.rules, nullptr);
  options_.MakePlans();
  const auto told = [&] {
    std::vector<std::pair<Hash128, std::size_t>> correlations;
    for (const Alert& alert : alerts_)
      if (alert.is_correlation) correlations.emplace_back(alert.id, alert.events.size());
    return correlations;
  };
  auto resolver = Make();
  Take(*resolver, "k", {{.id = "a"}, {.id = "b"}, {.id = "c"}});
  resolver->Evaluate();
  ASSERT_EQ(told().size(), 1u);
  EXPECT_EQ(told().front().second, 3u);
  RecoveredAlert stands;
  for (const Alert& alert : alerts_)
    if (alert.is_correlation) stands = {alert.id, alert.event, {}, std::nullopt, id};
  alerts_.clear();
  resolver = Make();
  resolver->FinishRestore();
  resolver->Seed({stands});
  EXPECT_EQ(resolver->awaited(), 1u);
  Take(*resolver, "l", {{.id = "c"}});
  Take(*resolver, "k", {{.id = "b"}, {.id = "a"}});
  resolver->Evaluate();
  resolver->Reconcile();
  EXPECT_EQ(resolver->awaited(), 0u);
  EXPECT_TRUE(told().empty());
}

TEST_F(ResolverTest, ARecoveredAlertWhoseOutcomeIsAnotherNowIsReplaced) {
  const auto resolver = Make();
  RecoveredAlert failure;
  failure.id = IdOf("102", {"bob2"});
  failure.event = Analyze(MakeObject({{.id = "bob2"}})).records.at(0).event;
  resolver->Seed({failure});
  Take(*resolver, "k", Failures("bob", 0, 3));
  resolver->Evaluate();
  EXPECT_THAT(Told(), ElementsAre("102: failure of bob", "102: failure of bob"));
  resolver->Reconcile();
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_EQ(alerts_[0].id, IdOf("103", {"bob0", "bob1", "bob2"}));
  EXPECT_THAT(alerts_[0].supersedes, ElementsAre(failure.id));
}

TEST_F(ResolverTest, AnObjectNamedInTheFutureDoesNotMakeIdentitiesForgotten) {
  const auto resolver = Make();
  name_time_ = NowMillis();
  Take(*resolver, "k", {{.id = "a", .time = "2026-01-15T10:00:00Z"}});
  name_time_ = *ParseIsoTime("9999-01-01");
  Take(*resolver, "l", {{.id = "b", .time = "2026-01-15T11:00:00Z"}});
  name_time_ = NowMillis();
  Take(*resolver, "m", {{.id = "a", .time = "2026-01-15T10:00:00Z"}});
  EXPECT_EQ(resolver->counters().duplicates, 1u);
}

class ResolverStateTest : public ResolverTest {
 protected:
  ResolverStateTest() { std::filesystem::create_directories(home_ / "state"); }

  std::unique_ptr<Resolver> Restore(const FilePosition& position) {
    auto resolver = Make();
    StateLog log(home_.path());
    const Status opened = log.Open(position, [&](StateFrame type, std::string_view payload) {
      frames_.emplace_back(type, payload);
      return resolver->Restore(type, payload);
    });
    EXPECT_TRUE(opened.ok()) << opened.message();
    resolver->FinishRestore();
    resolver->Seed({});
    return resolver;
  }

  // Two failures of three, a plain record, an alert of which the event has not come again.
  FilePosition Save(bool all) {
    StateLog log(home_.path());
    EXPECT_TRUE(log.Open({}, [](StateFrame, std::string_view) { return Status::Ok(); }).ok());
    const auto resolver = Make();
    RecoveredAlert awaited;
    awaited.id = IdOf("101", {"awaited"});
    awaited.event = Analyze(MakeObject({{.id = "awaited"}})).records.at(0).event;
    RecoveredAlert again;
    again.id = IdOf("101", {"again"});
    again.event = Analyze(MakeObject({{.id = "again"}})).records.at(0).event;
    resolver->Seed({awaited, again});
    if (!all) resolver->SaveChanges(log);
    std::vector<MadeRecord> records = Failures("bob", 0, 3);
    records.erase(records.begin() + 1);
    records.push_back({.id = "p"});
    records.push_back({.id = "again"});
    Take(*resolver, "k", records);
    resolver->Evaluate();
    if (all) resolver->SaveAll(log);
    else resolver->SaveChanges(log);
    EXPECT_TRUE(log.Sync().ok());
    EXPECT_THAT(Told(), ElementsAre("101: plain by ann", "102: failure of bob", "102: failure of bob"));
    return log.position();
  }

  TempFolder home_;
  std::vector<std::pair<StateFrame, std::string>> frames_;
};

TEST_F(ResolverStateTest, GoesOnWhereItStoppedFromChangesAndFromAll) {
  for (const bool all : {false, true}) {
    const auto resolver = Restore(Save(all));
    EXPECT_EQ(resolver->awaited(), 1u) << all;
    // What was seen is a duplicate; what stands is not raised again; the third failure makes the composite.
    std::vector<MadeRecord> records = Failures("bob", 0, 3);
    for (const char* id : {"p", "again", "awaited"}) records.push_back({.id = id});
    Take(*resolver, "l", records);
    EXPECT_EQ(resolver->counters().duplicates, 4u) << all;
    EXPECT_EQ(resolver->awaited(), 0u);
    resolver->Evaluate();
    EXPECT_THAT(Told(), ElementsAre("102: failure of bob")) << all;
    resolver->Reconcile();
    ASSERT_EQ(alerts_.size(), 1u) << all;
    EXPECT_EQ(alerts_[0].id, IdOf("103", {"bob0", "bob1", "bob2"}));
    EXPECT_THAT(alerts_[0].supersedes, ElementsAre(IdOf("102", {"bob2"})));
    alerts_.clear();
  }
}

TEST_F(ResolverStateTest, ACorrectionAfterARestartReadsItsObjectAgain) {
  const auto resolver = Restore(Save(false));
  Take(*resolver, "l", {Failures("bob", 0, 3)[1]});
  resolver->Evaluate();
  alerts_.clear();
  ASSERT_THAT(reread_, IsEmpty());
  resolver->Reconcile();
  ASSERT_EQ(reread_.size(), 1u);
  EXPECT_EQ(reread_[0].key, "k");
  EXPECT_EQ(reread_[0].source, 42);
  EXPECT_EQ(reread_[0].name_time, name_time_);
  EXPECT_EQ(reread_[0].account, "111122223333");
  EXPECT_THAT(asked_[0], ElementsAre(0u, 1u)) << "the record, and that of the failure before it";
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_THAT(alerts_[0].full_log, HasSubstr("bob2"));
  EXPECT_THAT(alerts_[0].data_json, HasSubstr("bob2"));
  EXPECT_EQ(alerts_[0].actor->name, "bob");
  EXPECT_EQ(alerts_[0].description, "3 failures, last bob, of bob");
}

// Three accounts whose middle failure comes after a restart: two of one object, one of another.
TEST_F(ResolverStateTest, CorrectionsReadAnObjectOnceAndOfItWhatTheyNeed) {
  std::vector<MadeRecord> failures;
  for (const char* account : {"a", "b", "c"})
    for (const MadeRecord& failure : Failures(account, 0, 3)) failures.emplace_back(failure).account = account;
  const auto pick = [&](const std::vector<std::size_t>& numbers) {
    std::vector<MadeRecord> records = {{.id = "before" + std::to_string(numbers[0])}};
    for (const std::size_t number : numbers) records.push_back(failures[number]);
    records.push_back({.id = "behind" + std::to_string(numbers[0]), .name = "Fail", .account = "alone"});
    return records;
  };
  StateLog log(home_.path());
  ASSERT_TRUE(log.Open({}, [](StateFrame, std::string_view) { return Status::Ok(); }).ok());
  const auto before = Make();
  Take(*before, "k", pick({0, 2, 3, 5}));
  Take(*before, "l", pick({6, 8}));
  before->Evaluate();
  before->SaveChanges(log);
  ASSERT_TRUE(log.Sync().ok());

  const auto resolver = Restore(log.position());
  Take(*resolver, "late", {failures[1], failures[4], failures[7]});
  resolver->Evaluate();
  alerts_.clear();
  resolver->Reconcile();
  ASSERT_EQ(reread_.size(), 2u);
  EXPECT_EQ(reread_[0].key, "k");
  EXPECT_EQ(reread_[1].key, "l");
  EXPECT_THAT(asked_, ElementsAre(ElementsAre(1u, 2u, 3u, 4u), ElementsAre(1u, 2u)));
  ASSERT_EQ(alerts_.size(), 3u);
  for (const Alert& alert : alerts_) {
    EXPECT_EQ(alert.description, "3 failures, last " + alert.account + ", of " + alert.account);
    EXPECT_THAT(alert.full_log, HasSubstr(alert.account + '2'));
    EXPECT_THAT(alert.previous_output, testing::AllOf(HasSubstr(alert.account + '0'), HasSubstr(alert.account + '1')));
  }
}

TEST_F(ResolverStateTest, ACorrectionWhoseObjectIsGoneSaysSo) {
  const auto resolver = Restore(Save(false));
  objects_.erase("k");
  Take(*resolver, "l", {Failures("bob", 0, 3)[1]});
  resolver->Evaluate();
  alerts_.clear();
  resolver->Reconcile();
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_EQ(alerts_[0].id, IdOf("103", {"bob0", "bob1", "bob2"}));
  EXPECT_THAT(alerts_[0].supersedes, ElementsAre(IdOf("102", {"bob2"})));
  EXPECT_THAT(alerts_[0].full_log, HasSubstr("the record of this event is gone: k: no such key"));
  EXPECT_EQ(alerts_[0].event_time, *ParseIsoTime("2026-01-15T10:00:20Z"));
  EXPECT_EQ(alerts_[0].description, "3 failures, last bob, of bob") << "the window knows this much";
  alerts_.clear();
  // Likewise when the object holds something else now.
  const auto other = Restore(Save(true));
  objects_["k"] = MakeObject({{.id = "else"}});
  Take(*other, "l", {Failures("bob", 0, 3)[1]});
  other->Evaluate();
  alerts_.clear();
  other->Reconcile();
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_THAT(alerts_[0].full_log, HasSubstr("the record is not in the object any more"));
}

TEST_F(ResolverStateTest, AFrameThatIsCutIsRefusedAndNeverRead) {
  const FilePosition changes = Save(false);
  Restore(changes);
  std::set<StateFrame> types;
  for (const auto& [type, payload] : frames_) {
    types.insert(type);
    for (std::size_t size = 0; size < payload.size(); ++size) {
      // A frame of several parts may end between two of them; the last byte is never one of those places.
      const Status status = Make()->Restore(type, std::string_view(payload).substr(0, size));
      const bool one_part =
          type == StateFrame::kObject || type == StateFrame::kEarlier || type == StateFrame::kCut || type == StateFrame::kCameAgain;
      EXPECT_EQ(status.ok(), status.ok() && !one_part && size + 1 < payload.size()) << static_cast<char>(type) << size;
    }
  }
  EXPECT_THAT(types, testing::UnorderedElementsAre(StateFrame::kWindowEvents, StateFrame::kSeen, StateFrame::kObject,
                                                   StateFrame::kCut, StateFrame::kEarlier, StateFrame::kCameAgain));
  EXPECT_EQ(Make()->Restore(static_cast<StateFrame>('?'), "").code(), Code::kCorrupt);
}

TEST_F(ResolverStateTest, NothingNewIsNothingWritten) {
  StateLog log(home_.path());
  ASSERT_TRUE(log.Open({}, [](StateFrame, std::string_view) { return Status::Ok(); }).ok());
  const auto resolver = Make();
  Take(*resolver, "k", Failures("bob", 0, 2));
  resolver->Evaluate();
  resolver->SaveChanges(log);
  ASSERT_TRUE(log.Sync().ok());
  const std::uint64_t offset = log.position().offset;
  resolver->Evaluate();
  resolver->SaveChanges(log);
  ASSERT_TRUE(log.Sync().ok());
  EXPECT_EQ(log.position().offset, offset);
}

}  // namespace
}  // namespace trailsift
