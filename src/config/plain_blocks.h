// <global>, <alerts>, <ruleset> and <trailsift>: blocks of plain settings, each a table.
#pragma once

#include "base/xml.h"
#include "config/block_reader.h"
#include "config/settings.h"

namespace trailsift {

void ReadGlobal(const BlockReader& reader, const XmlNode& node, Settings& settings);
void ReadAlerts(const BlockReader& reader, const XmlNode& node, Settings& settings);
void ReadRuleset(const BlockReader& reader, const XmlNode& node, Settings& settings);
void ReadOwn(const BlockReader& reader, const XmlNode& node, Settings& settings);

// A relative `path` written in `file`, resolved as settings.h says at RulesetSettings.
std::string ResolvePath(const std::string& file, const std::string& path);

}  // namespace trailsift
