// Who calls in tests of rules: a few built-in identities as CloudTrail writes them (docs/format/rule-tests.md lists them), so that a test
// names one in a word. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace trailsift {

struct CaseActor {
  YamlNode identity;    // userIdentity
  std::string name;     // what trailsift.actor.name must say
  std::string address;  // sourceIPAddress and userAgent of its calls; empty: those of everybody
};

// The names: user, sso, role, root, service, instance.
std::vector<std::string_view> CaseActorNames();

// Nothing for any other name. `account` is whose account the actor belongs to.
std::optional<CaseActor> MakeCaseActor(std::string_view name, std::string_view account);

}  // namespace trailsift
