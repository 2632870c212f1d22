#include "cli/list_warnings.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <unordered_set>

#include "rules/lists.h"
#include "rules/text_file.h"

namespace trailsift {
namespace {

constexpr int kMaxLinesTold = 5;

// `etc/lists/amazon/aws-eventnames.cdb` is `aws-eventnames`: rules and files may write the rest in different ways.
std::string LastName(std::string_view name) {
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  if (name.size() > 4 && name.substr(name.size() - 4) == ".cdb") name.remove_suffix(4);
  return std::string(name);
}

// Who uses a list that no rule names: a stock Wazuh has some for rules of its own, which are not loaded here, and derived fields ask two
// of ours (enrich/accounts.h).
bool IsUsedElsewhere(const std::string& name) {
  static const std::unordered_set<std::string> kNames = {"audit-keys",   "aws-eventnames",    "security-eventchannel",
                                                         "malicious-ip", "malicious-domains", "malware-hashes",
                                                         "accounts_own", "accounts_vendor"};
  return kNames.contains(name);
}

void WarnOfLines(const std::string& path, Diagnostics& diagnostics) {
  const Result<std::string> text = ReadTextFile(path);
  if (!text.ok()) return;  // whoever loads it says so
  std::string_view rest = *text;
  int told = 0;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos || ValueList::Parse(line).size() > 0) continue;
    if (++told > kMaxLinesTold) continue;
    diagnostics.Warning(path, number, 0, "the line is no entry and is passed over, as in Wazuh", "write `key:` or `key:value`");
  }
  if (told > kMaxLinesTold)
    diagnostics.Warning(path, 0, 0, std::to_string(told - kMaxLinesTold) + " more lines are no entries",
                        "write `key:` or `key:value`");
}

}  // namespace

std::vector<ListFile> ListFilesIn(const std::vector<std::string>& folders) {
  std::vector<ListFile> files;
  for (const std::string& folder : folders) {
    std::error_code error;
    std::filesystem::recursive_directory_iterator entry(folder, error);
    for (; !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
      const std::filesystem::path& path = entry->path();
      const bool is_text = path.extension() != ".cdb" && path.extension() != ".md" && path.filename().string().front() != '.';
      if (is_text && entry->is_regular_file(error)) files.push_back({path.string(), {}});
    }
  }
  std::sort(files.begin(), files.end(), [](const ListFile& a, const ListFile& b) { return a.path < b.path; });
  return files;
}

void WarnOfLists(const RuleSet& rules, const std::vector<ListFile>& files, Diagnostics& diagnostics) {
  std::unordered_set<std::string> used = {"account_names"};  // RuleSet::AccountName
  for (const std::unique_ptr<Rule>& rule : rules.rules())
    for (const ListCondition& condition : rule->lists) used.insert(LastName(condition.list_name));
  for (const ListFile& file : files) {
    const std::string name = LastName(file.path);
    if (used.contains(name)) {
      WarnOfLines(file.path, diagnostics);
    } else if (!IsUsedElsewhere(name)) {
      const Place& declared = file.declared;
      diagnostics.Warning(declared.file.empty() ? file.path : declared.file, declared.line, declared.column,
                          "list `" + file.path + "` is used by no rule", "name it in a <list>, or take it out");
    }
  }
}

}  // namespace trailsift
