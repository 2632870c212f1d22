// Single facts of a request that a rule cannot read by itself: how many things a batch call is about, what a trail will not record any
// more, how soon a bucket's objects expire. Pure functions over a bare record; views borrow from `arena`.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"

namespace trailsift {

// How many names, ids, objects or instances the call lists; `1` for a call without such a list.
std::optional<std::string_view> ItemCount(JsonValue record, Arena& arena);

// What the event selectors of PutEventSelectors, basic or advanced, leave out of the management events: `management events` (all of
// them), or, joined by `, `, `read events`, `write events`, excluded sources (`kms.amazonaws.com`), and `events by FIELD` for an advanced
// selector that keeps a part only by another field. Nothing when they leave out nothing.
std::optional<std::string_view> TrailBlindness(JsonValue record, Arena& arena);

// The days after which a bucket's lifecycle lets current objects expire: the least of its enabled rules; a date counts from the event's
// time. Nothing when no enabled rule expires them.
std::optional<std::string_view> LifecycleDays(JsonValue record, Arena& arena);

}  // namespace trailsift
