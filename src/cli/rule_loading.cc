#include "cli/rule_loading.h"

#include <algorithm>
#include <filesystem>

#include "rules/sigma_rules.h"
#include "rules/text_file.h"

namespace trailsift {
namespace {

constexpr std::string_view kLists = "lists/";

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void AddMitre(RuleSources& sources) {
  for (const auto& [name, text] : EmbeddedRules())
    if (name == "mitre.tsv") sources.built_in_mitre = text;
}

void AddDefault(RuleSources& sources) {
  AddMitre(sources);
  for (const auto& [name, text] : EmbeddedRules())
    if (EndsWith(name, ".xml")) sources.built_in.push_back({"default rules/" + name, text});
}

// The shipped lists are there whatever the rules.
void AddDefaultLists(RuleSources& sources) {
  for (const auto& [name, text] : EmbeddedRules())
    if (name.rfind(kLists, 0) == 0) sources.built_in_lists.emplace_back("etc/" + name, text);
}

// The folder `lists` in it, where there is one.
void AddListsOf(const std::filesystem::path& folder, std::vector<std::string>& folders) {
  const std::filesystem::path lists = folder / "lists";
  std::error_code error;
  if (std::filesystem::is_directory(lists, error)) folders.push_back(lists.string());
}

// Files and folders, each with the lists that stand beside them.
void AddPath(const std::string& path, RuleSources& sources) {
  sources.paths.push_back(path);
  std::error_code error;
  AddListsOf(std::filesystem::is_directory(path, error) ? std::filesystem::path(path) : std::filesystem::path(path).parent_path(),
             sources.shipped_list_folders);
}

// A list that the configuration declares must be there. Where its whole folder is missing, a stock file speaks of a Wazuh that this machine
// does not have.
void AddDeclaredList(const RulesetSettings::Entry& entry, RuleSources& sources, Diagnostics& diagnostics) {
  const std::filesystem::path path(entry.path);
  std::error_code error;
  if (!std::filesystem::is_directory(path.parent_path(), error)) {
    diagnostics.Warning(entry.place.file, entry.place.line, entry.place.column,
                        "the list " + entry.path + " is not there, nor its folder");
    return;
  }
  const std::filesystem::path plain = path.extension() == ".cdb" ? path.parent_path() / path.stem() : path;
  if (const Result<std::string> text = ReadTextFile(plain.string()); !text.ok())
    diagnostics.Error(entry.place.file, entry.place.line, entry.place.column, "the list can't be read: " + text.status().message(),
                      "make the file or take the <list> out");
  sources.list_files.push_back(plain.string());
}

// Wazuh's own rules: what the default ruleset stands in for.
bool IsWazuhOwn(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path == "ruleset/rules" || EndsWith(path, "/ruleset/rules");
}

bool IsExcluded(const std::filesystem::path& file, const std::vector<std::string>& excluded) {
  return std::any_of(excluded.begin(), excluded.end(), [&](const std::string& entry) {
    return entry == file.string() || std::filesystem::path(entry).filename() == file.filename();
  });
}

}  // namespace

RuleSources ChosenRules(const std::vector<std::string>& choice, const std::vector<std::string>& list_folders,
                        const SigmaSources& sigma) {
  RuleSources sources;
  sources.sigma = sigma;
  sources.list_folders = list_folders;
  AddDefaultLists(sources);
  if (choice.empty()) AddDefault(sources);
  for (const std::string& path : choice)
    if (path != "none") AddPath(path, sources);
  if (sources.paths.empty()) AddMitre(sources);  // Sigma's tags name techniques, too
  return sources;
}

void AddListFolders(RuleSources& sources) {
  if (!sources.list_folders.empty()) return;
  for (const std::string& path : sources.paths) {
    std::error_code error;
    std::filesystem::path folder = path;
    if (!std::filesystem::is_directory(folder, error)) folder = folder.parent_path();
    for (const std::filesystem::path& lists : {folder / "lists", folder / ".." / "lists"})
      if (std::filesystem::is_directory(lists, error)) sources.list_folders.push_back(lists.string());
  }
}

std::shared_ptr<const RuleSet> LoadRules(const std::vector<std::string>& choice, const std::vector<std::string>& list_folders,
                                         const SigmaSources& sigma, Diagnostics& diagnostics) {
  return RuleSet::Load(ChosenRules(choice, list_folders, sigma), diagnostics);
}

std::shared_ptr<const RuleSet> LoadConfiguredRules(const Settings& settings, const std::vector<std::string>& config_files,
                                                   Diagnostics& diagnostics, const SigmaSources& sigma) {
  Diagnostics found;
  RuleSources sources;
  sources.sigma = sigma;
  if (!settings.own.sigma_rules.empty()) sources.sigma.paths.insert(sources.sigma.paths.begin(), settings.own.sigma_rules);
  // A user's rules may speak of decoders of theirs, which nothing here needs: that must not keep the others from loading.
  sources.decoders = {"*"};
  AddDefaultLists(sources);
  for (const RulesetSettings::Entry& list : settings.ruleset.lists) AddDeclaredList(list, sources, found);
  for (const std::string& file : config_files) AddListsOf(std::filesystem::path(file).parent_path(), sources.list_folders);
  if (settings.own.rules.empty()) AddDefault(sources);
  else if (settings.own.rules == "none") AddMitre(sources);
  else AddPath(settings.own.rules, sources);
  for (const RulesetSettings::Entry& entry : settings.ruleset.rules) {
    if (IsWazuhOwn(entry.path)) {
      found.Note(entry.place.file, entry.place.line, entry.place.column,
                 entry.path + " is left out: the default ruleset of trailsift stands in for Wazuh's own");
      continue;
    }
    std::error_code error;
    // A stock file names folders that a machine without Wazuh lacks; config/ has warned of it. A file that is named must be there.
    if (!std::filesystem::exists(entry.path, error) && std::filesystem::path(entry.path).extension() != ".xml") continue;
    if (!std::filesystem::is_directory(entry.path, error)) {
      if (!IsExcluded(entry.path, settings.ruleset.rule_exclude)) sources.paths.push_back(entry.path);
      continue;
    }
    const Result<Expression> pattern =
        Expression::Compile(ExpressionType::kOsRegex, entry.pattern.empty() ? ".xml$" : entry.pattern, false);
    if (!pattern.ok()) {
      found.Error(entry.place.file, entry.place.line, entry.place.column,
                  "pattern " + entry.pattern + ": " + pattern.status().message());
      continue;
    }
    std::vector<std::string> files;
    for (const auto& file : std::filesystem::directory_iterator(entry.path, error))
      if (pattern->Holds(file.path().filename().string()) && !IsExcluded(file.path(), settings.ruleset.rule_exclude))
        files.push_back(file.path().string());
    std::sort(files.begin(), files.end());
    sources.paths.insert(sources.paths.end(), files.begin(), files.end());
  }
  std::shared_ptr<const RuleSet> rules = RuleSet::Load(sources, found);
  for (const Diagnostic& item : found.items()) diagnostics.Add(item);
  return found.has_errors() ? nullptr : rules;
}

std::string DescribeRules(const RuleSet& rules) {
  const std::size_t sigma = rules.sigma().rules().size();
  std::string text = std::to_string(rules.rules().size()) + " rules, " +
                     (sigma > 0 ? std::to_string(sigma) + " Sigma rules, " : std::string()) + std::to_string(rules.lists().size()) +
                     " lists";
  std::string apart;
  for (const auto& [name, use] : rules.lists()) {
    if (use.origin != ListUse::Origin::kFile) continue;
    apart += apart.empty() ? " (" : ", ";
    apart += name.substr(name.rfind('/') + 1) + " from " + use.path;
  }
  return apart.empty() ? text : text + apart + ')';
}

}  // namespace trailsift
