// From a rule file's text to its <rule> elements: XML, <var>, and the frame of groups. What stands inside a rule is not looked at.
//
// <var name="X">text</var> defines $X for everything behind the first <var> of the file, in texts and attribute values; the name ends at
// a blank, `.`, `,`, `|` or `$`, and case does not count. `$(` is left alone. An unknown name is an error; before the first <var>
// of a file a `$` is just text, and so is a name that is defined twice. (Source: answers of Wazuh's loader.)
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/xml.h"

namespace trailsift {

// A rule file in memory; `name` is what diagnostics call it.
struct RuleText {
  std::string name;
  std::string text;
};

struct RuleElement {
  std::string file;
  std::string group;  // the name of the group around it
  XmlNode node;
};

// Appends the rules of one file; faults go to `diagnostics`.
void ReadRuleElements(const RuleText& source, Diagnostics& diagnostics, std::vector<RuleElement>& out);

}  // namespace trailsift
