// XML as Wazuh's configuration and rule files write it, and as S3 answers it: elements with attributes, text and places. pugixml does
// the parsing and is named only in xml.cc.
//
// Wazuh's reader differs from XML, and so does ours when Dialect::kWazuh is asked for: several roots in one file; entities stay as they
// are written (`&lt;` is four characters); a bare `&` is fine; `\<` in a text is a `<` that opens no tag (the backslash stays in the
// text); stray text between elements is ignored; a DOCTYPE or CDATA is refused. In both, an attribute that stands twice is refused and an
// XML declaration passed over.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.h"

namespace trailsift {

struct XmlNode {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;  // in file order
  std::string text;                                             // the element's own text, pieces joined, not trimmed
  int line = 0;                                                 // of the `<`
  int column = 0;
  std::vector<XmlNode> children;  // in file order

  // The first child of that name; nullptr where there is none.
  const XmlNode* Child(std::string_view child) const;
  // The text of the first child of that name; empty where there is none.
  std::string_view ChildText(std::string_view child) const;
  // The value of an attribute; nullptr where there is none.
  const std::string* Attribute(std::string_view attribute) const;
};

enum class XmlDialect { kWazuh, kStandard };

// The roots of `text`. Faults go to `diagnostics` under the name `file`; the result is then empty. At most `max_depth` levels.
std::vector<XmlNode> ParseXml(std::string_view text, XmlDialect dialect, const std::string& file, Diagnostics& diagnostics,
                              int max_depth = 64);

// The element as a whole XML file, with a declaration and indented; texts and values escaped, control bytes that XML can't hold left out.
std::string XmlText(const XmlNode& root);

}  // namespace trailsift
