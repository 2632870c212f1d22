// Wazuh's view of a record or a message: fields by dotted name, values as text (facts 1.6 and 5). Two ways to read it that always
// agree: the lookup of one name, which builds nothing but that value, and the walk over every leaf. Views live as long as document,
// envelope and arena.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"
#include "event/event.h"

namespace trailsift {

// The first leaf called `name`, ASCII case aside.
std::optional<std::string_view> FindInRecordView(simdjson::dom::object record, const Envelope& envelope, std::string_view name,
                                                 Arena& arena);
std::optional<std::string_view> FindInMessageView(simdjson::dom::object message, std::string_view name, Arena& arena);

// Every leaf in message order; of several with one name, ASCII case aside, the first.
using LeafVisitor = std::function<void(const WazuhLeaf&)>;
void WalkRecordView(simdjson::dom::object record, const Envelope& envelope, Arena& arena, const LeafVisitor& visit);
void WalkMessageView(simdjson::dom::object message, Arena& arena, const LeafVisitor& visit);

}  // namespace trailsift
