// Sigma's correlations against a plain reading of what they mean: all events in order, each window counted anew.
#include "detect/sigma_windows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "base/bytes.h"
#include "detect/sigma_span.h"

namespace trailsift {
namespace {

using Type = SigmaCorrelation::Type;
using Kind = SigmaThreshold::Kind;

struct Sample {
  Hash128 event;
  std::string id;
  Millis time = 0;
  std::size_t rule = 0;  // that finds it
  std::map<std::string, std::string> fields;
};

Hash128 TestId(std::string_view rule, const std::vector<Hash128>& events) {
  std::string text(rule);
  for (const Hash128& event : events) text.append(reinterpret_cast<const char*>(event.bytes.data()), 16);
  return StrongHash(text);
}

SigmaCorrelation Make(const std::string& id, Type type, std::vector<std::size_t> rules, const std::string& group_by, int seconds,
                      std::vector<SigmaThreshold> thresholds, const std::string& field = "") {
  SigmaCorrelation correlation;
  correlation.info.id = id;
  correlation.info.level = 7;
  correlation.type = type;
  if (!group_by.empty()) correlation.group_by.push_back(group_by);
  for (const std::size_t rule : rules) correlation.inputs.push_back({false, rule, correlation.group_by});
  correlation.timespan = seconds * kSecond;
  correlation.thresholds = std::move(thresholds);
  if (!field.empty()) correlation.fields = {field};
  return correlation;
}

// Rule 0 is a failure, 1 a success, 2 a change.
std::vector<SigmaCorrelation> Everything() {
  std::vector<SigmaCorrelation> all;
  all.push_back(Make("count", Type::kEventCount, {0}, "user", 60, {{Kind::kAtLeast, 3}}));
  all.push_back(Make("values", Type::kValueCount, {0, 1}, "user", 120, {{Kind::kAbove, 2}}, "region"));
  all.push_back(Make("pairs", Type::kValueCount, {0, 1, 2}, "user", 60, {{Kind::kAtLeast, 4}}, "region"));
  all.back().fields.push_back("bytes");
  all.push_back(Make("temporal", Type::kTemporal, {0, 1, 2}, "user", 100, {{Kind::kAtLeast, 3}}));
  all.push_back(Make("ordered", Type::kTemporalOrdered, {2, 0, 1}, "user", 90, {{Kind::kAtLeast, 3}}));
  all.push_back(Make("sum", Type::kValueSum, {0, 1, 2}, "", 30, {{Kind::kAbove, 20}}, "bytes"));
  all.push_back(Make("average", Type::kValueAverage, {1}, "user", 200, {{Kind::kAtLeast, 3}, {Kind::kBelow, 3.5}}, "bytes"));
  all.push_back(Make("median", Type::kValuePercentile, {2}, "region", 300, {{Kind::kEqual, 4}}, "bytes"));
  SigmaCorrelation chain = Make("chain", Type::kTemporalOrdered, {0, 1}, "user", 150, {{Kind::kAtLeast, 2}});
  chain.inputs[0] = {true, 0, {"user"}};
  all.push_back(chain);
  SigmaCorrelation outer = Make("outer", Type::kEventCount, {0}, "region", 400, {{Kind::kAtLeast, 2}});
  outer.inputs[0] = {true, 8, {"region"}};
  all.push_back(outer);
  return all;
}

class SigmaWindowsTest : public testing::Test {
 protected:
  SigmaWindowsTest() : rules_(Everything()), plan_(std::make_shared<const SigmaPlan>(rules_)) {}

  static SigmaWindowOptions Options(Millis lateness = kDay) {
    SigmaWindowOptions options;
    options.lateness = lateness;
    options.alertable = [](const RuleInfo&) { return true; };
    options.alert_id = &TestId;
    return options;
  }

  std::vector<Sample> RandomSamples(std::mt19937& random, int count, int seconds) const {
    std::vector<Sample> samples;
    for (int i = 0; i < count; ++i) {
      Sample sample;
      sample.id = "event-" + std::to_string(i);
      sample.event = StrongHash(sample.id + std::to_string(random()));
      sample.time = 1'700'000'000'000 + static_cast<Millis>(random() % static_cast<unsigned>(seconds)) * kSecond;
      sample.rule = random() % 3;
      if (random() % 10 != 0) sample.fields["user"] = std::string(1, static_cast<char>('a' + random() % 3));
      sample.fields["region"] = "r" + std::to_string(random() % 4);
      if (random() % 6 != 0) sample.fields["bytes"] = std::to_string(random() % 9);
      samples.push_back(std::move(sample));
    }
    return samples;
  }

