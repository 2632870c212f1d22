// Configuration files as Wazuh 4.14 writes them (ossec.conf, agent.conf) and our own trailsift.conf in the same syntax → checked
// Settings. The format: docs/configuration.md; Wazuh's reader: src/config/config.c and its siblings at v4.14.7.
//
// What a file may hold: any number of roots <ossec_config>, <agent_config> and <trailsift>. A complete stock file loads: blocks and
// settings that we don't serve are reported once as notes. What Wazuh would refuse, and unknown tags and attributes inside blocks
// that we serve, are errors. Of several files the later ones add (<ruleset>) or replace setting by setting (<global>, <alerts>,
// <trailsift>); of several <wodle name="aws-s3"> the last one holds as a whole, as in Wazuh, and the others are warned of.
//
// Every fault of every file goes to `diagnostics`, with its place. When one of them is an error there are no settings. No
// diagnostic holds a secret. Not for several threads at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "config/settings.h"

namespace trailsift {

// A file of more bytes is refused.
inline constexpr std::size_t kMaxConfigSize = 16 << 20;

struct ConfigText {
  std::string name;  // stands in diagnostics; relative paths in the text are resolved from it
  std::string text;
};

// Reads the files in this order. Also warns of rule folders that are absent and of a secret that everybody on the machine can read.
std::optional<Settings> LoadSettings(const std::vector<std::string>& files, Diagnostics& diagnostics);

// The same from memory; looks at no file.
std::optional<Settings> LoadSettingsFromTexts(const std::vector<ConfigText>& texts, Diagnostics& diagnostics);

}  // namespace trailsift
