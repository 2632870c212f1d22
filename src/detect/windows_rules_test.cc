// Windows and ArrivalWindows on random rules: every kind of comparison, `ignore`, silent composites, counting by rule, by group and by the
// text of logs, held to a plain reading of what Wazuh does.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "detect/arrival_windows.h"
#include "detect/windows.h"
#include "detect/windows_testing.h"
#include "event/message.h"

namespace trailsift {
namespace {

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  unsigned Below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }
  bool OneIn(unsigned n) { return Below(n) == 0; }
  template <typename Item, std::size_t N>
  const Item& Of(const Item (&items)[N]) {
    return items[Below(static_cast<unsigned>(N))];
  }
  std::mt19937& engine() { return engine_; }

 private:
  std::mt19937 engine_;
};

std::string IgnoreOf(Random& random, unsigned one_in) {
  static constexpr const char* kSeconds[] = {"30", "90", "300"};
  return random.OneIn(one_in) ? std::string(" ignore=\"") + random.Of(kSeconds) + '"' : std::string();
}

std::string MakeRules(Random& random) {
  static constexpr int kLevels[] = {1, 2, 3, 5, 7};
  static constexpr int kCompositeLevels[] = {0, 3, 8, 8, 9, 10, 12};
  static constexpr const char* kContexts[] = {"<same_field>acct</same_field>",
                                              "<same_field>acct</same_field><same_field>who</same_field>",
                                              "<different_field>who</different_field>",
                                              "<not_same_field>acct</not_same_field>",
                                              "<same_id />",
                                              "<same_field>id</same_field>",
                                              "<same_srcip />",
                                              "<same_source_ip />",
                                              "<different_srcip />",
                                              "<not_same_id />",
                                              "<same_user />",
                                              "<different_url />",
                                              "<same_location />",
                                              "<different_location />",
                                              "<same_srcgeoip />",
                                              "<global_frequency />"};
  std::string text =
      "<group name=\"t,\"><rule id=\"1\" level=\"0\" noalert=\"1\"><category>syslog</category><description>all</description></rule>"
      "<rule id=\"100\" level=\"0\"><if_sid>1</if_sid><decoded_as>json</decoded_as><description>base</description></rule>";
  std::vector<int> ids;
  for (int kind = 0; kind < 4; ++kind) {
    const int id = 101 + kind;
    text += "<rule id=\"" + std::to_string(id) + "\" level=\"" + std::to_string(random.Of(kLevels)) + '"' + IgnoreOf(random, 4) +
            (random.OneIn(8) ? " noalert=\"1\"" : "") + "><if_sid>100</if_sid><field name=\"k\">^" + static_cast<char>('a' + kind) +
            "$</field>" + (random.OneIn(2) ? "<group>fail,</group>" : "") + "<description>d</description></rule>";
    ids.push_back(id);
  }
  for (int i = 0; i < 6; ++i) {
    const int id = 111 + i;
    const std::string target = std::to_string(ids[random.Below(static_cast<unsigned>(ids.size()))]);
    std::string inside;
    if (random.OneIn(3)) {
      inside = "<if_sid>" + target + "</if_sid><field name=\"who\">^x$|^y$</field>";
      text += "<rule id=\"" + std::to_string(id) + "\" level=\"" + std::to_string(random.Of(kLevels)) + '"' + IgnoreOf(random, 3);
    } else {
      text += "<rule id=\"" + std::to_string(id) + "\" level=\"" + std::to_string(random.Of(kCompositeLevels)) + '"' +
              IgnoreOf(random, 6) + (random.OneIn(3) ? "" : " frequency=\"" + std::to_string(2 + random.Below(3)) + '"') +
              " timeframe=\"" + std::to_string(60 + 100 * random.Below(4)) + '"' + (random.OneIn(6) ? " noalert=\"1\"" : "");
      if (random.OneIn(8)) inside = "<if_matched_regex>\"who\":\"x</if_matched_regex><if_sid>" + target + "</if_sid>";
      else if (random.OneIn(4)) inside = "<if_matched_group>fail|t</if_matched_group>";
      else inside = "<if_matched_sid>" + target + "</if_matched_sid>";
      if (random.OneIn(6)) inside += "<if_sid>" + std::to_string(101 + random.Below(4)) + "</if_sid>";
      for (unsigned n = random.Below(3); n > 0; --n) inside += random.Of(kContexts);
      if (random.OneIn(5)) inside += "<field name=\"who\">x</field>";
    }
    text += '>' + inside + "<description>d</description></rule>";
    ids.push_back(id);
  }
  return text + "</group>";
}

