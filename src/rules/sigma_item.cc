#include "rules/sigma_item.h"

#include <algorithm>
#include <utility>

#include "rules/sigma_modifiers.h"
#include "rules/sigma_value.h"

namespace trailsift {
namespace {

using Kind = SigmaModifiers::Kind;

constexpr std::size_t kMostExpanded = 10'000;

bool IsWordByte(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool IsNull(const YamlNode& node) {
  return node.is_null() || (node.is_scalar() && !node.quoted && (node.text == "Null" || node.text == "NULL"));
}

std::optional<bool> Truth(const YamlNode& node) {
  if (!node.is_scalar() || node.quoted) return std::nullopt;
  if (node.text == "true" || node.text == "True" || node.text == "TRUE") return true;
  if (node.text == "false" || node.text == "False" || node.text == "FALSE") return false;
  return std::nullopt;
}

// The name of the placeholder `%name%` at the beginning; empty where there is none.
std::string_view PlaceholderAt(std::string_view text) {
  std::size_t end = 1;
  while (end < text.size() && IsWordByte(text[end])) ++end;
  return end > 1 && end < text.size() && text[end] == '%' ? text.substr(1, end - 1) : std::string_view();
}

// The most that a part of a date can be.
struct PartRange {
  SigmaTime::Part part;
  long double least;
  long double most;
};
constexpr PartRange kPartRanges[] = {
    {SigmaTime::Part::kMinute, 0, 59}, {SigmaTime::Part::kHour, 0, 23},  {SigmaTime::Part::kDay, 1, 31},
    {SigmaTime::Part::kWeek, 1, 53},   {SigmaTime::Part::kMonth, 1, 12}, {SigmaTime::Part::kYear, 1970, 9999},
};

// Reads the values of one field.
class ValueReader {
 public:
  ValueReader(const std::string& key, const SigmaModifiers& modifiers, const std::string& file,
              const SigmaPlaceholders& placeholders, Diagnostics& diagnostics)
      : modifiers_(modifiers), file_(file), placeholders_(placeholders), diagnostics_(diagnostics) {
    item_.field = key.substr(0, key.find('|'));
    item_.written = key + ": ";
    item_.all = modifiers.all;
    item_.negate = modifiers.negate;
  }

  std::optional<SigmaItem> Read(const YamlNode& values, const YamlNode& place) {
    item_.place = {file_, place.line, place.column};
    AppendYamlAsJson(values, item_.written);
    if (values.is_map()) {
      Error(values, "the value of " + Shown() + " is a map", "a dotted name such as `userIdentity.type` reaches into a record");
      return std::nullopt;
    }
    if (!values.is_sequence()) {
      if (item_.all) Error(values, "`all` with a single value", "remove `all`, or list the values");
      ReadValue(values, true);
    } else {
      if (values.items.empty()) Error(values, "no value for " + Shown(), "write a value, or take the line out");
      if (item_.all && values.items.size() == 1) Error(values, "`all` with a single value", "remove `all`, or list the values");
      if (modifiers_.kind == Kind::kExists) Error(values, "`exists` takes no list", "write true or false");
      for (const YamlNode& value : values.items) ReadValue(value, false);
    }
    if (faulty_) return std::nullopt;
    return std::move(item_);
  }

 private:
  std::string Shown() const { return item_.field.empty() ? "the keywords" : '`' + item_.field + '`'; }

  void Error(const YamlNode& node, const std::string& message, const std::string& hint = "") {
    faulty_ = true;
    diagnostics_.Error(file_, node.line, node.column, message, hint);
  }

  void ReadValue(const YamlNode& value, bool alone) {
    if (IsNull(value)) return ReadNull(value, alone);
    if (!value.is_scalar()) return Error(value, "a value of " + Shown() + " is no text and no number", "a list holds plain values");
    switch (modifiers_.kind) {
      case Kind::kText: return ReadTexts(value);
      case Kind::kRegex: return ReadRegex(value);
      case Kind::kNetwork: return ReadNetworks(value);
      case Kind::kNumber: return ReadNumber(value);
      case Kind::kTime: return ReadTime(value);
      case Kind::kExists: {
        const std::optional<bool> wanted = Truth(value);
        if (!wanted) return Error(value, "`exists` needs true or false");
        return Add({SigmaExists{*wanted}});
      }
      case Kind::kFieldRef: return Add({SigmaFieldRef{value.text, modifiers_.text.where, modifiers_.text.cased}});
    }
  }

  void Add(SigmaAlternatives alternatives) { item_.values.push_back(std::move(alternatives)); }

  void ReadNull(const YamlNode& value, bool alone) {
    if (item_.field.empty()) return Error(value, "null is no keyword");
    if (!alone) return Error(value, "null in a list of values", "give null a search of its own and join the two with `or`");
    if (!modifiers_.plain_text() || modifiers_.expand || modifiers_.all)
      return Error(value, "null with a modifier", "write `" + item_.field + ": null`");
    Add({SigmaNull{}});
  }

  void ReadTexts(const YamlNode& value) {
    if (item_.field.empty() && value.text.empty()) return Error(value, "an empty keyword stands in every record");
    if (value.is_number() && modifiers_.plain_text() && !item_.field.empty())
      return Add({SigmaNumber{*ReadSigmaNumber(value.text), SigmaPattern::Plain(value.text, modifiers_.text)}});
    SigmaAlternatives alternatives;
    for (const std::string& text : Expanded(value)) AddTexts(value, text, alternatives);
    Add(std::move(alternatives));
  }

  // The tests for one text, placeholders resolved.
  void AddTexts(const YamlNode& value, const std::string& text, SigmaAlternatives& out) {
    SigmaPattern::Options options = modifiers_.text;
    if (item_.field.empty()) options.where = SigmaWhere::kAnywhere;
    if (!modifiers_.utf16 && modifiers_.base64 == SigmaModifiers::Base64::kNone) {
      out.emplace_back(SigmaPattern::Parse(text, options));
      return;
    }
    const std::optional<std::string> plain = SigmaPlainText(text);
    if (!plain) return Error(value, "wildcards can't be encoded", "write `\\*` and `\\?` for the signs themselves");
    const std::string bytes = modifiers_.utf16 ? ToUtf16(*plain, *modifiers_.utf16) : *plain;
    switch (modifiers_.base64) {
      case SigmaModifiers::Base64::kNone:
        if (std::any_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
          return Error(value, "no text can hold these bytes of UTF-16", "add `base64` or `base64offset|contains`");
        out.emplace_back(SigmaPattern::Plain(bytes, options));
        return;
      case SigmaModifiers::Base64::kWhole: out.emplace_back(SigmaPattern::Plain(ToBase64(bytes), options)); return;
      case SigmaModifiers::Base64::kOffset:
        for (const std::string& middle : Base64Middles(bytes)) {
          if (middle.empty()) return Error(value, "too short a text for `base64offset`", "three bytes or more can be found");
          out.emplace_back(SigmaPattern::Plain(middle, options));
        }
    }
  }

  void ReadRegex(const YamlNode& value) {
    Result<Pcre2Regex> regex = Pcre2Regex::Compile(value.text, modifiers_.regex);
    if (!regex.ok()) return Error(value, "the regular expression is not valid: " + regex.status().message());
    Add({SigmaRegex{std::move(regex).value()}});
  }

  void ReadNetworks(const YamlNode& value) {
    SigmaAlternatives alternatives;
    for (const std::string& text : Expanded(value)) {
      auto network = std::make_shared<AddressSet>();
      const Status added = text.starts_with('!') ? Status(Code::kInvalid, '`' + text + "` is no address") : network->Add(text);
      if (!added.ok()) return Error(value, "`cidr` needs a network: " + added.message(), "write 10.0.0.0/8 or 2001:db8::/32");
      alternatives.emplace_back(SigmaNetwork{std::move(network), text.find(':') != std::string::npos});
    }
    Add(std::move(alternatives));
  }

  void ReadNumber(const YamlNode& value) {
    const std::optional<long double> number = value.is_number() ? ReadSigmaNumber(value.text) : std::nullopt;
    if (!number) return Error(value, "`" + value.text + "` is compared as a number, but is none", "write a number without quotes");
    Add({SigmaComparison{modifiers_.order, *number}});
  }

  void ReadTime(const YamlNode& value) {
    const auto* range = std::find_if(std::begin(kPartRanges), std::end(kPartRanges),
                                     [&](const PartRange& known) { return known.part == modifiers_.part; });
    const std::optional<long double> number = value.is_number() ? ReadSigmaNumber(value.text) : std::nullopt;
    if (!number || *number < range->least || *number > range->most ||
        *number != static_cast<long double>(static_cast<int>(*number)))
      return Error(value, "`" + value.text + "` is no such part of a date",
                   "write a number from " + std::to_string(static_cast<int>(range->least)) + " to " +
                       std::to_string(static_cast<int>(range->most)));
    Add({SigmaTime{modifiers_.part, {modifiers_.order, *number}}});
  }

  // The text with every placeholder replaced, in every pairing of their values; the text itself without `expand`.
  std::vector<std::string> Expanded(const YamlNode& value) {
    if (!modifiers_.expand) return {value.text};
    std::vector<std::string> texts{""};
    const std::string_view text = value.text;
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] == '\\' && i + 1 < text.size()) {
        const std::string_view taken = text[i + 1] == '%' ? text.substr(i + 1, 1) : text.substr(i, 2);
        for (std::string& each : texts) each += taken;
        i += 2;
        continue;
      }
      const std::string_view name = text[i] == '%' ? PlaceholderAt(text.substr(i)) : std::string_view();
      if (name.empty()) {
        for (std::string& each : texts) each += text[i];
        ++i;
        continue;
      }
      i += name.size() + 2;
      const auto known = placeholders_.find(name);
      if (known == placeholders_.end()) {
        Error(value, "the placeholder %" + std::string(name) + "% has no values",
              "name them with --sigma-placeholder " + std::string(name) + "=a,b");
        return {};
      }
      if (texts.size() * known->second.size() > kMostExpanded) {
        Error(value, "the placeholders stand for more than 10,000 values");
        return {};
      }
      std::vector<std::string> longer;
      for (const std::string& each : texts)
        for (const std::string& one : known->second) longer.push_back(each + one);
      texts = std::move(longer);
    }
    return texts;
  }