  void Add(SigmaWindows& windows, const Sample& sample) const {
    const auto& correlations = plan_->correlations();
    for (std::size_t c = 0; c < correlations.size(); ++c) {
      SigmaWindowEvent event;
      event.event = sample.event;
      event.event_id = sample.id;
      event.time = sample.time;
      event.correlation = c;
      for (std::size_t i = 0; i < correlations[c].inputs.size(); ++i) {
        if (correlations[c].inputs[i].is_correlation || correlations[c].inputs[i].index != sample.rule) continue;
        event.inputs = std::uint64_t{1} << i;
        for (const std::string& field : plan_->fields(c, i)) {
          const auto found = sample.fields.find(field);
          event.values.push_back(found == sample.fields.end() ? std::nullopt : std::optional<std::string>(found->second));
        }
      }
      if (event.inputs != 0) windows.Add(event);
    }
  }

  // What an alert is, whatever its id: its rule and its events.
  using Outcome = std::pair<std::string, std::vector<std::string>>;

  // The plain reading.
  std::set<Outcome> Expected(const std::vector<Sample>& samples) const {
    struct Item {
      Millis time;
      Hash128 order;
      std::size_t input;
      const Sample* last;
      std::map<std::pair<Millis, Hash128>, const Sample*> events;
    };
    std::set<Outcome> outcomes;
    const auto& correlations = plan_->correlations();
    std::vector<std::vector<Item>> fired(correlations.size());
    for (std::size_t c = 0; c < correlations.size(); ++c) {
      const SigmaCorrelation& correlation = correlations[c];
      std::map<std::string, std::vector<Item>> groups;
      const auto place = [&](Item item) {
        std::string key;
        for (const std::string& field : correlation.inputs[item.input].group_by) {
          if (item.last->fields.count(field) == 0) return;
          key += item.last->fields.at(field) + '|';
        }
        groups[key].push_back(std::move(item));
      };
      for (std::size_t i = 0; i < correlation.inputs.size(); ++i) {
        if (correlation.inputs[i].is_correlation) {
          for (Item item : fired[correlation.inputs[i].index]) {
            item.input = i;
            std::string text;
            ByteWriter(text).Hash(item.order);
            ByteWriter(text).U64(i);
            item.order = FastHash(text);
            place(std::move(item));
          }
          continue;
        }
        for (const Sample& sample : samples)
          if (sample.rule == correlation.inputs[i].index)
            place({sample.time, sample.event, i, &sample, {{{sample.time, sample.event}, &sample}}});
      }
      for (auto& [key, items] : groups) {
        std::sort(items.begin(), items.end(),
                  [](const Item& a, const Item& b) { return std::tie(a.time, a.order) < std::tie(b.time, b.order); });
        Millis quiet_until = INT64_MIN;
        for (std::size_t i = 0; i < items.size(); ++i) {
          if (items[i].time <= quiet_until) continue;
          std::vector<const Item*> window;
          for (std::size_t j = 0; j <= i; ++j)
            if (items[j].time >= items[i].time - correlation.timespan) window.push_back(&items[j]);
          if (!Holds(correlation, window)) continue;
          quiet_until = items[i].time + correlation.timespan;
          Item whole{items[i].time, {}, 0, items[i].last, {}};
          for (const Item* item : window) whole.events.insert(item->events.begin(), item->events.end());
          std::vector<std::string> ids;
          std::vector<Hash128> hashes;
          for (const auto& [order, sample] : whole.events) {
            ids.push_back(sample->id);
            hashes.push_back(sample->event);
          }
          whole.order = TestId(correlation.info.id, hashes);
          outcomes.emplace(correlation.info.id, std::move(ids));
          fired[c].push_back(std::move(whole));
        }
      }
    }
    return outcomes;
  }

