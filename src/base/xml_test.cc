#include "base/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace trailsift {
namespace {

using testing::HasSubstr;

// One line per element: `name[@attribute=value…]='text' line:column`, children indented.
void Dump(const XmlNode& node, int depth, std::string& out) {
  out += std::string(static_cast<std::size_t>(depth), ' ') + node.name;
  for (const auto& [name, value] : node.attributes) out += "@" + name + "=" + value;
  out += "='" + node.text + "' " + std::to_string(node.line) + ":" + std::to_string(node.column) + "\n";
  for (const XmlNode& child : node.children) Dump(child, depth + 1, out);
}

std::string Parsed(std::string_view text, XmlDialect dialect) {
  Diagnostics diagnostics;
  std::string out;
  for (const XmlNode& root : ParseXml(text, dialect, "f.xml", diagnostics)) Dump(root, 0, out);
  for (const Diagnostic& diagnostic : diagnostics.items()) out += diagnostic.ToString() + "\n";
  return out;
}

TEST(Xml, ReadsWazuhFiles) {
  struct Case {
    const char* what;
    const char* text;
    const char* expected;
  };
  const Case kCases[] = {
      {"nothing", "", ""},
      {"only blanks and comments", " \n<!-- <a> --> ", ""},
      {"a declaration", "<?xml version=\"1.0\"?>\n<a/>", "a='' 2:1\n"},
      {"several roots", "<a>1</a>\n<b>2</b>", "a='1' 1:1\nb='2' 2:1\n"},
      {"the same root twice", "<a/><a/>", "a='' 1:1\na='' 1:5\n"},
      {"children keep their order and place", "<a>\n  <b>x</b>\n  <c/>\n</a>", "a='\n  \n  \n' 1:1\n b='x' 2:3\n c='' 3:3\n"},
      {"attributes in order, both quotes", "<a z=\"1\" b='2'/>", "a@z=1@b=2='' 1:1\n"},
      {"an entity stays as written", "<a>x &lt; y &amp; z</a>", "a='x &lt; y &amp; z' 1:1\n"},
      {"a bare ampersand", "<a>x & y && z</a>", "a='x & y && z' 1:1\n"},
      {"an escaped less-than opens no tag", "<a>x\\<b></a>", "a='x\\<b>' 1:1\n"},
      {"in an attribute too", "<a b=\"\\<c\"/>", "a@b=\\<c='' 1:1\n"},
      {"a greater-than in a text", "<a>x > y</a>", "a='x > y' 1:1\n"},
      {"text around a comment is joined", "<a>x<!-- no -->y</a>", "a='xy' 1:1\n"},
      {"text is not trimmed", "<a> x </a>", "a=' x ' 1:1\n"},
      {"stray text between elements", "hello <a>1</a> world", "a='1' 1:7\n"},
      {"a byte order mark counts three bytes", "\xEF\xBB\xBF<a/>", "a='' 1:4\n"},
      {"columns count bytes", "<a>\xc3\xa9<b/></a>", "a='\xc3\xa9' 1:1\n b='' 1:6\n"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Parsed(c.text, XmlDialect::kWazuh), c.expected) << c.what;
}

TEST(Xml, ReadsStandardXml) {
  struct Case {
    const char* what;
    const char* text;
    const char* expected;
  };
  const Case kCases[] = {
      {"a declaration", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>", "a='' 2:1\n"},
      {"entities are resolved", "<a>x &lt;&#38;&#x41; y</a>", "a='x <&A y' 1:1\n"},
      {"CDATA is text", "<a>x<![CDATA[<b>&amp;]]></a>", "a='x<b>&amp;' 1:1\n"},
      {"a backslash is a backslash", "<a>x\\<b/></a>", "a='x\\' 1:1\n b='' 1:6\n"},
      {"a namespace is an attribute", "<a xmlns=\"u\"><p:b/></a>", "a@xmlns=u='' 1:1\n p:b='' 1:14\n"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Parsed(c.text, XmlDialect::kStandard), c.expected) << c.what;
}

TEST(Xml, SaysWhereItIsBroken) {
  struct Case {
    const char* what;
    std::string text;
    const char* expected;  // the front of the one line
  };
  const Case kCases[] = {
      {"never closed", "<a>\n<b>x</b>\n", "f.xml:2:9: error: broken XML: "},
      {"closed by another name", "<a>\n  <b>x</c>\n</a>", "f.xml:2:9: error: broken XML: "},
      {"closed twice", "<a></a></a>", "f.xml:1:10: error: broken XML: "},
      {"half a tag", "<a", "f.xml:1:"},
      {"an attribute without a value", "<a b/>", "f.xml:1:"},
      {"a NUL byte", std::string("<a>\n\0</a>", 9), "f.xml:2:1: error: a control byte"},
      {"the byte that stands for an escape", "<a>\n \x01</a>", "f.xml:2:2: error: a control byte"},
      {"an attribute twice", "<b><a x=\"1\" x=\"2\"/></b>", "f.xml:1:4: error: attribute `x` of <a> stands twice"},
      {"a DOCTYPE", "<!DOCTYPE a><a/>", "f.xml:1:"},
      {"CDATA", "<a>\n<![CDATA[x]]></a>", "f.xml:2:"},
  };
  for (const Case& c : kCases) {
    const std::string said = Parsed(c.text, XmlDialect::kWazuh);
    EXPECT_EQ(said.substr(0, std::string_view(c.expected).size()), c.expected) << c.what << ": " << said;
    EXPECT_EQ(said.find('\n'), said.size() - 1) << c.what << ": one fault, no element: " << said;
  }
}

TEST(Xml, LimitsDepth) {
  const auto nested = [](int levels) {
    std::string text;
    for (int i = 0; i < levels; ++i) text += "<a>";
    for (int i = 0; i < levels; ++i) text += "</a>";
    return text;
  };
  Diagnostics diagnostics;
  EXPECT_EQ(ParseXml(nested(64), XmlDialect::kWazuh, "f", diagnostics).size(), 1u);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_TRUE(ParseXml(nested(65), XmlDialect::kWazuh, "f", diagnostics).empty());
  ASSERT_EQ(diagnostics.items().size(), 1u);
  EXPECT_THAT(diagnostics.items()[0].message, HasSubstr("deeper than 64"));
  Diagnostics deep;
  EXPECT_TRUE(ParseXml(nested(300000), XmlDialect::kWazuh, "f", deep).empty());
  EXPECT_TRUE(deep.has_errors());
}

TEST(Xml, FindsChildrenAndAttributes) {
  Diagnostics diagnostics;
  const auto roots = ParseXml("<a k='1'><b>x</b><b>y</b></a>", XmlDialect::kWazuh, "f", diagnostics);
  ASSERT_EQ(roots.size(), 1u);
  ASSERT_NE(roots[0].Child("b"), nullptr);
  EXPECT_EQ(roots[0].Child("b")->text, "x");
  EXPECT_EQ(roots[0].Child("B"), nullptr);
  EXPECT_EQ(roots[0].ChildText("b"), "x");
  EXPECT_EQ(roots[0].ChildText("c"), "");
  ASSERT_NE(roots[0].Attribute("k"), nullptr);
  EXPECT_EQ(*roots[0].Attribute("k"), "1");
  EXPECT_EQ(roots[0].Attribute("j"), nullptr);
}

TEST(XmlTest, WritesWhatItReads) {
  XmlNode root;
  root.name = "a";
  root.attributes = {{"x", "1 < 2 & \"3\"\n"}};
  XmlNode child;
  child.name = "b";
  child.text = "t\x01 <&> ü\n";
  root.children = {child, child};
  const std::string text = XmlText(root);
  EXPECT_EQ(text.rfind("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a ", 0), 0u) << text;
  Diagnostics diagnostics;
  const std::vector<XmlNode> roots = ParseXml(text, XmlDialect::kStandard, "f", diagnostics);
  ASSERT_EQ(roots.size(), 1u) << text;
  EXPECT_EQ(*roots[0].Attribute("x"), "1 < 2 & \"3\"\n");
  ASSERT_EQ(roots[0].children.size(), 2u);
  EXPECT_EQ(roots[0].children[1].text, "t <&> ü\n");
}

}  // namespace
}  // namespace trailsift