  SigmaItem item_;
  const SigmaModifiers& modifiers_;
  const std::string& file_;
  const SigmaPlaceholders& placeholders_;
  Diagnostics& diagnostics_;
  bool faulty_ = false;
};

}  // namespace

std::optional<SigmaItem> SigmaItemReader::Read(const YamlMember& member) {
  const std::size_t bar = member.key.find('|');
  SigmaModifiers modifiers;
  YamlNode key;
  key.line = member.line;
  key.column = member.column;
  if (bar != std::string::npos) {
    Result<SigmaModifiers> parsed = ParseSigmaModifiers(std::string_view(member.key).substr(bar + 1));
    if (!parsed.ok()) {
      const std::string message = parsed.status().message();
      const std::size_t hint = std::min(message.find('\n'), message.size());
      diagnostics_.Error(file_, key.line, key.column, '`' + member.key + "`: " + message.substr(0, hint),
                         hint == message.size() ? "" : message.substr(hint + 1));
      return std::nullopt;
    }
    modifiers = *parsed;
  }
  const bool for_keywords = modifiers.kind == Kind::kRegex ||
                            (modifiers.kind == Kind::kText &&
                             (modifiers.text.where == SigmaWhere::kWhole || modifiers.text.where == SigmaWhere::kAnywhere));
  if (member.key.empty() || (bar == 0 && !for_keywords)) {
    diagnostics_.Error(file_, key.line, key.column, '`' + member.key + "` names no field",
                       "keywords are sought in the whole record and take `all`, `contains`, `re`, `cased` and what encodes texts");
    return std::nullopt;
  }
  return ValueReader(member.key, modifiers, file_, placeholders_, diagnostics_).Read(member.value, key);
}

std::optional<SigmaItem> SigmaItemReader::ReadKeywords(const YamlNode& values) {
  return ValueReader("", SigmaModifiers(), file_, placeholders_, diagnostics_).Read(values, values);
}

}  // namespace trailsift
