#include "rules/sigma_modifiers.h"

#include <algorithm>
#include <vector>

#include "base/suggest.h"

namespace trailsift {
namespace {

using Kind = SigmaModifiers::Kind;

// What a modifier is about: of most groups a field takes one.
enum class Group { kOnce, kKind, kWhere, kOrder, kUtf16, kBase64, kRegexFlag };

struct Modifier {
  std::string_view name;
  Group group;
  void (*apply)(SigmaModifiers&);
};

template <SigmaWhere where>
void SetWhere(SigmaModifiers& m) {
  m.text.where = where;
}
template <Kind kind>
void SetKind(SigmaModifiers& m) {
  m.kind = kind;
}
template <SigmaTime::Part part>
void SetPart(SigmaModifiers& m) {
  m.kind = Kind::kTime;
  m.part = part;
}
template <SigmaOrder order>
void SetOrder(SigmaModifiers& m) {
  if (m.kind != Kind::kTime) m.kind = Kind::kNumber;
  m.order = order;
}
template <Utf16Form form>
void SetUtf16(SigmaModifiers& m) {
  m.utf16 = form;
}

constexpr Modifier kModifiers[] = {
    {"all", Group::kOnce, [](SigmaModifiers& m) { m.all = true; }},
    {"neq", Group::kOnce, [](SigmaModifiers& m) { m.negate = true; }},
    {"cased", Group::kOnce, [](SigmaModifiers& m) { m.text.cased = true; }},
    {"expand", Group::kOnce, [](SigmaModifiers& m) { m.expand = true; }},
    {"windash", Group::kOnce, [](SigmaModifiers& m) { m.text.any_dash = true; }},
    {"contains", Group::kWhere, SetWhere<SigmaWhere::kAnywhere>},
    {"startswith", Group::kWhere, SetWhere<SigmaWhere::kStart>},
    {"endswith", Group::kWhere, SetWhere<SigmaWhere::kEnd>},
    {"exists", Group::kKind, SetKind<Kind::kExists>},
    {"re", Group::kKind, SetKind<Kind::kRegex>},
    {"cidr", Group::kKind, SetKind<Kind::kNetwork>},
    {"fieldref", Group::kKind, SetKind<Kind::kFieldRef>},
    {"minute", Group::kKind, SetPart<SigmaTime::Part::kMinute>},
    {"hour", Group::kKind, SetPart<SigmaTime::Part::kHour>},
    {"day", Group::kKind, SetPart<SigmaTime::Part::kDay>},
    {"week", Group::kKind, SetPart<SigmaTime::Part::kWeek>},
    {"month", Group::kKind, SetPart<SigmaTime::Part::kMonth>},
    {"year", Group::kKind, SetPart<SigmaTime::Part::kYear>},
    {"lt", Group::kOrder, SetOrder<SigmaOrder::kLess>},
    {"lte", Group::kOrder, SetOrder<SigmaOrder::kLessEqual>},
    {"gt", Group::kOrder, SetOrder<SigmaOrder::kGreater>},
    {"gte", Group::kOrder, SetOrder<SigmaOrder::kGreaterEqual>},
    {"utf16le", Group::kUtf16, SetUtf16<Utf16Form::kLittleEndian>},
    {"wide", Group::kUtf16, SetUtf16<Utf16Form::kLittleEndian>},
    {"utf16be", Group::kUtf16, SetUtf16<Utf16Form::kBigEndian>},
    {"utf16", Group::kUtf16, SetUtf16<Utf16Form::kWithMark>},
    {"base64", Group::kBase64, [](SigmaModifiers& m) { m.base64 = SigmaModifiers::Base64::kWhole; }},
    {"base64offset", Group::kBase64, [](SigmaModifiers& m) { m.base64 = SigmaModifiers::Base64::kOffset; }},
    {"i", Group::kRegexFlag, [](SigmaModifiers& m) { m.regex.caseless = true; }},
    {"m", Group::kRegexFlag, [](SigmaModifiers& m) { m.regex.multiline = true; }},
    {"s", Group::kRegexFlag, [](SigmaModifiers& m) { m.regex.dotall = true; }},
};

Status Fault(const std::string& what, const std::string& hint = "") {
  return {Code::kInvalid, hint.empty() ? what : what + '\n' + hint};
}

std::string Quoted(std::string_view name) { return '`' + std::string(name) + '`'; }

// Whether two modifiers speak of different things of one value.
bool Agree(const Modifier& earlier, const Modifier& later) {
  const auto either = [&](Group group) { return earlier.group == group || later.group == group; };
  const auto named = [&](std::string_view name) { return earlier.name == name || later.name == name; };
  if (earlier.name == later.name) return false;
  if (earlier.group == later.group) return earlier.group == Group::kOnce || earlier.group == Group::kRegexFlag;
  if (named("all") && !named("exists")) return true;
  if (named("neq") && !named("exists")) return true;
  if (either(Group::kRegexFlag)) return earlier.name == "re";
  if (either(Group::kKind)) {
    const Modifier& kind = earlier.group == Group::kKind ? earlier : later;
    const Modifier& other = earlier.group == Group::kKind ? later : earlier;
    if (kind.name == "fieldref") return other.group == Group::kWhere || other.name == "cased";
    if (kind.name == "cidr") return other.name == "expand";
    const bool is_time = kind.name != "exists" && kind.name != "re";
    return is_time && other.group == Group::kOrder && &kind == &earlier;
  }
  if (either(Group::kOrder)) return false;
  // A text. What stands first is done first: signs of `contains` and dashes would be encoded.
  if (later.group == Group::kUtf16) return earlier.name == "cased" || earlier.name == "expand";
  if (later.group == Group::kBase64) return earlier.group == Group::kUtf16 || earlier.name == "cased" || earlier.name == "expand";
  const bool encoded = either(Group::kUtf16) || either(Group::kBase64);
  return !encoded || (!named("windash") && later.name != "expand");
}

}  // namespace

Result<SigmaModifiers> ParseSigmaModifiers(std::string_view modifiers) {
  SigmaModifiers out;
  out.regex.utf = true;
  std::vector<const Modifier*> given;
  for (bool more = true; more;) {
    const std::size_t bar = modifiers.find('|');
    const std::string_view name = modifiers.substr(0, bar);
    more = bar != std::string_view::npos;
    modifiers.remove_prefix(more ? bar + 1 : modifiers.size());
    if (name.empty()) return Fault("an empty modifier", "remove the `|`, or write a modifier behind it");
    const auto* known =
        std::find_if(std::begin(kModifiers), std::end(kModifiers), [&](const Modifier& m) { return m.name == name; });
    if (known == std::end(kModifiers)) {
      std::vector<std::string_view> names;
      for (const Modifier& modifier : kModifiers) names.push_back(modifier.name);
      return Fault("Sigma has no modifier " + Quoted(name), DidYouMean(name, names));
    }
    if (known->group == Group::kRegexFlag &&
        (given.empty() || (given.back()->name != "re" && given.back()->group != Group::kRegexFlag)))
      return Fault(Quoted(name) + " must stand behind `re`", "write `re|" + std::string(name) + '`');
    for (const Modifier* earlier : given)
      if (!Agree(*earlier, *known)) return Fault(Quoted(name) + " can't stand behind " + Quoted(earlier->name));
    given.push_back(known);
    known->apply(out);
  }
  return out;
}

}  // namespace trailsift
