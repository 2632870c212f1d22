// Windows against a plain reading of Wazuh's walk: events in order, remembered one after another, composites asked newest to oldest.
#include "detect/windows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "detect/windows_testing.h"

namespace trailsift {
namespace {

constexpr const char* kRules = R"(
<group name="t,">
  <rule id="1" level="0" noalert="1"><category>syslog</category><description>all</description></rule>
  <rule id="100" level="0"><if_sid>1</if_sid><decoded_as>json</decoded_as><description>base</description></rule>
  <rule id="101" level="5"><if_sid>100</if_sid><field name="k">^a$</field><description>failure</description></rule>
  <rule id="102" level="10" frequency="5" timeframe="360"><if_matched_sid>101</if_matched_sid><same_field>acct</same_field>
    <description>$(trailsift.window.count) failures of $(trailsift.window.user)</description></rule>
  <rule id="103" level="3"><if_sid>100</if_sid><field name="k">^b$</field><description>pair</description></rule>
  <rule id="104" level="8" frequency="2" timeframe="60"><if_matched_sid>103</if_matched_sid><description>two pairs</description></rule>
  <rule id="105" level="1"><if_sid>100</if_sid><field name="k">^c$</field><description>quiet</description></rule>
  <rule id="106" level="9" frequency="3" timeframe="100"><if_matched_sid>105</if_matched_sid><same_field>acct</same_field>
    <different_field>user</different_field><description>three quiet ones</description></rule>
  <rule id="107" level="12" frequency="2" timeframe="1000"><if_matched_sid>102</if_matched_sid><description>chain</description></rule>
</group>
)";

struct Sample {
  Hash128 event;
  Millis time = 0;
  char kind = 'a';  // k
  std::string account;
  std::string user;
};

class WindowsTest : public testing::Test {
 protected:
  void SetUp() override {
    Diagnostics diagnostics;
    rules_ = RuleSet::LoadTexts({{"test.xml", kRules}}, {}, diagnostics);
    for (const Diagnostic& item : diagnostics.items()) std::printf("%s\n", item.ToString().c_str());
    ASSERT_NE(rules_, nullptr);
    plan_ = std::make_shared<const CorrelationPlan>(*rules_);
  }

  WindowOptions Options(Millis lateness = kDay) const {
    WindowOptions options;
    options.lateness = lateness;
    options.alertable = &Alertable;
    options.alert_id = &Id;
    return options;
  }

  std::vector<Alternative> AlternativesOf(char kind) const {
    const auto rule = [&](int id) { return rules_->Find(id); };
    switch (kind) {
      case 'a': return {{{rule(102), rule(107)}, rule(107)}, {{rule(102)}, rule(102)}, {{}, rule(101)}};
      case 'b': return {{{rule(104)}, rule(104)}, {{}, rule(103)}};
      default: return {{{rule(106)}, rule(106)}, {{}, rule(105)}};
    }
  }

  WindowEvent ToEvent(const Sample& sample) const {
    WindowEvent event;
    event.event = sample.event;
    event.event_id = sample.event.ToHex();
    event.time = sample.time;
    event.alternatives = AlternativesOf(sample.kind);
    event.component = *plan_->ComponentOf(event.alternatives);
    for (const ContextField& field : plan_->components()[event.component].fields)
      event.values.push_back(field.name == "acct" ? sample.account : field.name == "user" ? sample.user : "?");
    return event;
  }