struct Sample {
  Hash128 event;
  Millis time = 0;
  std::string line;
  std::vector<Alternative> alternatives;
  std::map<std::pair<int, std::string>, std::optional<std::string>> values;  // of everything that some composite compares
};

std::optional<std::string> ValueOf(const Sample& sample, const ContextField& field) {
  return sample.values.at({static_cast<int>(field.subject), field.name});
}

class RulesAndEvents {
 public:
  explicit RulesAndEvents(unsigned seed) : random_(seed), text_(MakeRules(random_)) {
    Diagnostics diagnostics;
    rules_ = RuleSet::LoadTexts({{"r.xml", text_}}, {}, diagnostics);
    if (rules_ == nullptr) return;
    plan_ = std::make_shared<const CorrelationPlan>(*rules_);
    for (int i = 0; i < 60; ++i) samples_.push_back(Make(seed, i));
    std::sort(samples_.begin(), samples_.end(),
              [](const Sample& a, const Sample& b) { return std::pair(a.time, a.event) < std::pair(b.time, b.event); });
  }

  const std::shared_ptr<const RuleSet>& rules() const { return rules_; }
  const std::string& text() const { return text_; }
  const std::vector<Sample>& samples() const { return samples_; }

  std::unique_ptr<Windows> MakeWindows() const {
    WindowOptions options;
    options.lateness = kDay;
    options.alertable = &Alertable;
    options.alert_id = &Id;
    return std::make_unique<Windows>(rules_, plan_, options);
  }

  // Gives the event to windows, or its alert to `out` when it needs no other event.
  void Give(const Sample& sample, Windows& windows, std::set<Hash128>& plain) const {
    const std::optional<std::size_t> component = plan_->ComponentOf(sample.alternatives);
    if (!component) {
      const Rule* rule = sample.alternatives.back().result;
      if (rule != nullptr && Alertable(*rule)) plain.insert(Id(rule->info.id, {sample.event}));
      return;
    }
    WindowEvent event;
    event.event = sample.event;
    event.event_id = sample.event.ToHex();
    event.time = sample.time;
    event.component = *component;
    event.alternatives = sample.alternatives;
    for (const ContextField& field : plan_->components()[*component].fields) event.values.push_back(ValueOf(sample, field));
    windows.Add(std::move(event));
  }

  struct Read {
    std::set<Hash128> alerts;
    std::vector<const Rule*> outcomes;  // by sample
  };
  // The plain reading: all events in order, one memory for all.
  Read ReadPlainly() const {
    struct Remembered {
      const Sample* sample;
      const Rule* rule;
      int mark;
    };
    Read read;
    std::vector<Remembered> memory;
    std::map<const Rule*, Millis> given;
    for (const Sample& sample : samples_) {
      std::map<const Rule*, std::pair<bool, std::vector<Hash128>>> asked;
      int own_mark = 0;
      const auto fires = [&](const Rule* rule) {
        const auto [answer, is_new] = asked.try_emplace(rule);
        if (!is_new) return answer->second.first;
        const Composite& terms = rule->composite;
        std::vector<std::size_t> counted;
        for (std::size_t i = memory.size(); i-- > 0;) {
          Remembered& earlier = memory[i];
          if (sample.time - earlier.sample->time > terms.timeframe) return false;
          if (terms.log ? !ValueOf(*earlier.sample, *terms.log)
                        : std::find(terms.targets.begin(), terms.targets.end(), earlier.rule) == terms.targets.end())
            continue;
          const auto equal = [&](const ContextField& field) {
            const auto now = ValueOf(sample, field);
            return now && now == ValueOf(*earlier.sample, field);
          };
          if (!std::all_of(terms.same_fields.begin(), terms.same_fields.end(), equal)) continue;
          if (std::any_of(terms.different_fields.begin(), terms.different_fields.end(), equal)) continue;
          if (earlier.mark >= rule->info.level) return false;
          counted.push_back(i);
          if (counted.size() + 1 < terms.count) continue;
          own_mark = rule->info.level;
          if (counted.size() > 1) memory[counted.front()].mark = own_mark;
          answer->second.first = true;
          for (auto index = counted.rbegin(); index != counted.rend(); ++index)
            answer->second.second.push_back(memory[*index].sample->event);
          return true;
        }
        return false;
      };
      const Rule* outcome = nullptr;
      for (const Alternative& alternative : sample.alternatives) {
        if (!std::all_of(alternative.composites.begin(), alternative.composites.end(), fires)) continue;
        if (alternative.result == nullptr && !alternative.composites.empty()) continue;
        outcome = alternative.result;
        if (outcome == nullptr) break;
        std::vector<Hash128> events;
        if (!alternative.composites.empty()) events = asked[alternative.composites.back()].second;
        bool silent = false;
        if (outcome->ignore_seconds > 0 && outcome->info.level > 0) {
          const auto [since, first] = given.try_emplace(outcome, sample.time);
          if (!first && sample.time - since->second < outcome->ignore_seconds * kSecond) {
            outcome = alternative.parent;
            silent = outcome == nullptr || outcome->no_alert;
            events.clear();
          } else {
            since->second = sample.time;
          }
        }
        events.push_back(sample.event);
        if (outcome != nullptr && !silent && Alertable(*outcome)) read.alerts.insert(Id(outcome->info.id, events));
        if (outcome != nullptr && outcome->info.level > 0) memory.push_back({&sample, outcome, own_mark});
        break;
      }
      read.outcomes.push_back(outcome);
    }
    return read;
  }

