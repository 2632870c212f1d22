// The policy that a record writes, statement by statement: documents of IAM, buckets, keys, repositories, secrets, trust documents of
// roles, and the permission that Lambda's AddPermission adds.
//
// A document is an object of the record or JSON in a string, plain or percent-encoded (CreateRole's response). Only what a document
// grants is read: statements with Effect Allow; a Deny elsewhere in it does not make them narrower here. Views live as long as the
// record and the PolicyDocument. One thread.
// Source: AWS IAM user guide, "IAM JSON policy element reference".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "enrich/record_text.h"
#include "event/embedded_json.h"

namespace trailsift {

class PolicyDocument {
 public:
  explicit PolicyDocument(JsonValue record);
  PolicyDocument(const PolicyDocument&) = delete;
  PolicyDocument& operator=(const PolicyDocument&) = delete;

  // The record writes a policy that can be read.
  bool found() const { return document_.has_value(); }

  // Visits the statements that allow something.
  template <typename Visit>
  void ForEachAllow(Visit visit) const {
    const auto statements = document_ ? FindJson(*document_, "Statement") : std::nullopt;
    if (!statements) return;
    ForEachItem(*statements, [&](JsonValue statement) {
      if (FindText(statement, "Effect").value_or("") == "Allow") visit(statement);
    });
  }

 private:
  void ReadDocument(JsonValue record);
  void ReadLambdaPermission(JsonValue record);

  EmbeddedJson embedded_;
  std::optional<JsonValue> document_;
};

// Visits the principals of a statement as (kind, text): kind is AWS, Service, Federated or CanonicalUser, empty for the bare `*`.
template <typename Visit>
void ForEachPrincipal(JsonValue statement, Visit visit) {
  const auto principal = FindJson(statement, "Principal");
  if (!principal) return;
  if (principal->is_string()) visit(std::string_view(), std::string_view(principal->get_string().value_unsafe()));
  ForEachMember(*principal, [&](std::string_view kind, JsonValue value) {
    ForEachItemText(value, [&](std::string_view text) { visit(kind, text); });
  });
}

// A condition that holds only for requests which carry the key with one of the values: no negated operator, none that holds where the
// key is absent (…IfExists, ForAllValues:).
struct PolicyCondition {
  std::string_view key;
  JsonValue values;  // a text or a list
  bool wildcards;    // `*` and `?` in a value stand for anything
};

// Whether an operator makes such a condition, and whether its values take wildcards; nothing for every other.
std::optional<bool> ReadConditionOperator(std::string_view name);

template <typename Visit>
void ForEachCondition(JsonValue statement, Visit visit) {
  const auto conditions = FindJson(statement, "Condition");
  if (!conditions) return;
  ForEachMember(*conditions, [&](std::string_view name, JsonValue keys) {
    const std::optional<bool> wildcards = ReadConditionOperator(name);
    if (!wildcards) return;
    ForEachMember(keys, [&](std::string_view key, JsonValue values) { visit(PolicyCondition{key, values, *wildcards}); });
  });
}

}  // namespace trailsift
