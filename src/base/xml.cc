#include "base/xml.h"

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

namespace trailsift {
namespace {

// Stands for the `<` of `\<` while pugixml reads; a control byte that no XML file may hold, so one that holds it is refused.
constexpr char kEscapedLess = '\x01';
constexpr std::string_view kRefusedBytes("\0\x01", 2);

class PlaceFinder {
 public:
  explicit PlaceFinder(std::string_view text) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n') starts_.push_back(i + 1);
  }

  std::pair<int, int> Find(std::ptrdiff_t offset) const {
    const auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0));
    const auto line = std::upper_bound(starts_.begin(), starts_.end(), at) - starts_.begin();
    return {static_cast<int>(line), static_cast<int>(at - starts_[static_cast<std::size_t>(line - 1)]) + 1};
  }

 private:
  std::vector<std::size_t> starts_;
};

void Restore(std::string& text) { std::replace(text.begin(), text.end(), kEscapedLess, '<'); }

struct Reader {
  const PlaceFinder& places;
  const std::string& file;
  Diagnostics& diagnostics;
  XmlDialect dialect;
  int max_depth;
  std::ptrdiff_t shift;  // bytes cut off before pugixml saw the text

  bool Read(const pugi::xml_node& parent, std::vector<XmlNode>& out, std::string* text, int depth) {
    for (const pugi::xml_node& child : parent.children()) {
      const auto [line, column] = places.Find(child.offset_debug() + shift);
      switch (child.type()) {
        case pugi::node_pcdata:
          if (text != nullptr) *text += child.value();
          break;
        case pugi::node_cdata:
          if (dialect == XmlDialect::kStandard) {
            if (text != nullptr) *text += child.value();
            break;
          }
          diagnostics.Error(file, line, column, "CDATA is not read in this file", "write the text plainly");
          return false;
        case pugi::node_doctype:
          if (dialect == XmlDialect::kStandard) break;
          diagnostics.Error(file, line, column, "a DOCTYPE is not read in this file", "remove the line");
          return false;
        case pugi::node_element: {
          if (depth >= max_depth) {
            diagnostics.Error(file, line, column, "elements are nested deeper than " + std::to_string(max_depth) + " levels");
            return false;
          }
          XmlNode node;
          node.name = child.name();
          // offset_debug points behind the `<`.
          node.line = line;
          node.column = std::max(column - 1, 1);
          for (const pugi::xml_attribute& attribute : child.attributes()) {
            if (node.Attribute(attribute.name()) != nullptr) {
              diagnostics.Error(file, node.line, node.column,
                                "attribute `" + std::string(attribute.name()) + "` of <" + node.name + "> stands twice");
              return false;
            }
            node.attributes.emplace_back(attribute.name(), attribute.value());
            Restore(node.attributes.back().second);
          }
          if (!Read(child, node.children, &node.text, depth + 1)) return false;
          Restore(node.text);
          out.push_back(std::move(node));
          break;
        }
        default: break;
      }
    }
    return true;
  }
};

void Append(const XmlNode& node, pugi::xml_node parent) {
  pugi::xml_node made = parent.append_child(node.name.c_str());
  const auto clean = [](std::string text) {
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n'; });
    return text;
  };
  for (const auto& [name, value] : node.attributes) made.append_attribute(name.c_str()).set_value(clean(value).c_str());
  if (!node.text.empty()) made.append_child(pugi::node_pcdata).set_value(clean(node.text).c_str());
  for (const XmlNode& child : node.children) Append(child, made);
}

}  // namespace

const XmlNode* XmlNode::Child(std::string_view child) const {
  for (const XmlNode& node : children)
    if (node.name == child) return &node;
  return nullptr;
}

std::string_view XmlNode::ChildText(std::string_view child) const {
  const XmlNode* node = Child(child);
  return node == nullptr ? std::string_view() : std::string_view(node->text);
}

const std::string* XmlNode::Attribute(std::string_view attribute) const {
  for (const auto& [name, value] : attributes)
    if (name == attribute) return &value;
  return nullptr;
}

std::vector<XmlNode> ParseXml(std::string_view text, XmlDialect dialect, const std::string& file, Diagnostics& diagnostics,
                              int max_depth) {
  const PlaceFinder places(text);
  std::ptrdiff_t shift = 0;
  if (text.substr(0, 3) == "\xEF\xBB\xBF") {
    text.remove_prefix(3);
    shift = 3;
  }
  if (const std::size_t at = text.find_first_of(kRefusedBytes); at != std::string_view::npos) {
    const auto [line, column] = places.Find(static_cast<std::ptrdiff_t>(at) + shift);
    diagnostics.Error(file, line, column, "a control byte (0 or 1) in an XML file", "remove it; is this a text file?");
    return {};
  }
  std::string buffer(text);
  unsigned int options =
      pugi::parse_fragment | pugi::parse_cdata | pugi::parse_declaration | pugi::parse_doctype | pugi::parse_ws_pcdata;
  if (dialect == XmlDialect::kStandard) {
    options |= pugi::parse_escapes | pugi::parse_eol;
  } else {
    for (std::size_t i = 0; i + 1 < buffer.size(); ++i)
      if (buffer[i] == '\\' && buffer[i + 1] == '<') buffer[i + 1] = kEscapedLess;
  }
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(buffer.data(), buffer.size(), options, pugi::encoding_utf8);
  if (!parsed && parsed.status != pugi::status_no_document_element) {
    const auto [line, column] = places.Find(parsed.offset + shift);
    const bool mismatch = parsed.status == pugi::status_end_element_mismatch;
    diagnostics.Error(file, line, column, std::string("broken XML: ") + parsed.description(),
                      mismatch ? "an element before this place is not closed, or is closed by another name" : "");
    return {};
  }
  std::vector<XmlNode> roots;
  Reader reader{places, file, diagnostics, dialect, max_depth, shift};
  if (!reader.Read(document, roots, nullptr, 0)) return {};
  return roots;
}

std::string XmlText(const XmlNode& root) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version").set_value("1.0");
  declaration.append_attribute("encoding").set_value("UTF-8");
  Append(root, document);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

}  // namespace trailsift
