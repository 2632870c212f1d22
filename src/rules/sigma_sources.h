// Where Sigma rules are read from. Plain data that owns its strings.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace trailsift {

// What `%name%` stands for under `expand`.
using SigmaPlaceholders = std::map<std::string, std::vector<std::string>, std::less<>>;

struct SigmaSources {
  // Files, or folders whose *.yml and *.yaml are read, those of folders below them too.
  std::vector<std::string> paths;
  SigmaPlaceholders placeholders;
};

struct SigmaText {
  std::string file;  // as diagnostics name it
  std::string text;
};

}  // namespace trailsift