  // The set of (rule, events) by the plain reading.
  std::set<Hash128> Reference(std::vector<Sample> samples) const {
    std::sort(samples.begin(), samples.end(),
              [](const Sample& a, const Sample& b) { return std::pair(a.time, a.event) < std::pair(b.time, b.event); });
    struct Remembered {
      Sample sample;
      const Rule* rule;
      int mark;
    };
    std::vector<Remembered> memory;
    std::set<Hash128> ids;
    std::set<Hash128> known;
    for (const Sample& sample : samples) {
      if (!known.insert(sample.event).second) continue;
      std::map<const Rule*, std::optional<std::vector<Hash128>>> asked;
      int own_mark = 0;
      const auto fires = [&](const Rule* composite) {
        if (const auto before = asked.find(composite); before != asked.end()) return before->second.has_value();
        std::vector<std::size_t> counted;
        asked[composite] = std::nullopt;
        for (std::size_t i = memory.size(); i-- > 0;) {
          Remembered& earlier = memory[i];
          if (sample.time - earlier.sample.time > composite->composite.timeframe) return false;
          const auto& targets = composite->composite.targets;
          if (std::find(targets.begin(), targets.end(), earlier.rule) == targets.end()) continue;
          if (!composite->composite.same_fields.empty() && earlier.sample.account != sample.account) continue;
          if (!composite->composite.different_fields.empty() && earlier.sample.user == sample.user) continue;
          if (earlier.mark >= composite->info.level) return false;
          counted.push_back(i);
          if (counted.size() + 1 < composite->composite.count) continue;
          own_mark = composite->info.level;
          if (composite->composite.count > 2) memory[counted.front()].mark = own_mark;
          std::vector<Hash128> events;
          for (auto index = counted.rbegin(); index != counted.rend(); ++index) events.push_back(memory[*index].sample.event);
          events.push_back(sample.event);
          asked[composite] = events;
          return true;
        }
        return false;
      };
      for (const Alternative& alternative : AlternativesOf(sample.kind)) {
        if (!std::all_of(alternative.composites.begin(), alternative.composites.end(), fires)) continue;
        const std::vector<Hash128> events =
            alternative.composites.empty() ? std::vector<Hash128>{sample.event} : *asked[alternative.composites.back()];
        if (Alertable(*alternative.result)) ids.insert(Id(alternative.result->info.id, events));
        memory.push_back({sample, alternative.result, own_mark});
        break;
      }
    }
    return ids;
  }