  template <typename Item>
  static bool Holds(const SigmaCorrelation& correlation, const std::vector<const Item*>& window) {
    double measured = 0;
    std::vector<double> numbers;
    std::set<std::string> texts;
    std::set<std::size_t> inputs;
    for (const Item* item : window) {
      inputs.insert(item->input);
      std::string text;
      bool whole = !correlation.fields.empty();
      for (const std::string& field : correlation.fields) {
        const auto found = item->last->fields.find(field);
        whole = whole && found != item->last->fields.end();
        if (whole) text += found->second + '|';
        if (whole && field == "bytes" && correlation.fields.size() == 1) numbers.push_back(std::stod(found->second));
      }
      if (whole) texts.insert(text);
    }
    std::sort(numbers.begin(), numbers.end());
    switch (correlation.type) {
      case Type::kEventCount: measured = static_cast<double>(window.size()); break;
      case Type::kValueCount: measured = static_cast<double>(texts.size()); break;
      case Type::kTemporal: measured = static_cast<double>(inputs.size()); break;
      case Type::kTemporalOrdered: {
        // Every choice of events in time order.
        std::size_t next = 0;
        Millis time = INT64_MIN;
        for (; next < correlation.inputs.size(); ++next) {
          Millis soonest = INT64_MAX;
          for (const Item* item : window)
            if (item->input == next && item->time >= time) soonest = std::min(soonest, item->time);
          if (soonest == INT64_MAX) break;
          time = soonest;
        }
        if (next < correlation.inputs.size()) return false;  // the tests ask for all
        measured = static_cast<double>(next);
        break;
      }
      default:
        if (numbers.empty()) return false;
        for (const double number : numbers) measured += number;
        if (correlation.type == Type::kValueAverage) measured /= static_cast<double>(numbers.size());
        if (correlation.type == Type::kValuePercentile)
          measured = (numbers[(numbers.size() - 1) / 2] + numbers[numbers.size() / 2]) / 2;
    }
    return std::all_of(correlation.thresholds.begin(), correlation.thresholds.end(),
                       [&](const SigmaThreshold& threshold) { return threshold.Holds(measured); });
  }

  // What stands in the end of all that was told. No id is told twice, and what is withdrawn was told before.
  static std::set<Outcome> Standing(const std::vector<SigmaDecision>& decisions) {
    std::map<Hash128, Outcome> standing;
    std::set<Hash128> told;
    for (const SigmaDecision& decision : decisions) {
      EXPECT_TRUE(told.insert(decision.id).second) << "an id was told twice";
      for (const Hash128& id : decision.supersedes) EXPECT_EQ(standing.erase(id), 1u);
      if (decision.retracts) {
        EXPECT_EQ(standing.erase(*decision.retracts), 1u);
        continue;
      }
      standing[decision.id] = {decision.correlation->info.id, decision.event_ids};
    }
    std::set<Outcome> outcomes;
    for (const auto& [id, outcome] : standing) outcomes.insert(outcome);
    EXPECT_EQ(outcomes.size(), standing.size());
    return outcomes;
  }

  const std::vector<SigmaCorrelation> rules_;
  std::shared_ptr<const SigmaPlan> plan_;
};

TEST_F(SigmaWindowsTest, InOrderNothingIsCorrected) {
  std::mt19937 random(7);
  std::vector<Sample> samples = RandomSamples(random, 400, 4000);
  std::sort(samples.begin(), samples.end(),
            [](const Sample& a, const Sample& b) { return std::tie(a.time, a.event) < std::tie(b.time, b.event); });
  SigmaWindows windows(plan_, Options());
  std::vector<SigmaDecision> decisions;
  for (const Sample& sample : samples) {
    Add(windows, sample);
    windows.Evaluate(decisions);
  }
  windows.Reconcile(decisions);
  const std::set<Outcome> expected = Expected(samples);
  EXPECT_EQ(Standing(decisions), expected);
  // Except through a chain: a firing can stand behind an event of the same second.
  std::set<std::string> rules;
  for (const Outcome& outcome : expected) rules.insert(outcome.first);
  EXPECT_EQ(rules.size(), plan_->correlations().size()) << "the samples make every kind fire";
  EXPECT_TRUE(windows.idle());
}

TEST_F(SigmaWindowsTest, AnyOrderSplitAndRestartEndsInTheSameSet) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    const std::vector<Sample> samples = RandomSamples(random, 150, seed % 2 == 0 ? 900 : 3000);
    const std::set<Outcome> expected = Expected(samples);
    std::vector<Sample> arrivals = samples;
    std::shuffle(arrivals.begin(), arrivals.end(), random);
    auto windows = std::make_unique<SigmaWindows>(plan_, Options());
    std::vector<SigmaDecision> decisions;
    std::string log;
    for (const Sample& sample : arrivals) {
      Add(*windows, sample);
      if (random() % 20 == 0) Add(*windows, arrivals[random() % arrivals.size()]);
      if (random() % 8 == 0) windows->Evaluate(decisions);
      if (random() % 30 == 0) windows->Reconcile(decisions, random() % 3);
      if (random() % 25 != 0) continue;
      // A group ends: what changed is written. Now and then the process starts anew.
      windows->Evaluate(decisions);
      windows->AppendChanges(log);
      if (random() % 3 != 0) continue;
      if (random() % 4 == 0) {
        log.clear();
        windows->AppendAll(log);
      }
      windows = std::make_unique<SigmaWindows>(plan_, Options());
      ASSERT_TRUE(windows->Restore(log).ok());
      windows->FinishRestore();
    }
    for (const Sample& sample : samples) Add(*windows, sample);  // all of it again
    windows->Reconcile(decisions);
    ASSERT_EQ(Standing(decisions), expected) << "seed " << seed;
  }
}

