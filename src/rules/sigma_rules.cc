#include "rules/sigma_rules.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "base/yaml.h"
#include "rules/sigma_document.h"
#include "rules/text_file.h"

namespace trailsift {
namespace {

// The Sigma files behind a path: itself, or those of a folder and the folders below it, by name.
bool ListSigmaFiles(const std::string& path, Diagnostics& diagnostics, std::vector<std::string>& files) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    files.push_back(path);
    return true;
  }
  std::vector<std::string> found;
  std::filesystem::recursive_directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    const std::string extension = entry->path().extension().string();
    if ((extension == ".yml" || extension == ".yaml") && !entry->is_directory(error)) found.push_back(entry->path().string());
  }
  if (error) {
    diagnostics.Error(path, 0, 0, "can't list the folder: " + error.message());
    return false;
  }
  if (found.empty()) diagnostics.Warning(path, 0, 0, "no Sigma rules in this folder", "they are *.yml and *.yaml");
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return true;
}

// Two rules of one id could not be told apart in alerts.
void CheckIds(const std::vector<std::unique_ptr<const SigmaRule>>& rules, Diagnostics& diagnostics) {
  std::unordered_map<std::string, const SigmaRule*> known;
  for (const std::unique_ptr<const SigmaRule>& rule : rules) {
    const auto [first, is_new] = known.emplace(rule->info.id, rule.get());
    if (is_new) continue;
    const Place& other = first->second->place;
    diagnostics.Error(rule->place.file, rule->place.line, rule->place.column,
                      (rule->uuid.empty() ? "the title is" : "the id is") + std::string(" that of another rule, at ") + other.file +
                          ':' + std::to_string(other.line),
                      "give each rule an id of its own");
  }
}

}  // namespace

std::shared_ptr<const SigmaRules> SigmaRules::LoadTexts(const std::vector<SigmaText>& texts, const SigmaPlaceholders& placeholders,
                                                        const MitreTable& mitre, Diagnostics& diagnostics) {
  auto loaded = std::make_shared<SigmaRules>();
  Diagnostics found;
  for (const SigmaText& text : texts) {
    const std::optional<std::vector<YamlNode>> documents = ParseYamlDocuments(text.text, text.file, found);
    if (!documents) continue;
    if (documents->empty()) found.Error(text.file, 0, 0, "the file holds no rule", "write a Sigma rule into it, or remove it");
    for (const YamlNode& document : *documents) {
      const std::optional<SigmaDocumentKind> kind = KindOfSigmaDocument(document, text.file, found);
      if (!kind) continue;
      if (*kind != SigmaDocumentKind::kDetection) {
        const bool filter = *kind == SigmaDocumentKind::kFilter;
        found.Error(text.file, document.line, document.column,
                    filter ? "filters can't be loaded yet" : "correlations can't be loaded yet",
                    filter ? "write what is to be left out into the rule's condition" : "a Wazuh rule with `frequency` can count");
        continue;
      }
      if (!IsForCloudTrail(document)) {
        ++loaded->left_out_;
        continue;
      }
      if (auto rule = ReadSigmaRule(document, text.file, placeholders, mitre, found)) loaded->rules_.push_back(std::move(rule));
    }
  }
  CheckIds(loaded->rules_, found);
  for (const Diagnostic& item : found.items()) diagnostics.Add(item);
  if (found.has_errors()) return nullptr;
  loaded->compiled_ = std::make_unique<const CompiledSigma>(loaded->rules_);
  return loaded;
}

std::shared_ptr<const SigmaRules> SigmaRules::Load(const SigmaSources& sources, const MitreTable& mitre, Diagnostics& diagnostics) {
  std::vector<std::string> files;
  bool readable = true;
  for (const std::string& path : sources.paths) readable = ListSigmaFiles(path, diagnostics, files) && readable;
  std::vector<SigmaText> texts;
  for (const std::string& file : files) {
    Result<std::string> text = ReadTextFile(file);
    if (text.ok()) {
      texts.push_back({file, std::move(text).value()});
    } else {
      diagnostics.Error(file, 0, 0, "can't read the rule file: " + text.status().message());
      readable = false;
    }
  }
  std::shared_ptr<const SigmaRules> rules = LoadTexts(texts, sources.placeholders, mitre, diagnostics);
  if (rules != nullptr && rules->left_out() > 0)
    diagnostics.Note(sources.paths.front(), 0, 0,
                     std::to_string(rules->rules().size()) + " Sigma rules are loaded; " + std::to_string(rules->left_out()) +
                         " are for other logs than CloudTrail's and are left out");
  return readable ? rules : nullptr;
}

}  // namespace trailsift