  static std::vector<Sample> Make(unsigned seed, int count) {
    std::mt19937 random(seed);
    std::vector<Sample> samples;
    for (int i = 0; i < count; ++i) {
      Sample sample;
      sample.event = StrongHash(std::to_string(seed) + '/' + std::to_string(i));
      sample.time = static_cast<Millis>(random() % 1200) * kSecond;
      sample.kind = "aaabc"[random() % 5];
      sample.account = std::string(1, static_cast<char>('0' + random() % 2));
      sample.user = std::string(1, static_cast<char>('x' + random() % 3));
      samples.push_back(sample);
    }
    return samples;
  }

  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const CorrelationPlan> plan_;
};

TEST_F(WindowsTest, FiresAtTheFifthWithinTheTimeframeAndTheAccount) {
  const auto run = [&](const std::vector<int>& seconds, const std::vector<std::string>& accounts) {
    Windows windows(rules_, plan_, Options());
    std::vector<Decision> out;
    for (std::size_t i = 0; i < seconds.size(); ++i) {
      Sample sample{StrongHash(std::to_string(i)), seconds[i] * kSecond, 'a', accounts[i % accounts.size()],
                    "u" + std::to_string(i)};
      windows.Add(ToEvent(sample));
      windows.Evaluate(out);
    }
    windows.Reconcile(out);
    return std::count_if(out.begin(), out.end(),
                         [](const Decision& decision) { return decision.rule->id == 102 || decision.rule->id == 107; });
  };
  EXPECT_EQ(run({0, 10, 20, 30, 40}, {"1"}), 1);
  EXPECT_EQ(run({0, 10, 20, 30}, {"1"}), 0);
  EXPECT_EQ(run({0, 10, 20, 30, 360}, {"1"}), 1);  // exactly the timeframe apart
  EXPECT_EQ(run({0, 10, 20, 30, 361}, {"1"}), 0);
  EXPECT_EQ(run({0, 10, 20, 30, 40}, {"1", "2"}), 0);
  EXPECT_EQ(run({0, 1, 2, 3, 4, 5, 6, 7, 8}, {"1"}), 1);
  EXPECT_EQ(run({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {"1"}), 2);
}

TEST_F(WindowsTest, ALateEventReplacesWhatItChanges) {
  Windows windows(rules_, plan_, Options());
  std::vector<Decision> out;
  std::vector<Sample> samples;
  for (int i = 0; i < 6; ++i)
    samples.push_back({StrongHash(std::to_string(i)), i * 10 * kSecond, 'a', "1", "u" + std::to_string(i % 2)});
  for (const int i : {0, 2, 3, 4, 5}) windows.Add(ToEvent(samples[static_cast<std::size_t>(i)]));
  windows.Evaluate(out);
  ASSERT_EQ(out.size(), 5u);
  EXPECT_EQ(out.back().rule->id, 102);
  EXPECT_EQ(out.back().event_ids.size(), 5u);
  const auto users = std::find_if(out.back().window_values.begin(), out.back().window_values.end(),
                                  [](const auto& v) { return v.first == "user"; });
  ASSERT_NE(users, out.back().window_values.end());
  EXPECT_EQ(users->second, (std::vector<std::string>{"u0", "u1"}));
  const Hash128 early_alert = out.back().id;

  windows.Add(ToEvent(samples[1]));
  windows.Evaluate(out);
  EXPECT_EQ(out.size(), 6u) << "only the late event's own alert is written at once";
  windows.Reconcile(out);
  ASSERT_EQ(out.size(), 8u);
  std::vector<int> rules{out[6].rule->id, out[7].rule->id};
  std::sort(rules.begin(), rules.end());
  EXPECT_EQ(rules, (std::vector<int>{101, 102}));
  const bool replaces = out[6].supersedes == std::vector{early_alert} || out[7].supersedes == std::vector{early_alert};
  EXPECT_TRUE(replaces);
  EXPECT_EQ(FinalSet(out), Reference(samples));
}

TEST_F(WindowsTest, ALateEventWithinTheLatenessCountsHoweverLongATimeframeIs) {
  Windows windows(rules_, plan_, Options(500 * kSecond));  // 107 of the same component looks back 1,000 s
  std::vector<Decision> out;
  const auto add = [&](int second) {
    windows.Add(ToEvent({StrongHash(std::to_string(second)), second * kSecond, 'a', "1", "u"}));
    windows.Evaluate(out);
  };
  for (const int second : {600, 610, 620, 630}) add(second);
  windows.Advance(1000 * kSecond, out);
  add(605);
  windows.Reconcile(out);
  EXPECT_EQ(std::count_if(out.begin(), out.end(), [](const Decision& d) { return d.rule != nullptr && d.rule->id == 102; }), 1);
}

TEST_F(WindowsTest, WhatIsNoAlertAnyMoreIsRetracted) {
  Windows windows(rules_, plan_, Options());
  std::vector<Decision> out;
  // Rule 105 is below the threshold: only the composite shows. A late event moves it, and nothing remains in its place.
  std::vector<Sample> samples;
  const char* users = "xyzx";
  for (int i = 0; i < 4; ++i)
    samples.push_back({StrongHash("q" + std::to_string(i)), i * 10 * kSecond, 'c', "1", std::string(1, users[i])});
  for (const int i : {1, 2, 3}) windows.Add(ToEvent(samples[static_cast<std::size_t>(i)]));
  windows.Evaluate(out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].rule->id, 106);
  windows.Add(ToEvent(samples[0]));
  windows.Reconcile(out);
  const auto retraction =
      std::find_if(out.begin(), out.end(), [](const Decision& decision) { return decision.retracts.has_value(); });
  ASSERT_NE(retraction, out.end());
  EXPECT_EQ(*retraction->retracts, out[0].id);
  EXPECT_EQ(FinalSet(out), Reference(samples));
}

TEST_F(WindowsTest, AnyOrderSplitAndRepetitionGivesTheSameFinalSet) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::vector<Sample> samples = Make(seed, 60);
    const std::set<Hash128> expected = Reference(samples);
    std::mt19937 random(seed + 1000);
    std::vector<Sample> arrivals = samples;
    for (int i = 0; i < 20; ++i) arrivals.push_back(samples[random() % samples.size()]);  // duplicates
    std::shuffle(arrivals.begin(), arrivals.end(), random);
    Windows windows(rules_, plan_, Options());
    std::vector<Decision> out;
    for (const Sample& sample : arrivals) {
      windows.Add(ToEvent(sample));
      windows.Advance(sample.time, out);
      if (random() % 4 == 0) windows.Evaluate(out);
    }
    windows.Reconcile(out);
    ASSERT_EQ(FinalSet(out), expected) << "seed " << seed;
  }
}