// What was told and not committed stands in the files, and its events come again.
TEST_F(SigmaWindowsTest, AKillDoublesAndLosesNothing) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    const std::vector<Sample> samples = RandomSamples(random, 150, 1500);
    std::vector<Sample> arrivals = samples;
    std::shuffle(arrivals.begin(), arrivals.end(), random);
    auto windows = std::make_unique<SigmaWindows>(plan_, Options());
    std::vector<SigmaDecision> decisions;
    std::string log;
    std::size_t committed = 0;  // of arrivals
    std::size_t written = 0;    // of decisions
    std::size_t killed = SIZE_MAX;
    for (std::size_t at = 0; at < arrivals.size();) {
      const std::size_t end = std::min(arrivals.size(), at + 1 + random() % 20);
      for (; at < end; ++at) Add(*windows, arrivals[at]);
      windows->Evaluate(decisions);
      if (random() % 3 == 0) windows->Reconcile(decisions);
      if (random() % 3 != 0) {
        windows->AppendChanges(log);
        committed = at;
        written = decisions.size();
        continue;
      }
      windows = std::make_unique<SigmaWindows>(plan_, Options());
      ASSERT_TRUE(windows->Restore(log).ok());
      windows->FinishRestore();
      // Those of before the last commit whose events have come again since are known already.
      for (std::size_t i = std::min(written, killed); i < decisions.size(); ++i) {
        const SigmaDecision& decision = decisions[i];
        if (decision.retracts) windows->SeedIssued(decision.event, "", {}, {*decision.retracts});
        else windows->SeedIssued(decision.event, decision.correlation->info.id, decision.id, decision.supersedes);
      }
      windows->ApplySeeds();
      std::shuffle(arrivals.begin() + static_cast<std::ptrdiff_t>(committed), arrivals.end(), random);
      at = committed;
      killed = std::min(killed, written);
    }
    windows->Reconcile(decisions);
    ASSERT_EQ(Standing(decisions), Expected(samples)) << "seed " << seed;
  }
}

// Events that come within the allowed lateness find what they need, though most of history is forgotten.
TEST_F(SigmaWindowsTest, WhatIsForgottenIsNotMissed) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    std::mt19937 random(seed);
    const std::vector<Sample> samples = RandomSamples(random, 500, 12'000);
    std::vector<std::pair<Millis, const Sample*>> arrivals;
    for (const Sample& sample : samples)
      arrivals.emplace_back(sample.time + static_cast<Millis>(random() % 300) * kSecond, &sample);
    std::sort(arrivals.begin(), arrivals.end());
    auto windows = std::make_unique<SigmaWindows>(plan_, Options(300 * kSecond));
    std::vector<SigmaDecision> decisions;
    Millis newest = INT64_MIN;
    std::size_t most = 0;
    std::string log;
    for (const auto& [arrival, sample] : arrivals) {
      Add(*windows, *sample);
      newest = std::max(newest, sample->time);
      windows->Advance(newest, decisions);
      most = std::max(most, windows->size());
      windows->Evaluate(decisions);
      if (random() % 20 == 0) windows->Reconcile(decisions);
      windows->AppendChanges(log);
      if (random() % 60 != 0) continue;
      windows = std::make_unique<SigmaWindows>(plan_, Options(300 * kSecond));
      ASSERT_TRUE(windows->Restore(log).ok());
      windows->FinishRestore();
    }
    windows->Reconcile(decisions);
    ASSERT_EQ(Standing(decisions), Expected(samples)) << "seed " << seed;
    EXPECT_LT(windows->size(), 600u);
    EXPECT_EQ(windows->counters().too_late, 0u);
  }
}

