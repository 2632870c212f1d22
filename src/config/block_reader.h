// Reading one element of a configuration by a table of the tags it may hold: unknown tags and attributes, doubled tags and bad
// values become diagnostics with their place. One reader a file; used by one thread; borrows its diagnostics.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/suggest.h"
#include "base/xml.h"
#include "config/values.h"

namespace trailsift {

// Messages that are given once for all files.
using OnceSet = std::set<std::string>;

class BlockReader {
 public:
  BlockReader(std::string file, Diagnostics& diagnostics, OnceSet& once)
      : file_(std::move(file)), diagnostics_(diagnostics), once_(once) {}

  const std::string& file() const { return file_; }
  Place PlaceOf(const XmlNode& node) const { return {file_, node.line, node.column}; }

  void Error(const XmlNode& node, std::string message, std::string hint = "") const;
  void Warning(const XmlNode& node, std::string message, std::string hint = "") const;
  void Note(const XmlNode& node, std::string message, std::string hint = "") const;
  // `what` has no effect here: a note, the first time only.
  void NoEffect(const XmlNode& node, const std::string& what) const;

  // The trimmed text. An element inside is an error.
  std::string Text(const XmlNode& node) const;
  // The same where an empty text is an error, or a warning; the result is empty then.
  std::string NeededText(const XmlNode& node) const;
  std::string WantedText(const XmlNode& node) const;
  // yes | no; anything else is an error and leaves `out` alone.
  void YesNo(const XmlNode& node, bool& out) const;
  // An error for each attribute that is not among `known`.
  void CheckAttributes(const XmlNode& node, const std::vector<std::string_view>& known) const;

 private:
  std::string file_;
  Diagnostics& diagnostics_;
  OnceSet& once_;
};

// One tag of a block whose settings are a T.
template <typename T>
struct Tag {
  std::string_view name;
  void (*read)(const BlockReader& reader, const XmlNode& node, T& out);
  bool many = false;                // may stand more than once
  std::string_view attribute = {};  // the one it may have
};

template <typename T>
struct Block {
  std::vector<Tag<T>> tags;
  std::vector<std::string_view> no_effect = {};  // tags that Wazuh knows and we don't serve
};

// Reads the children of `parent`. `where` names the block in notes: `<global>`.
template <typename T>
void ReadBlock(const BlockReader& reader, const XmlNode& parent, const Block<T>& block, const std::string& where, T& out) {
  std::set<std::string_view> seen;
  for (const XmlNode& node : parent.children) {
    const Tag<T>* tag = nullptr;
    for (const Tag<T>& candidate : block.tags)
      if (candidate.name == node.name) tag = &candidate;
    if (tag != nullptr) {
      reader.CheckAttributes(node, tag->attribute.empty() ? std::vector<std::string_view>{} : std::vector{tag->attribute});
      if (!seen.insert(tag->name).second && !tag->many)
        reader.Warning(node, "<" + node.name + "> stands here again: the last one holds");
      tag->read(reader, node, out);
      continue;
    }
    bool known = false;
    for (const std::string_view name : block.no_effect) known = known || name == node.name;
    if (known) {
      reader.NoEffect(node, "<" + node.name + "> in " + where);
      continue;
    }
    std::vector<std::string_view> names = block.no_effect;
    for (const Tag<T>& candidate : block.tags) names.push_back(candidate.name);
    reader.Error(node, "unknown tag <" + node.name + "> in " + where, DidYouMean(node.name, names, "<", ">"));
  }
}

}  // namespace trailsift
