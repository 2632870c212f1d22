// Derived fields: the `trailsift.*` names that rules, sentences and alerts may ask of an event (docs/ruleset.md lists them).
//
// A value is computed when somebody asks for it and never kept here; the functions have no state and may run in any number of
// threads, one event a thread. A view that is returned borrows from the event's document or from `arena` and lives as long as both.
// Nothing is returned for a name we don't know and for a value the record doesn't tell; there is no failure.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "event/event.h"

namespace trailsift {

// The value of `name` (`trailsift.actor.name`, …; ASCII case does not matter). A DeriveFunction.
std::optional<std::string_view> Derive(const Event& event, std::string_view name, Arena& arena);

}  // namespace trailsift
