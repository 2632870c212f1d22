#include "rules/xml_rule_reader.h"

#include <string_view>
#include <unordered_map>

#include "rules/ascii.h"

namespace trailsift {
namespace {

struct Variable {
  std::string text;
  int definitions = 0;
};

class Reader {
 public:
  Reader(const RuleText& source, Diagnostics& diagnostics, std::vector<RuleElement>& out)
      : source_(source), diagnostics_(diagnostics), out_(out) {}

  void Read() {
    std::vector<XmlNode> roots = ParseXml(source_.text, XmlDialect::kWazuh, source_.name, diagnostics_);
    CollectVariables(roots);
    bool behind_variable = false;
    for (XmlNode& root : roots) {
      if (AsciiEqual(root.name, "var")) {
        behind_variable = true;
        continue;
      }
      if (behind_variable) Substitute(root);
      ReadGroup(root);
    }
  }

 private:
  void Error(const XmlNode& node, std::string message, std::string hint = "") {
    diagnostics_.Error(source_.name, node.line, node.column, std::move(message), std::move(hint));
  }

  void CollectVariables(const std::vector<XmlNode>& roots) {
    for (const XmlNode& root : roots) {
      if (!AsciiEqual(root.name, "var")) continue;
      const std::string* name = root.Attribute("name");
      if (name == nullptr || name->empty()) {
        diagnostics_.Warning(source_.name, root.line, root.column, "a <var> without a name has no effect",
                             "write <var name=\"…\">");
        continue;
      }
      Variable& variable = variables_[AsciiLower(*name)];
      if (variable.definitions++ > 0)
        diagnostics_.Warning(source_.name, root.line, root.column,
                             "<var> " + *name + " is defined twice; references to it stay text", "keep one definition");
      variable.text = root.text;
    }
  }

  void Substitute(XmlNode& node) {
    for (auto& [name, value] : node.attributes) SubstituteText(node, value);
    SubstituteText(node, node.text);
    for (XmlNode& child : node.children) Substitute(child);
  }

  void SubstituteText(const XmlNode& node, std::string& text) {
    std::size_t at = text.find('$');
    if (at == std::string::npos) return;
    std::string out;
    std::string_view rest = text;
    while (!rest.empty()) {
      at = rest.find('$');
      out += rest.substr(0, at);
      if (at == std::string_view::npos) break;
      rest.remove_prefix(at + 1);
      const std::string_view name = rest.substr(0, rest.find_first_of("$.|, \t\r\n"));
      if (name.empty() || name.front() == '(') {
        out += '$';
        continue;
      }
      const auto found = variables_.find(AsciiLower(name));
      if (found == variables_.end()) {
        Error(node, "$" + std::string(name) + " is no variable of this file", "a name ends at a blank . , | or $");
        return;
      }
      if (found->second.definitions > 1) {
        out += '$';
        out += name;
      } else {
        out += found->second.text;
      }
      rest.remove_prefix(name.size());
    }
    text = std::move(out);
  }

  void ReadGroup(XmlNode& root) {
    if (!AsciiEqual(root.name, "group")) {
      Error(root, "<" + root.name + "> can't stand at the top of a rule file", "only <group name=\"…\"> and <var name=\"…\"> can");
      return;
    }
    if (root.attributes.size() != 1 || !AsciiEqual(root.attributes[0].first, "name")) {
      Error(root, "<group> takes exactly one attribute, `name`", "write <group name=\"local,\">");
      return;
    }
    if (root.children.empty()) {
      Error(root, "a <group> without any rule");
      return;
    }
    for (XmlNode& child : root.children) {
      if (!AsciiEqual(child.name, "rule")) {
        Error(child, "<" + child.name + "> can't stand in a group", "only <rule> can");
        continue;
      }
      out_.push_back({source_.name, root.attributes[0].second, std::move(child)});
    }
  }

  const RuleText& source_;
  Diagnostics& diagnostics_;
  std::vector<RuleElement>& out_;
  std::unordered_map<std::string, Variable> variables_;
};

}  // namespace

void ReadRuleElements(const RuleText& source, Diagnostics& diagnostics, std::vector<RuleElement>& out) {
  Reader(source, diagnostics, out).Read();
}

}  // namespace trailsift
