// Windows that go over to other rules while they remember: what holds on, what goes, and that nothing is written twice.
#include <gtest/gtest.h>

#include <algorithm>

#include "detect/windows.h"

namespace trailsift {
namespace {

// Three failures of an account within a minute are a burst; two pairs are worth a word.
std::string Rules(const std::string& burst = "frequency=\"3\" timeframe=\"60\"", const std::string& field = "acct",
                  const std::string& more = "") {
  return "<group name=\"t,\">"
         "<rule id=\"1\" level=\"0\" noalert=\"1\"><category>syslog</category><description>all</description></rule>"
         "<rule id=\"100\" level=\"0\"><if_sid>1</if_sid><decoded_as>json</decoded_as><description>base</description></rule>"
         "<rule id=\"101\" level=\"5\"><if_sid>100</if_sid><field name=\"k\">^a$</field><description>failure</description></rule>"
         "<rule id=\"102\" level=\"10\" " +
         burst + "><if_matched_sid>101</if_matched_sid><same_field>" + field +
         "</same_field><description>burst</description></rule>"
         "<rule id=\"103\" level=\"3\"><if_sid>100</if_sid><field name=\"k\">^b$</field><description>pair</description></rule>"
         "<rule id=\"104\" level=\"8\" frequency=\"2\" timeframe=\"60\"><if_matched_sid>103</if_matched_sid>"
         "<description>pairs</description></rule>" +
         more + "</group>";
}

struct Loaded {
  std::shared_ptr<const RuleSet> rules;
  std::shared_ptr<const CorrelationPlan> plan;

  explicit Loaded(const std::string& text) {
    Diagnostics diagnostics;
    rules = RuleSet::LoadTexts({{"test.xml", text}}, {}, diagnostics);
    for (const Diagnostic& item : diagnostics.items()) std::printf("%s\n", item.ToString().c_str());
    if (rules == nullptr) std::abort();
    plan = std::make_shared<const CorrelationPlan>(*rules);
  }

  WindowEvent Failure(int second) const {
    WindowEvent event = Event(second, {{{rules->Find(102)}, rules->Find(102)}, {{}, rules->Find(101)}});
    event.event_id = "f" + std::to_string(second);
    return event;
  }
  WindowEvent Pair(int second) const {
    return Event(second + 100000, {{{rules->Find(104)}, rules->Find(104)}, {{}, rules->Find(103)}});
  }