// With Reconcile in between, an alert may be withdrawn and come back: under another id, for the same rule and events.
TEST_F(WindowsTest, ReconcilingAtAnyTimeEndsInTheSameRulesAndEvents) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::vector<Sample> samples = Make(seed, 60);
    std::mt19937 random(seed + 2000);
    const auto contents = [&](std::vector<Sample> arrivals, bool often) {
      Windows windows(rules_, plan_, Options());
      std::vector<Decision> out;
      for (const Sample& sample : arrivals) {
        windows.Add(ToEvent(sample));
        if (often && random() % 3 == 0) windows.Reconcile(out);
      }
      windows.Reconcile(out);
      const std::set<Hash128> ids = FinalSet(out);
      std::set<std::pair<int, std::vector<std::string>>> set;
      for (const Decision& decision : out)
        if (ids.contains(decision.id)) set.emplace(decision.rule->id, decision.event_ids);
      return set;
    };
    const auto ordered = contents(samples, false);
    std::shuffle(samples.begin(), samples.end(), random);
    ASSERT_EQ(contents(samples, true), ordered) << "seed " << seed;
  }
}

TEST_F(WindowsTest, ARestartInBetweenChangesNothing) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::vector<Sample> samples = Make(seed, 50);
    const std::set<Hash128> expected = Reference(samples);
    std::mt19937 random(seed + 3000);
    std::shuffle(samples.begin(), samples.end(), random);
    auto windows = std::make_unique<Windows>(rules_, plan_, Options());
    std::vector<Decision> out;
    std::string log;
    for (const Sample& sample : samples) {
      windows->Add(ToEvent(sample));
      if (random() % 8 != 0) continue;
      windows->Evaluate(out);
      windows->AppendChanges(log);
      const Millis cut = windows->cut();
      if (random() % 2 == 0) {
        log.clear();
        windows->AppendAll(log);
      }
      windows = std::make_unique<Windows>(rules_, plan_, Options());
      ASSERT_TRUE(windows->Restore(log).ok());
      windows->FinishRestore(cut);
    }
    windows->Reconcile(out);
    ASSERT_EQ(FinalSet(out), expected) << "seed " << seed;
  }
}

// A process that died after writing alerts and before committing the events: they come again, in another order, and nothing is doubled.
TEST_F(WindowsTest, AlertsThatStandAlreadyAreNotWrittenAgain) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::vector<Sample> samples = Make(seed, 50);
    const std::set<Hash128> expected = Reference(samples);
    std::mt19937 random(seed + 4000);
    std::vector<Decision> written;
    for (int life = 0; life < 3; ++life) {
      Windows windows(rules_, plan_, Options());
      std::map<Hash128, std::pair<Hash128, std::vector<Hash128>>> stand;
      for (const Decision& decision : written) {
        auto& [id, withdrawn] = stand[decision.event];
        withdrawn.insert(withdrawn.end(), decision.supersedes.begin(), decision.supersedes.end());
        if (decision.retracts) withdrawn.push_back(*decision.retracts);
        id = decision.retracts ? Hash128{} : decision.id;
      }
      for (const auto& [event, known] : stand) windows.SeedIssued(event, known.first, known.second);
      std::shuffle(samples.begin(), samples.end(), random);
      const std::size_t until = life == 2 ? samples.size() : random() % samples.size();
      for (std::size_t i = 0; i < until; ++i) {
        windows.Add(ToEvent(samples[i]));
        if (random() % 5 == 0) windows.Evaluate(written);
      }
      windows.Evaluate(written);
      if (life == 2) windows.Reconcile(written);
    }
    ASSERT_EQ(FinalSet(written), expected) << "seed " << seed;
  }
}

