// The tests that a Sigma rule asks of one value. Immutable values, cheap to copy; any number of threads may ask.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/arena.h"
#include "rules/address_set.h"
#include "rules/pcre2_regex.h"
#include "rules/sigma_pattern.h"
#include "rules/sigma_value.h"

namespace trailsift {

// `re`: found anywhere, unless it is anchored.
struct SigmaRegex {
  Pcre2Regex regex;
};

// A number, equal to one of the same value, however written, and to a text that `text` holds for.
struct SigmaNumber {
  long double number = 0;
  SigmaPattern text;
};

enum class SigmaOrder { kEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

// `lt`, `lte`, `gt`, `gte`.
struct SigmaComparison {
  SigmaOrder order = SigmaOrder::kEqual;
  long double number = 0;
};

// `cidr`: an address in the network. One of IPv4 is in no network of IPv6.
struct SigmaNetwork {
  std::shared_ptr<const AddressSet> network;
  bool is_v6 = false;
};

// `minute` … `year`: that part of a date in UTC, compared.
struct SigmaTime {
  enum class Part { kMinute, kHour, kDay, kWeek, kMonth, kYear };  // kWeek: of ISO 8601
  Part part = Part::kMinute;
  SigmaComparison comparison;
};

// `null`: the field is absent or null.
struct SigmaNull {};
// `exists`.
struct SigmaExists {
  bool wanted = true;
};
// `fieldref`: any value of the one field holds one of the other.
struct SigmaFieldRef {
  std::string field;
  SigmaWhere where = SigmaWhere::kWhole;
  bool cased = false;
};

using SigmaTest = std::variant<SigmaPattern, SigmaNumber, SigmaComparison, SigmaRegex, SigmaNetwork, SigmaTime, SigmaNull,
                               SigmaExists, SigmaFieldRef>;

// Whether the test holds for what stands under a field. `other` is what stands under a SigmaFieldRef's field; no other test looks at it.
bool SigmaHolds(const SigmaTest& test, const SigmaValues& values, const SigmaValues& other, Arena& arena);

// Whether a test of a text holds for one value.
bool SigmaHoldsFor(const SigmaTest& test, const SigmaValue& value, Arena& arena);

}  // namespace trailsift
