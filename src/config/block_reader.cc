#include "config/block_reader.h"

#include <algorithm>
#include <utility>

namespace trailsift {

void BlockReader::Error(const XmlNode& node, std::string message, std::string hint) const {
  diagnostics_.Error(file_, node.line, node.column, std::move(message), std::move(hint));
}

void BlockReader::Warning(const XmlNode& node, std::string message, std::string hint) const {
  diagnostics_.Warning(file_, node.line, node.column, std::move(message), std::move(hint));
}

void BlockReader::Note(const XmlNode& node, std::string message, std::string hint) const {
  diagnostics_.Note(file_, node.line, node.column, std::move(message), std::move(hint));
}

void BlockReader::NoEffect(const XmlNode& node, const std::string& what) const {
  if (once_.insert(what).second) Note(node, what + " has no effect here");
}

std::string BlockReader::Text(const XmlNode& node) const {
  for (const XmlNode& child : node.children)
    Error(child, "unknown tag <" + child.name + "> in <" + node.name + ">", "a text belongs there");
  return std::string(Trim(node.text));
}

std::string BlockReader::NeededText(const XmlNode& node) const {
  std::string text = Text(node);
  if (text.empty() && node.children.empty()) Error(node, "<" + node.name + "> is empty");
  return text;
}

std::string BlockReader::WantedText(const XmlNode& node) const {
  std::string text = Text(node);
  if (text.empty() && node.children.empty())
    Warning(node, "<" + node.name + "> is empty and has no effect", "fill it or remove it");
  return text;
}

void BlockReader::YesNo(const XmlNode& node, bool& out) const {
  const std::string text = Text(node);
  if (const std::optional<bool> value = ParseYesNo(text)) out = *value;
  else Error(node, "<" + node.name + "> is " + Quoted(text), "write yes or no");
}

void BlockReader::CheckAttributes(const XmlNode& node, const std::vector<std::string_view>& known) const {
  for (const auto& [name, value] : node.attributes) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string hint = DidYouMean(name, known);
    if (hint.empty() && known.empty()) hint = "remove it: this tag has none";
    Error(node, "unknown attribute \"" + name + "\" of <" + node.name + ">", std::move(hint));
  }
}

}  // namespace trailsift