// A process that died after correcting alerts and before committing that: the events are remembered, and their alerts stand corrected.
TEST_F(WindowsTest, CorrectionsThatStandAlreadyAreNotWrittenAgain) {
  std::size_t corrected = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::vector<Sample> samples = Make(seed, 50);
    const std::set<Hash128> expected = Reference(samples);
    std::shuffle(samples.begin(), samples.end(), std::mt19937(seed + 5000));
    std::vector<Decision> written;
    std::string committed;
    Windows before(rules_, plan_, Options());
    for (const Sample& sample : samples) {
      before.Add(ToEvent(sample));
      before.Evaluate(written);
    }
    before.AppendAll(committed);
    const std::size_t behind = written.size();
    before.Reconcile(written);

    Windows after(rules_, plan_, Options());
    ASSERT_TRUE(after.Restore(committed).ok());
    after.FinishRestore(before.cut());
    for (std::size_t i = behind; i < written.size(); ++i) {
      const Decision& decision = written[i];
      std::vector<Hash128> withdrawn = decision.supersedes;
      if (decision.retracts) withdrawn.push_back(*decision.retracts);
      after.SeedIssued(decision.event, decision.retracts ? Hash128{} : decision.id, withdrawn);
    }
    EXPECT_EQ(after.ApplySeeds().size(), written.size() - behind);
    corrected += written.size() - behind;
    std::vector<Decision> again;
    after.Reconcile(again);
    EXPECT_TRUE(again.empty()) << "seed " << seed;
    ASSERT_EQ(FinalSet(written), expected) << "seed " << seed;

    // What was seeded is part of the state from now on.
    std::string changes;
    after.AppendChanges(changes);
    Windows third(rules_, plan_, Options());
    ASSERT_TRUE(third.Restore(committed + changes).ok());
    third.FinishRestore(before.cut());
    third.Reconcile(again);
    EXPECT_TRUE(again.empty()) << "seed " << seed;
  }
  EXPECT_GT(corrected, 0u);
}

TEST_F(WindowsTest, MemoryIsBoundedAndCounted) {
  WindowOptions options = Options(kHour);
  options.max_events = 100;
  Windows windows(rules_, plan_, options);
  std::vector<Decision> out;
  for (int i = 0; i < 5000; ++i) {
    windows.Add(ToEvent({StrongHash(std::to_string(i)), i * 10 * kSecond, 'a', std::to_string(i % 7), "u"}));
    windows.Advance(i * 10 * kSecond, out);
    ASSERT_LE(windows.size(), 200u);
  }
  EXPECT_GT(windows.counters().evicted_for_memory, 0u);
}

TEST_F(WindowsTest, AFloodOfWhatIsNotCountedIsLookedAtInPart) {
  Windows windows(rules_, plan_, Options());
  std::vector<Decision> out;
  const auto add = [&](std::size_t number, const char* user) {
    windows.Add(ToEvent({StrongHash(std::to_string(number)), static_cast<Millis>(number), 'c', "1", user}));
  };
  // 106 counts three of different users: the first two, unless too many of the third's own stand between.
  add(0, "x");
  add(1, "y");
  for (std::size_t i = 2; i < Windows::kMaxWalk; ++i) add(i, "z");
  windows.Evaluate(out);
  EXPECT_EQ(out.size(), 1u);
  EXPECT_EQ(windows.counters().short_walks, 0u);
  for (std::size_t i = Windows::kMaxWalk; i < Windows::kMaxWalk + 100; ++i) add(i, "z");
  windows.Evaluate(out);
  EXPECT_EQ(out.size(), 1u);
  EXPECT_GT(windows.counters().short_walks, 0u);
}

TEST_F(WindowsTest, DamagedStateIsRefusedNotRead) {
  Windows windows(rules_, plan_, Options());
  windows.Add(ToEvent({StrongHash("x"), 0, 'a', "1", "u"}));
  std::vector<Decision> out;
  windows.Evaluate(out);
  std::string log;
  windows.AppendAll(log);
  for (std::size_t size = 1; size < log.size(); ++size) {
    Windows other(rules_, plan_, Options());
    EXPECT_FALSE(other.Restore(std::string_view(log).substr(0, size)).ok());
  }
}

}  // namespace
}  // namespace trailsift
