#include "cli/hunt_report.h"

#include <algorithm>

#include "base/bytes.h"
#include "cli/html_text.h"

namespace trailsift {
namespace {

constexpr std::size_t kMaxText = 1000;
constexpr std::size_t kMaxFields = 4000;
constexpr std::size_t kMaxField = 500;

constexpr std::string ReportAlert::*kTexts[] = {&ReportAlert::id,           &ReportAlert::rule,         &ReportAlert::description,
                                                &ReportAlert::actor,        &ReportAlert::actor_kind,   &ReportAlert::actor_account,
                                                &ReportAlert::account,      &ReportAlert::account_name, &ReportAlert::region,
                                                &ReportAlert::event_source, &ReportAlert::event_name,   &ReportAlert::address,
                                                &ReportAlert::error,        &ReportAlert::target,       &ReportAlert::instances,
                                                &ReportAlert::events,       &ReportAlert::also,         &ReportAlert::fields};

std::string Join(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) {
    if (out.size() > kMaxText) break;
    out += (out.empty() ? "" : " ") + text;
  }
  return out;
}

std::string FieldLines(const Alert& alert) {
  std::string lines;
  std::size_t shown = 0;
  for (const auto& [name, value] : alert.fields) {
    const std::string line = CutText(name, kMaxField) + ": " + CutText(value, kMaxField) + '\n';
    if (lines.size() + line.size() > kMaxFields) break;
    lines += line;
    ++shown;
  }
  if (shown < alert.fields.size()) lines += "… and " + std::to_string(alert.fields.size() - shown) + " more\n";
  return lines;
}

ReportAlert Unpack(std::string_view packed) {
  ReportAlert alert;
  ByteReader reader(packed);
  alert.time = reader.I64();
  alert.level = reader.U8();
  for (const auto text : kTexts) alert.*text = reader.String();
  return alert;
}

}  // namespace

void AlertGroups::Add(Key key, const ReportAlert& alert, const std::string& other) {
  auto found = groups_.find(key);
  if (found == groups_.end()) {
    std::size_t& begun = begun_[SeverityOf(alert.level)];
    if (begun == kMax) {
      ++left_out_;
      return;
    }
    ++begun;
    found = groups_.emplace(std::move(key), AlertGroup()).first;
  }
  AlertGroup& group = found->second;
  ++group.count;
  group.highest = std::max(group.highest, alert.level);
  group.first = std::min(group.first, alert.time);
  group.last = std::max(group.last, alert.time);
  if (!other.empty() && group.others.size() <= AlertGroup::kNamed &&
      std::find(group.others.begin(), group.others.end(), other) == group.others.end())
    group.others.push_back(other);
}

std::vector<std::pair<AlertGroups::Key, AlertGroup>> AlertGroups::Worst(std::size_t max) const {
  std::vector<const std::pair<const Key, AlertGroup>*> order;
  order.reserve(groups_.size());
  for (const auto& each : groups_) order.push_back(&each);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return std::tie(b->second.highest, b->second.count) < std::tie(a->second.highest, a->second.count);
  });
  order.resize(std::min(order.size(), max));
  std::vector<std::pair<Key, AlertGroup>> worst;
  worst.reserve(order.size());
  for (const auto* each : order) worst.emplace_back(*each);
  return worst;
}

std::string HuntReport::Pack(const Alert& alert) {
  rules_.emplace(alert.rule->id, *alert.rule);
  const ActorInfo actor = alert.actor.value_or(ActorInfo());
  ReportAlert packed;
  packed.id = alert.id.ToHex();
  packed.rule = alert.rule->id;
  packed.description = alert.description;
  packed.actor = actor.name;
  packed.actor_kind = actor.kind;
  packed.actor_account = actor.account_name.empty() ? actor.account : actor.account_name + " (" + actor.account + ')';
  packed.account = alert.account;
  packed.account_name = alert.account_name;
  packed.region = alert.region;
  packed.event_source = alert.event_source;
  packed.event_name = alert.event_name;
  packed.address = alert.source_address;
  packed.error = alert.error_code;
  packed.target = alert.target_name;
  packed.instances = alert.instances;
  packed.events = Join(alert.events);
  packed.also = Join(alert.also);
  packed.fields = FieldLines(alert);

  std::string bytes;
  ByteWriter writer(bytes);
  writer.I64(alert.event_time);
  writer.U8(static_cast<std::uint8_t>(alert.rule->level));
  for (const auto text : kTexts) writer.String(text == &ReportAlert::fields ? packed.*text : CutText(packed.*text, kMaxText));
  return bytes;
}

void HuntReport::Take(std::string_view packed) {
  const ReportAlert alert = Unpack(packed);
  ++count_;
  times_.Add(alert.time, alert.level);
  by_rule_.Add({alert.rule}, alert, alert.actor);
  by_actor_.Add({alert.actor, alert.actor_kind, alert.actor_account}, alert, alert.address);
  by_address_.Add({alert.address}, alert, alert.actor);
  by_place_.Add({alert.account, alert.account_name, alert.region}, alert, alert.actor);

  std::size_t& of_rule = listed_of_rule_[alert.rule];
  if (of_rule == kListedOfRule) return;
  ++of_rule;
  listed_.emplace(std::pair(-alert.level, count_), packed);
  if (listed_.size() <= kListed) return;
  const auto mildest = std::prev(listed_.end());
  --listed_of_rule_[Unpack(mildest->second).rule];
  listed_.erase(mildest);
}

const RuleInfo* HuntReport::Rule(const std::string& id) const {
  const auto found = rules_.find(id);
  return found == rules_.end() ? nullptr : &found->second;
}

std::vector<ReportAlert> HuntReport::Listed() const {
  std::vector<ReportAlert> alerts;
  alerts.reserve(listed_.size());
  for (const auto& [order, packed] : listed_) alerts.push_back(Unpack(packed));
  return alerts;
}

}  // namespace trailsift
