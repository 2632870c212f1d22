#include "enrich/derive.h"

#include "enrich/actor.h"
#include "enrich/instances.h"
#include "enrich/network.h"
#include "enrich/outcome.h"
#include "enrich/policy.h"
#include "enrich/record_text.h"
#include "enrich/request_facts.h"
#include "enrich/share.h"
#include "enrich/target.h"
#include "enrich/target_self.h"

namespace trailsift {
namespace {

using Value = std::optional<std::string_view>;

struct DerivedField {
  std::string_view name;  // without `trailsift.`
  Value (*compute)(JsonValue record, Arena& arena);
};

constexpr DerivedField kFields[] = {
    {"actor.name", ActorName},
    {"actor.principal", ActorPrincipal},
    {"actor.kind", [](JsonValue record, Arena&) { return ActorKind(record); }},
    {"actor.account", [](JsonValue record, Arena&) { return ActorAccount(record); }},
    {"service", [](JsonValue record, Arena&) { return ActorIsService(record); }},
    {"target.name", TargetName},
    {"target.account", TargetAccount},
    {"target.self", [](JsonValue record, Arena&) { return TargetIsSelf(record); }},
    {"outcome", [](JsonValue record, Arena&) { return Outcome(record); }},
    {"instances", Instances},
    {"instance_type", InstanceType},
    {"launch_time", LaunchTime},
    {"mfa", [](JsonValue record, Arena&) { return MfaUsed(record); }},
    {"user_agent", UserAgent},
    {"vpc", [](JsonValue record, Arena&) { return Vpc(record); }},
    {"allocation", [](JsonValue record, Arena&) { return Allocation(record); }},
    {"net.open_cidr", OpenCidrs},
    {"net.open_ports", OpenPorts},
    {"net.sensitive_ports", SensitivePorts},
    {"policy.admin", [](JsonValue record, Arena&) { return PolicyIsAdmin(record); }},
    {"policy.public", [](JsonValue record, Arena&) { return PolicyIsPublic(record); }},
    {"policy.wildcard_subject", [](JsonValue record, Arena&) { return PolicyHasWildcardSubject(record); }},
    {"share.public", [](JsonValue record, Arena&) { return ShareIsPublic(record); }},
    {"count", ItemCount},
    {"trail.blind", TrailBlindness},
    {"lifecycle.days", LifecycleDays},
};

// Those that ask whose an account is.
struct AccountField {
  std::string_view name;
  Value (*compute)(JsonValue record, const KnownAccounts& accounts, Arena& arena);
};

constexpr AccountField kAccountFields[] = {
    {"policy.foreign_accounts", PolicyForeignAccounts},
    {"policy.unknown_accounts", PolicyUnknownAccounts},
    {"policy.external_id",
     [](JsonValue record, const KnownAccounts& accounts, Arena&) { return PolicyAsksExternalId(record, accounts); }},
    {"share.foreign_accounts", ShareForeignAccounts},
    {"share.unknown_accounts", ShareUnknownAccounts},
};

constexpr std::string_view kPrefix = "trailsift.";

// Those that tell an account's name.
constexpr std::string_view kNameFields[] = {"account", "account.name", "actor.account_name", "target.account_name"};

// The account that received the record; where the record does not say, the one whose folder was read; of an own event the one that it
// is about.
std::string_view Recipient(const Event& event, JsonValue record) {
  if (const auto account = FindText(record, "collector.account")) return *account;
  if (const auto account = FirstFilledText(record, {"recipientAccountId", "aws_account_id"})) return *account;
  return event.envelope() == nullptr ? std::string_view() : event.envelope()->account_id;
}

}  // namespace

std::optional<std::string_view> FieldDeriver::DeriveAccount(const Event& event, JsonValue record, std::string_view name,
                                                            Arena& arena) const {
  std::optional<std::string_view> account;
  if (EqualsNoCase(name, "actor.account_name")) account = ActorAccount(record);
  else if (EqualsNoCase(name, "target.account_name")) account = TargetAccount(record, arena);
  else account = Recipient(event, record);
  if (!account || account->empty()) return std::nullopt;
  const std::optional<std::string_view> known = account_name_ ? account_name_(*account) : std::nullopt;
  if (!EqualsNoCase(name, "account")) return known;
  if (!known) return account;
  std::string text(*known);
  text.append(" (").append(*account).append(1, ')');
  return arena.Copy(text);
}

std::optional<std::string_view> FieldDeriver::Derive(const Event& event, std::string_view name, Arena& arena) const {
  if (name.size() <= kPrefix.size() || !EqualsNoCase(name.substr(0, kPrefix.size()), kPrefix)) return std::nullopt;
  const std::optional<JsonValue> record = event.record();
  if (!record || !record->is_object()) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  for (const DerivedField& field : kFields) {
    if (EqualsNoCase(name, field.name)) return field.compute(*record, arena);
  }
  for (const AccountField& field : kAccountFields) {
    if (EqualsNoCase(name, field.name)) return field.compute(*record, KnownAccounts(in_list_, Recipient(event, *record)), arena);
  }
  for (const std::string_view field : kNameFields) {
    if (EqualsNoCase(name, field)) return DeriveAccount(event, *record, field, arena);
  }
  return std::nullopt;
}

std::vector<std::string> DerivedNames() {
  std::vector<std::string> names;
  for (const DerivedField& field : kFields) names.push_back(std::string(kPrefix) + std::string(field.name));
  for (const AccountField& field : kAccountFields) names.push_back(std::string(kPrefix) + std::string(field.name));
  for (const std::string_view field : kNameFields) names.push_back(std::string(kPrefix) + std::string(field));
  return names;
}

}  // namespace trailsift