  // Each sample's outcome by Wazuh's own memory.
  std::vector<const Rule*> ReadByArrival() const {
    ArrivalWindows windows(*rules_, *plan_);
    std::vector<const Rule*> outcomes;
    for (const Sample& sample : samples_) {
      const std::optional<std::size_t> component = plan_->ComponentOf(sample.alternatives);
      ArrivalEvent event{sample.event, "", "000", sample.line, {}};
      if (component)
        for (const ContextField& field : plan_->components()[*component].fields) event.values.push_back(ValueOf(sample, field));
      outcomes.push_back(windows.Decide(sample.alternatives, component, std::move(event), sample.time).rule);
    }
    return outcomes;
  }

 private:
  Sample Make(unsigned seed, int number) {
    Sample sample;
    sample.event = StrongHash(std::to_string(seed) + '/' + std::to_string(number));
    sample.time = static_cast<Millis>(random_.Below(1200)) * kSecond;
    sample.line = std::string("{\"k\":\"") + "aaabcd"[random_.Below(6)] + '"';
    const std::pair<const char*, const char*> members[] = {{"acct", "01"}, {"who", "xyz"}, {"id", "12"}, {"srcip", "34"},
                                                           {"user", "uv"}, {"url", "ab"},  {"n", "12"}};
    for (const auto& [name, letters] : members)
      if (!random_.OneIn(5)) {
        const std::string all(letters);
        sample.line += std::string(",\"") + name + "\":\"" + all[random_.Below(static_cast<unsigned>(all.size()))] + '"';
      }
    sample.line += '}';
    MessageParser parser;
    Arena arena;
    const Event event = Event::Message(sample.line, parser.Parse(sample.line), arena, nullptr);
    const EventOrigin origin;
    Matcher matcher(*rules_);
    MatchResult result;
    matcher.Match(event, sample.time, result);
    sample.alternatives = result.alternatives;
    const EventValues values(event, sample.time, origin);
    const auto keep = [&](const ContextField& field) {
      const std::optional<std::string_view> value = values.Context(field);
      sample.values[{static_cast<int>(field.subject), field.name}] = value ? std::optional<std::string>(*value) : std::nullopt;
    };
    for (const auto& rule : rules_->rules()) {
      for (const ContextField& field : rule->composite.same_fields) keep(field);
      for (const ContextField& field : rule->composite.different_fields) keep(field);
      if (rule->composite.log) keep(*rule->composite.log);
    }
    return sample;
  }

  Random random_;
  std::string text_;
  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const CorrelationPlan> plan_;
  std::vector<Sample> samples_;
};

constexpr unsigned kSeeds = 400;

