#include "enrich/derive.h"

#include "enrich/actor.h"
#include "enrich/instances.h"
#include "enrich/outcome.h"
#include "enrich/record_text.h"
#include "enrich/target.h"

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
    {"outcome", [](JsonValue record, Arena&) { return Outcome(record); }},
    {"instances", Instances},
    {"instance_type", InstanceType},
    {"launch_time", LaunchTime},
    {"mfa", [](JsonValue record, Arena&) { return MfaUsed(record); }},
    {"user_agent", UserAgent},
    {"vpc", [](JsonValue record, Arena&) { return Vpc(record); }},
    {"allocation", [](JsonValue record, Arena&) { return Allocation(record); }},
};

constexpr std::string_view kPrefix = "trailsift.";

}  // namespace

std::optional<std::string_view> Derive(const Event& event, std::string_view name, Arena& arena) {
  if (name.size() <= kPrefix.size() || !EqualsNoCase(name.substr(0, kPrefix.size()), kPrefix)) return std::nullopt;
  const std::optional<JsonValue> record = event.record();
  if (!record || !record->is_object()) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  for (const DerivedField& field : kFields) {
    if (EqualsNoCase(name, field.name)) return field.compute(*record, arena);
  }
  return std::nullopt;
}

}  // namespace trailsift