 private:
  WindowEvent Event(int number, std::vector<Alternative> alternatives) const {
    WindowEvent event;
    event.event = StrongHash(std::to_string(number));
    event.time = number % 100000 * kSecond;
    event.component = *plan->ComponentOf(alternatives);
    event.alternatives = std::move(alternatives);
    event.values.assign(plan->components()[event.component].fields.size(), "same");
    return event;
  }
};

WindowOptions Options() {
  WindowOptions options;
  options.alertable = [](const Rule& rule) { return rule.info.level >= 3; };
  options.alert_id = [](std::string_view rule, const std::vector<Hash128>& events) {
    std::string text(rule);
    for (const Hash128& event : events) text.append(reinterpret_cast<const char*>(event.bytes.data()), event.bytes.size());
    return StrongHash(text);
  };
  return options;
}

std::vector<int> RulesOf(std::vector<Decision>& decisions) {
  std::vector<int> rules;
  for (const Decision& decision : decisions) rules.push_back(decision.rule == nullptr ? 0 : decision.rule->id);
  decisions.clear();
  return rules;
}

using Ids = std::vector<int>;

TEST(WindowsRules, GoOnCountingWhereTheComponentIsTheSame) {
  const std::string again = Rules();
  const struct {
    const char* what;
    std::string text;
    Ids third;  // what the third failure is, two of which were remembered
    std::uint64_t forgotten;
  } cases[] = {
      {"the same rules", again, {102}, 0},
      {"another rule beside",
       Rules("frequency=\"3\" timeframe=\"60\"", "acct",
             "<rule id=\"105\" level=\"4\"><if_sid>100</if_sid><description>new</description></rule>"),
       {102},
       0},
      {"it takes more now", Rules("frequency=\"4\" timeframe=\"60\""), {101}, 0},
      {"a shorter time", Rules("frequency=\"3\" timeframe=\"15\""), {101}, 0},
      {"another field to compare: what was kept of the events does not do",
       Rules("frequency=\"3\" timeframe=\"60\"", "user"),
       {101},
       2},
  };
  for (const auto& c : cases) {
    auto before = std::make_unique<Loaded>(Rules());
    const Loaded after(c.text);
    Windows windows(before->rules, before->plan, Options());
    std::vector<Decision> out;
    windows.Add(before->Failure(0));
    windows.Add(before->Failure(10));
    windows.Evaluate(out);
    EXPECT_EQ(RulesOf(out), (Ids{101, 101}));
    windows.TakeRules(after.rules, after.plan);
    before.reset();  // nothing of them is looked at any more
    windows.Reconcile(out);
    EXPECT_TRUE(out.empty()) << c.what;
    windows.Add(after.Failure(20));
    windows.Evaluate(out);
    EXPECT_EQ(RulesOf(out), c.third) << c.what;
    EXPECT_EQ(windows.counters().forgotten, c.forgotten) << c.what;
  }
}

TEST(WindowsRules, WhatStandsIsNotWrittenAgainAndALateEventStillCorrectsIt) {
  const Loaded before(Rules());
  const Loaded after(Rules());
  Windows windows(before.rules, before.plan, Options());
  std::vector<Decision> out;
  for (const int second : {0, 20, 30}) windows.Add(before.Failure(second));
  windows.Evaluate(out);
  ASSERT_EQ(out.size(), 3u);
  const Hash128 burst = out.back().id;
  EXPECT_EQ(RulesOf(out), (Ids{101, 101, 102}));
  windows.TakeRules(after.rules, after.plan);
  windows.Add(after.Failure(30));  // a copy
  windows.Reconcile(out);
  EXPECT_TRUE(out.empty());
  windows.Add(after.Failure(10));
  windows.Reconcile(out);
  const auto replacing =
      std::find_if(out.begin(), out.end(), [&](const Decision& d) { return d.supersedes == std::vector{burst}; });
  ASSERT_NE(replacing, out.end());
  EXPECT_EQ(replacing->rule, after.rules->Find(101));
}

TEST(WindowsRules, OnlyTheComponentThatWentIsForgotten) {
  const Loaded before(Rules());
  std::string text = Rules();
  for (const char* id : {"102"}) text.replace(text.find("id=\"" + std::string(id)), 8, "id=\"902\"");
  const Loaded after(text);
  Windows windows(before.rules, before.plan, Options());
  std::vector<Decision> out;
  windows.Add(before.Failure(0));
  windows.Add(before.Pair(0));
  windows.Evaluate(out);
  out.clear();
  windows.TakeRules(after.rules, after.plan);
  EXPECT_EQ(windows.counters().forgotten, 1u) << "the failure, whose burst has no rule any more";
  EXPECT_EQ(windows.size(), 1u);
  windows.Add(after.Pair(5));
  windows.Evaluate(out);
  EXPECT_EQ(RulesOf(out), Ids{104});
}

// What the state log holds from before fits what is remembered after.
TEST(WindowsRules, ARestartBehindASwapGoesOn) {
  const Loaded before(Rules());
  const Loaded after(Rules("frequency=\"3\" timeframe=\"120\""));
  Windows windows(before.rules, before.plan, Options());
  std::vector<Decision> out;
  std::string log;
  windows.Add(before.Failure(0));
  windows.Evaluate(out);
  windows.AppendChanges(log);
  windows.TakeRules(after.rules, after.plan);
  windows.Add(after.Failure(50));
  windows.Evaluate(out);
  windows.AppendChanges(log);
  Windows restarted(after.rules, after.plan, Options());
  ASSERT_TRUE(restarted.Restore(log).ok());
  restarted.FinishRestore(windows.cut());
  out.clear();
  restarted.Add(after.Failure(100));
  restarted.Reconcile(out);
  EXPECT_EQ(RulesOf(out), Ids{102});
}

}  // namespace
}  // namespace trailsift