TEST(WindowsRules, AnyOrderSplitRepetitionAndRestartEndsInThePlainReading) {
  std::size_t composites = 0;
  std::size_t ignored = 0;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    const RulesAndEvents given(seed);
    ASSERT_NE(given.rules(), nullptr) << given.text();
    const RulesAndEvents::Read expected = given.ReadPlainly();
    for (std::size_t i = 0; i < given.samples().size(); ++i) {
      composites += expected.outcomes[i] != nullptr && expected.outcomes[i]->is_composite ? 1u : 0u;
      const Rule* plain = given.samples()[i].alternatives.back().result;
      ignored += plain != nullptr && expected.outcomes[i] == given.samples()[i].alternatives.back().parent ? 1u : 0u;
    }
    Random random(seed + 7000);
    std::vector<Sample> arrivals = given.samples();
    for (int i = 0; i < 20; ++i) arrivals.push_back(given.samples()[random.Below(60)]);
    if (seed % 4 != 0) std::shuffle(arrivals.begin(), arrivals.end(), random.engine());
    std::set<Hash128> plain;
    std::vector<Decision> out;
    std::string log;
    auto windows = given.MakeWindows();
    for (const Sample& sample : arrivals) {
      given.Give(sample, *windows, plain);
      windows->Advance(sample.time, out);
      if (!random.OneIn(4)) continue;
      windows->Evaluate(out);
      windows->AppendChanges(log);
      if (!random.OneIn(4)) continue;
      if (random.OneIn(2)) {
        log.clear();
        windows->AppendAll(log);
      }
      const Millis cut = windows->cut();
      windows = given.MakeWindows();
      ASSERT_TRUE(windows->Restore(log).ok());
      windows->FinishRestore(cut);
      EXPECT_EQ(windows->counters().forgotten, 0u);
    }
    windows->Reconcile(out);
    std::set<Hash128> alerts = FinalSet(out);
    alerts.insert(plain.begin(), plain.end());
    ASSERT_EQ(alerts, expected.alerts) << "seed " << seed << '\n' << given.text();
  }
  EXPECT_GT(composites, 1000u);
  EXPECT_GT(ignored, 300u);
}

// Killed behind written alerts and before any commit, twice: everything comes again, in another order.
TEST(WindowsRules, AKillBehindWrittenAlertsDoublesNothing) {
  for (unsigned seed = 0; seed < kSeeds / 4; ++seed) {
    const RulesAndEvents given(seed);
    ASSERT_NE(given.rules(), nullptr) << given.text();
    Random random(seed + 8000);
    std::vector<Sample> arrivals = given.samples();
    std::set<Hash128> plain;
    std::vector<Decision> written;
    for (int life = 0; life < 3; ++life) {
      const auto windows = given.MakeWindows();
      std::map<Hash128, std::pair<Hash128, std::vector<Hash128>>> stand;
      for (const Decision& decision : written) {
        auto& [id, withdrawn] = stand[decision.event];
        withdrawn.insert(withdrawn.end(), decision.supersedes.begin(), decision.supersedes.end());
        if (decision.retracts) withdrawn.push_back(*decision.retracts);
        id = decision.retracts ? Hash128{} : decision.id;
      }
      for (const auto& [event, known] : stand) windows->SeedIssued(event, known.first, known.second);
      std::shuffle(arrivals.begin(), arrivals.end(), random.engine());
      const std::size_t until = life == 2 ? arrivals.size() : random.Below(60);
      for (std::size_t i = 0; i < until; ++i) {
        given.Give(arrivals[i], *windows, plain);
        if (random.OneIn(5)) windows->Evaluate(written);
      }
      windows->Evaluate(written);
      if (life == 2) windows->Reconcile(written);
    }
    std::set<Hash128> alerts = FinalSet(written);
    alerts.insert(plain.begin(), plain.end());
    ASSERT_EQ(alerts, given.ReadPlainly().alerts) << "seed " << seed << '\n' << given.text();
  }
}

TEST(WindowsRules, ArrivalInEventOrderEndsInThePlainReading) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    const RulesAndEvents given(seed);
    ASSERT_NE(given.rules(), nullptr) << given.text();
    const std::vector<const Rule*> by_arrival = given.ReadByArrival();
    const std::vector<const Rule*> plainly = given.ReadPlainly().outcomes;
    for (std::size_t i = 0; i < plainly.size(); ++i) {
      ASSERT_EQ(by_arrival[i] == nullptr ? 0 : by_arrival[i]->id, plainly[i] == nullptr ? 0 : plainly[i]->id)
          << "seed " << seed << ", event " << i << '\n'
          << given.text();
    }
  }
}

}  // namespace
}  // namespace trailsift
