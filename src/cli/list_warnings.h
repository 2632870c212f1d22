// What is odd about list files: one that no rule names, lines that are no entry. For `rules check`.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "rules/rule_set.h"

namespace trailsift {

// A list file that is declared, or lies in a list folder.
struct ListFile {
  std::string path;
  Place declared;  // where; without a file: it lies there
};

// The files of these folders and of those in them, by name.
std::vector<ListFile> ListFilesIn(const std::vector<std::string>& folders);

void WarnOfLists(const RuleSet& rules, const std::vector<ListFile>& files, Diagnostics& diagnostics);

}  // namespace trailsift
