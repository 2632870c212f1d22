// The tests of one rule, asked of one event as they are written: what the naive reading is made of and what explanations show. Pure
// functions, any thread; views live as long as the rule and the event.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "detect/event_values.h"
#include "rules/rule.h"

namespace trailsift {

struct AskedTest {
  const Condition* condition = nullptr;   // one of these two,
  const ListCondition* list = nullptr;    // or
  std::string_view limit;                 // maxsize, time or weekday
  std::optional<std::string_view> value;  // what a condition or list looked at; nothing where the event has no such value
  bool holds = false;
};

// Asks the tests in the order in which they are tried, until `visit` returns false. That a rule never holds (Rule::never_holds) is no
// test.
void AskTests(const Rule& rule, const EventValues& values, const std::function<bool(const AskedTest&)>& visit);

// Whether all tests hold. What a composite counts is not asked here.
bool HoldsPlainly(const Rule& rule, const EventValues& values);

}  // namespace trailsift
