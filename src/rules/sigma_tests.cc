#include "rules/sigma_tests.h"

#include <algorithm>

#include "base/time.h"

namespace trailsift {
namespace {

bool Compare(const SigmaComparison& wanted, long double number) {
  switch (wanted.order) {
    case SigmaOrder::kEqual: return number == wanted.number;
    case SigmaOrder::kLess: return number < wanted.number;
    case SigmaOrder::kLessEqual: return number <= wanted.number;
    case SigmaOrder::kGreater: return number > wanted.number;
    case SigmaOrder::kGreaterEqual: return number >= wanted.number;
  }
  return false;
}

// The week of ISO 8601: the one of the year that has its Thursday.
int IsoWeek(std::int64_t days) {
  const std::int64_t weekday = ((days + 3) % 7 + 7) % 7;  // from Monday; 1970-01-01 was a Thursday
  const std::int64_t thursday = days - weekday + 3;
  return static_cast<int>((thursday - DaysFromCivil(CivilFromDays(thursday).year, 1, 1)) / 7 + 1);
}

std::int64_t PartOf(SigmaTime::Part part, Millis time) {
  const std::int64_t days = time >= 0 ? time / kDay : -((-time + kDay - 1) / kDay);
  const CivilDate date = CivilFromDays(days);
  switch (part) {
    case SigmaTime::Part::kMinute: return (time - days * kDay) / kMinute % 60;
    case SigmaTime::Part::kHour: return (time - days * kDay) / kHour;
    case SigmaTime::Part::kDay: return date.day;
    case SigmaTime::Part::kWeek: return IsoWeek(days);
    case SigmaTime::Part::kMonth: return date.month;
    case SigmaTime::Part::kYear: return date.year;
  }
  return 0;
}

struct HoldsFor {
  const SigmaValue& value;
  Arena& arena;

  bool operator()(const SigmaPattern& pattern) const {
    return pattern.HoldsFolded(pattern.cased() ? value.Text(arena) : value.Folded(arena));
  }
  bool operator()(const SigmaNumber& wanted) const {
    return value.is_number() ? value.Number() == wanted.number : (*this)(wanted.text);
  }
  bool operator()(const SigmaComparison& wanted) const {
    const std::optional<long double> number = value.Number();
    return number && Compare(wanted, *number);
  }
  bool operator()(const SigmaRegex& wanted) const { return wanted.regex.Holds(value.Text(arena)); }
  bool operator()(const SigmaNetwork& wanted) const {
    const std::string_view text = value.Text(arena);
    return (!wanted.is_v6 || text.find(':') != std::string_view::npos) && wanted.network->Holds(text);
  }
  bool operator()(const SigmaTime& wanted) const {
    const std::optional<Millis> time = ParseIsoTime(value.Text(arena));
    return time && Compare(wanted.comparison, static_cast<long double>(PartOf(wanted.part, *time)));
  }
  // These look at a field as a whole.
  bool operator()(const SigmaNull& /*wanted*/) const { return false; }
  bool operator()(const SigmaExists& /*wanted*/) const { return false; }
  bool operator()(const SigmaFieldRef& /*wanted*/) const { return false; }
};

bool HoldsOther(const SigmaFieldRef& wanted, std::string_view value, std::string_view other) {
  switch (wanted.where) {
    case SigmaWhere::kWhole: return value == other;
    case SigmaWhere::kStart: return value.starts_with(other);
    case SigmaWhere::kEnd: return value.ends_with(other);
    case SigmaWhere::kAnywhere: return value.find(other) != std::string_view::npos;
  }
  return false;
}

}  // namespace

bool SigmaHoldsFor(const SigmaTest& test, const SigmaValue& value, Arena& arena) {
  return std::visit(HoldsFor{value, arena}, test);
}

bool SigmaHolds(const SigmaTest& test, const SigmaValues& values, const SigmaValues& other, Arena& arena) {
  if (std::holds_alternative<SigmaNull>(test)) return !values.found || values.has_null;
  if (const auto* exists = std::get_if<SigmaExists>(&test)) return values.found == exists->wanted;
  return std::any_of(values.each.begin(), values.each.end(), [&](const SigmaValue& value) {
    const auto* reference = std::get_if<SigmaFieldRef>(&test);
    if (reference == nullptr) return SigmaHoldsFor(test, value, arena);
    return std::any_of(other.each.begin(), other.each.end(), [&](const SigmaValue& there) {
      return reference->cased ? HoldsOther(*reference, value.Text(arena), there.Text(arena))
                              : HoldsOther(*reference, value.Folded(arena), there.Folded(arena));
    });
  });
}

}  // namespace trailsift
