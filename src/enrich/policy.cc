#include "enrich/policy.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "enrich/joined.h"
#include "enrich/policy_document.h"
#include "enrich/policy_match.h"

namespace trailsift {
namespace {

constexpr std::string_view kTrue = "true";
constexpr std::string_view kFalse = "false";

bool AnyText(JsonValue statement, std::string_view name, bool (*holds)(std::string_view)) {
  bool any = false;
  if (const auto texts = FindJson(statement, name))
    ForEachItemText(*texts, [&](std::string_view text) { any = any || holds(text); });
  return any;
}

// A statement that names its resources the other way round, or not at all, may reach every one.
bool Reaches(JsonValue statement, bool (*resource)(std::string_view)) {
  return !FindJson(statement, "Resource") || AnyText(statement, "Resource", resource);
}

bool IsPassRole(std::string_view action) { return MatchesGlob(action, "iam:PassRole"); }

// Everything but a list is allowed: IAM too, unless the list covers it.
bool AllowsIamByNotAction(JsonValue statement) {
  return FindJson(statement, "NotAction") && !AnyText(statement, "NotAction", CoversIam);
}

bool IsAdmin(JsonValue statement) {
  if (AnyText(statement, "Action", CoversIam) || AllowsIamByNotAction(statement)) return Reaches(statement, MayBeOfIam);
  return AnyText(statement, "Action", IsPassRole) && Reaches(statement, CoversEveryRole);
}

bool HasOnlyNarrowingValues(JsonValue values) {
  bool any = false;
  bool all = true;
  ForEachItemText(values, [&](std::string_view value) {
    any = true;
    all = all && IsNarrowingValue(value);
  });
  return any && all;
}

// Whom a statement lets in.
struct Entrance {
  bool everybody = false;
  bool narrowed = false;                   // everybody who meets a condition that tells who
  std::vector<std::string_view> accounts;  // views into the document
};

// Every account that the conditions name as the caller's or the source's.
void AddConditionAccounts(JsonValue statement, std::vector<std::string_view>& accounts) {
  ForEachCondition(statement, [&](const PolicyCondition& condition) {
    if (!IsNarrowingKey(condition.key)) return;
    ForEachItemText(condition.values, [&](std::string_view value) {
      if (const std::string_view account = AccountIn(value); !account.empty()) accounts.push_back(account);
    });
  });
}

Entrance ReadEntrance(JsonValue statement) {
  Entrance entrance;
  bool service = false;
  entrance.everybody = FindJson(statement, "NotPrincipal").has_value();
  ForEachPrincipal(statement, [&](std::string_view kind, std::string_view text) {
    service = service || kind == "Service";
    if (text == "*") entrance.everybody = true;
    else if (kind == "CanonicalUser") entrance.accounts.push_back(text);
    if (const std::string_view account = AccountIn(text); !account.empty()) entrance.accounts.push_back(account);
  });
  if (entrance.everybody || service) AddConditionAccounts(statement, entrance.accounts);
  if (entrance.everybody)
    ForEachCondition(statement, [&](const PolicyCondition& condition) {
      entrance.narrowed = entrance.narrowed || (IsNarrowingKey(condition.key) && HasOnlyNarrowingValues(condition.values));
    });
  return entrance;
}

template <typename Holds>
std::optional<std::string_view> JoinAccounts(JsonValue record, Arena& arena, Holds holds) {
  const PolicyDocument document(record);
  JoinedTexts joined;
  document.ForEachAllow([&](JsonValue statement) {
    for (const std::string_view account : ReadEntrance(statement).accounts)
      if (holds(account)) joined.Add(account);
  });
  return joined.Join(arena);
}

bool AsksExternalId(JsonValue statement) {
  bool asks = false;
  ForEachCondition(statement, [&](const PolicyCondition& condition) {
    if (!EqualsNoCase(condition.key, "sts:ExternalId")) return;
    bool guessable = false;
    bool any = false;
    ForEachItemText(condition.values, [&](std::string_view value) {
      any = true;
      guessable = guessable || value.find_first_not_of("*?") == std::string_view::npos;
    });
    asks = asks || (any && !guessable);
  });
  return asks;
}

// A condition on a key that ends so, with no wildcard in any value.
bool HasExactCondition(JsonValue statement, std::string_view key_end) {
  bool exact = false;
  ForEachCondition(statement, [&](const PolicyCondition& condition) {
    if (condition.key.size() < key_end.size() ||
        !EqualsNoCase(condition.key.substr(condition.key.size() - key_end.size()), key_end))
      return;
    bool any = false;
    bool wildcard = false;
    ForEachItemText(condition.values, [&](std::string_view value) {
      any = true;
      wildcard = wildcard || (condition.wildcards && value.find_first_of("*?") != std::string_view::npos);
    });
    exact = exact || (any && !wildcard);
  });
  return exact;
}

bool IsSamlProvider(std::string_view provider) { return provider.find(":saml-provider/") != std::string_view::npos; }

}  // namespace

std::optional<std::string_view> PolicyIsAdmin(JsonValue record) {
  const PolicyDocument document(record);
  if (!document.found()) return std::nullopt;
  bool admin = false;
  document.ForEachAllow([&](JsonValue statement) { admin = admin || IsAdmin(statement); });
  return admin ? kTrue : kFalse;
}

std::optional<std::string_view> PolicyIsPublic(JsonValue record) {
  const PolicyDocument document(record);
  if (!document.found()) return std::nullopt;
  bool open = false;
  bool conditional = false;
  document.ForEachAllow([&](JsonValue statement) {
    const Entrance entrance = ReadEntrance(statement);
    open = open || (entrance.everybody && !entrance.narrowed);
    conditional = conditional || entrance.narrowed;
  });
  if (open) return kTrue;
  return conditional ? "conditional" : kFalse;
}

std::optional<std::string_view> PolicyForeignAccounts(JsonValue record, const KnownAccounts& accounts, Arena& arena) {
  return JoinAccounts(record, arena, [&](std::string_view account) { return !accounts.IsOwn(account); });
}

std::optional<std::string_view> PolicyUnknownAccounts(JsonValue record, const KnownAccounts& accounts, Arena& arena) {
  return JoinAccounts(record, arena,
                      [&](std::string_view account) { return !accounts.IsOwn(account) && !accounts.IsVendor(account); });
}

std::optional<std::string_view> PolicyAsksExternalId(JsonValue record, const KnownAccounts& accounts) {
  const PolicyDocument document(record);
  bool strangers = false;
  bool all_ask = true;
  document.ForEachAllow([&](JsonValue statement) {
    const Entrance entrance = ReadEntrance(statement);
    const bool foreign = std::any_of(entrance.accounts.begin(), entrance.accounts.end(),
                                     [&](std::string_view account) { return !accounts.IsOwn(account); });
    if (!foreign && (!entrance.everybody || entrance.narrowed)) return;
    strangers = true;
    all_ask = all_ask && AsksExternalId(statement);
  });
  if (!strangers) return std::nullopt;
  return all_ask ? kTrue : kFalse;
}

std::optional<std::string_view> PolicyHasWildcardSubject(JsonValue record) {
  const PolicyDocument document(record);
  bool trusted = false;
  bool loose = false;
  document.ForEachAllow([&](JsonValue statement) {
    bool cognito = false;
    bool other = false;
    ForEachPrincipal(statement, [&](std::string_view kind, std::string_view provider) {
      if (kind != "Federated" || IsSamlProvider(provider)) return;
      (provider == "cognito-identity.amazonaws.com" ? cognito : other) = true;
    });
    trusted = trusted || cognito || other;
    loose = loose || (cognito && !HasExactCondition(statement, ":aud")) || (other && !HasExactCondition(statement, ":sub"));
  });
  if (!trusted) return std::nullopt;
  return loose ? kTrue : kFalse;
}

}  // namespace trailsift
