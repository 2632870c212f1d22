// YAML as people write it: scalars with their text as it stands, places for every value. yaml-cpp does the parsing and is named only in
// yaml.cc.
//
// What a plain scalar means is told by JSON's own words only: `null`, `~` and nothing are null, `true` and `false` are truths, what JSON
// would read as a number is one; `yes`, `0123` and `2026-01-15` are text. Aliases are copies of what they name. Refused: a key that stands
// twice in a map or is no scalar, more than 64 levels, more than a million values in a document (aliases counted as what they stand for).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace trailsift {

struct YamlMember;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  std::string text;                 // kScalar
  bool quoted = false;              // kScalar: in quotes or a block, so certainly text
  std::vector<YamlNode> items;      // kSequence
  std::vector<YamlMember> members;  // kMap, in file order
  int line = 0;                     // from 1
  int column = 0;                   // from 1, in bytes

  static YamlNode Text(std::string text);
  static YamlNode Truth(bool value);
  static YamlNode Map();  // without members

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_map() const { return kind == Kind::kMap; }
  // A plain scalar that JSON would read as a number.
  bool is_number() const;

  // The member of that name; nullptr where there is none.
  const YamlNode* Find(std::string_view key) const;
  // Puts a member in, in the place of one that has its name.
  void Set(std::string_view key, YamlNode value);
  // Puts in all members of `other`; where both have a map, its members likewise.
  void Merge(const YamlNode& other);
};

struct YamlMember {
  std::string key;
  YamlNode value;
  int line = 0;  // of the key
  int column = 0;
};

// The document; kNull for an empty file. Nothing when the text is no YAML: the first fault is then in `diagnostics` under the name `file`.
std::optional<YamlNode> ParseYaml(const std::string& text, const std::string& file, Diagnostics& diagnostics);
// The documents of a file that may hold several, `---` between them; empty ones are left out.
std::optional<std::vector<YamlNode>> ParseYamlDocuments(const std::string& text, const std::string& file, Diagnostics& diagnostics);

// The same value as compact JSON.
void AppendYamlAsJson(const YamlNode& node, std::string& out);

}  // namespace trailsift
