// Derived fields: the `trailsift.*` names that rules, sentences and alerts may ask of an event (docs/ruleset.md lists them).
//
// A value is computed when somebody asks for it and never kept here; any number of threads may ask, one event a thread. A view that is
// returned borrows from the event's document or from the arena and lives as long as both.
// Nothing is returned for a name we don't know and for a value the record doesn't tell; there is no failure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "enrich/accounts.h"
#include "event/event.h"

namespace trailsift {

class FieldDeriver : public Deriver {
 public:
  // Fields that ask whose an account is look it up with `in_list`; without it every account but the record's own is a stranger's.
  // Accounts have names where `account_name` knows them.
  explicit FieldDeriver(InListFunction in_list = {}, AccountNameFunction account_name = {})
      : in_list_(std::move(in_list)), account_name_(std::move(account_name)) {}

  // `trailsift.actor.name`, …; ASCII case does not matter.
  std::optional<std::string_view> Derive(const Event& event, std::string_view name, Arena& arena) const override;

 private:
  // `account`, `account.name`, `actor.account_name`, `target.account_name`.
  std::optional<std::string_view> DeriveAccount(const Event& event, JsonValue record, std::string_view name, Arena& arena) const;

  InListFunction in_list_;
  AccountNameFunction account_name_;
};

// Every name that a FieldDeriver knows, with `trailsift.` before it.
std::vector<std::string> DerivedNames();

}  // namespace trailsift