TEST_F(SigmaWindowsTest, MoreThanMemoryHoldsIsForgottenAndCounted) {
  SigmaWindowOptions options = Options();
  options.max_events = 100;
  SigmaWindows windows(plan_, options);
  std::mt19937 random(3);
  std::vector<SigmaDecision> decisions;
  Millis newest = INT64_MIN;
  for (const Sample& sample : RandomSamples(random, 2000, 100'000)) {
    Add(windows, sample);
    newest = std::max(newest, sample.time);
    windows.Advance(newest, decisions);
    EXPECT_LE(windows.size(), 110u);
  }
  EXPECT_GT(windows.counters().evicted_for_memory, 1000u);
}

// Another plan: what means the same keeps its events.
TEST_F(SigmaWindowsTest, NewRulesKeepWhatMeansTheSame) {
  std::vector<SigmaCorrelation> rules = {Make("count", Type::kEventCount, {0}, "user", 60, {{Kind::kAtLeast, 3}}),
                                         Make("values", Type::kValueCount, {0}, "user", 60, {{Kind::kAtLeast, 2}}, "region")};
  plan_ = std::make_shared<const SigmaPlan>(rules);
  SigmaWindows windows(plan_, Options());
  std::vector<Sample> samples;
  for (int i = 0; i < 3; ++i) {
    Sample sample;
    sample.id = std::to_string(i);
    sample.event = StrongHash(sample.id);
    sample.time = i * kSecond;
    sample.fields = {{"user", "eve"}, {"region", "r" + std::to_string(i / 2)}};
    samples.push_back(sample);
  }
  std::vector<SigmaDecision> decisions;
  Add(windows, samples[0]);
  Add(windows, samples[1]);
  windows.Evaluate(decisions);
  EXPECT_TRUE(decisions.empty());
  std::vector<SigmaCorrelation> others = {rules[1], rules[0]};
  others[0].timespan = 30 * kSecond;
  plan_ = std::make_shared<const SigmaPlan>(others);
  windows.TakePlan(plan_);
  EXPECT_EQ(windows.counters().forgotten, 2u);
  Add(windows, samples[2]);
  windows.Evaluate(decisions);
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions[0].correlation->info.id, "count");
  EXPECT_EQ(decisions[0].event_ids, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(decisions[0].group, (std::vector<std::pair<std::string, std::string>>{{"user", "eve"}}));
}

TEST(SigmaSpan, BetweenTwoValuesInProportion) {
  SigmaCorrelation correlation = Make("p", Type::kValuePercentile, {0}, "", 60, {{Kind::kEqual, 37}}, "bytes");
  correlation.percentile = 90;
  SigmaSpan span(correlation);
  for (const double number : {10.0, 20.0, 30.0, 40.0}) {
    SigmaSpan::Item item;
    item.number = number;
    span.Add(item);
  }
  EXPECT_TRUE(span.Holds());  // place 2.7 among 0 to 3
  EXPECT_FALSE(SigmaSpan::NumberOf("12 ").has_value());
  EXPECT_FALSE(SigmaSpan::NumberOf("nan").has_value());
  EXPECT_EQ(SigmaSpan::NumberOf("1.5e2"), 150.0);
}

// CloudTrail's times are whole seconds: which of two events of a second came first is not known.
TEST(SigmaSpan, TheSameSecondIsEitherOrder) {
  SigmaCorrelation correlation = Make("o", Type::kTemporalOrdered, {0, 1}, "", 60, {{Kind::kAtLeast, 2}});
  SigmaSpan span(correlation);
  SigmaSpan::Item item;
  item.time = kSecond;
  item.inputs = 2;
  span.Add(item);
  EXPECT_FALSE(span.Holds());
  item.inputs = 1;
  span.Add(item);
  EXPECT_TRUE(span.Holds());
  SigmaSpan later(correlation);
  item.inputs = 2;
  later.Add(item);
  item.inputs = 1;
  item.time += kSecond;
  later.Add(item);
  EXPECT_FALSE(later.Holds());
}

}  // namespace
}  // namespace trailsift
