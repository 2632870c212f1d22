#include "rules/sigma_rules.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "base/yaml.h"
#include "rules/ascii.h"
#include "rules/sigma_correlation_reader.h"
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

// Reads documents one after another; what refers to others is resolved at the end.
class Loader {
 public:
  Loader(const SigmaPlaceholders& placeholders, const MitreTable& mitre, Diagnostics& diagnostics)
      : placeholders_(placeholders), mitre_(mitre), diagnostics_(diagnostics) {}

  void Read(const YamlNode& document, const std::string& file) {
    const std::optional<SigmaDocumentKind> kind = KindOfSigmaDocument(document, file, diagnostics_);
    if (!kind) return;
    if (*kind == SigmaDocumentKind::kCorrelation) {
      if (auto draft = ReadSigmaCorrelation(document, file, mitre_, diagnostics_)) drafts_.push_back(std::move(draft));
    } else if (!IsForCloudTrail(document)) {
      left_out_.push_back({TextOf(document, "id"), TextOf(document, "name")});
    } else if (*kind == SigmaDocumentKind::kFilter) {
      if (auto filter = ReadSigmaFilter(document, file, placeholders_, mitre_, diagnostics_)) filters_.push_back(std::move(filter));
    } else if (auto rule = ReadSigmaRule(document, file, placeholders_, mitre_, diagnostics_)) {
      rule->index = rules_.size();
      rules_.push_back(std::move(rule));
    }
  }

  void Link() {
    for (const auto& rule : rules_) CheckId(rule->info.id, rule->uuid, rule->place);
    for (const auto& draft : drafts_) CheckId(draft->correlation.info.id, draft->correlation.uuid, draft->correlation.place);
    for (const auto& filter : filters_) Apply(*filter);
    linked_ = LinkSigmaCorrelations(std::move(drafts_), rules_, left_out_, diagnostics_);
  }

  std::vector<std::unique_ptr<SigmaRule>>& rules() { return rules_; }
  std::vector<SigmaCorrelation>& correlations() { return linked_.correlations; }
  std::size_t left_out() const { return left_out_.size() + linked_.left_out; }

 private:
  static std::string TextOf(const YamlNode& document, const char* name) {
    const YamlNode* node = document.Find(name);
    return node != nullptr && node->is_scalar() ? node->text : std::string();
  }

  // Two rules of one id could not be told apart in alerts.
  void CheckId(const std::string& id, const std::string& uuid, const Place& place) {
    const auto [first, is_new] = ids_.emplace(id, place);
    if (is_new) return;
    const Place& other = first->second;
    diagnostics_.Error(place.file, place.line, place.column,
                       (uuid.empty() ? "the title is" : "the id is") + std::string(" that of another rule, at ") + other.file +
                           ':' + std::to_string(other.line),
                       "give each rule an id of its own");
  }

  void Apply(const SigmaFilter& filter) {
    for (const std::unique_ptr<SigmaRule>& rule : rules_) {
      const bool meant = std::any_of(filter.references.begin(), filter.references.end(),
                                     [&](const SigmaReference& reference) { return IsMeant(*rule, reference); });
      if (meant || filter.for_all) ApplySigmaFilter(filter, *rule);
    }
    // Of a set of rules that is not loaded whole, perhaps.
    for (const SigmaReference& reference : filter.references)
      if (std::none_of(rules_.begin(), rules_.end(), [&](const auto& rule) { return IsMeant(*rule, reference); }))
        diagnostics_.Warning(reference.place.file, reference.place.line, reference.place.column,
                             "the filter is for a rule that is not loaded: `" + reference.name + '`');
  }
  static bool IsMeant(const SigmaRule& rule, const SigmaReference& reference) {
    return AsciiEqual(rule.uuid, reference.name) || rule.name == reference.name;
  }

  const SigmaPlaceholders& placeholders_;
  const MitreTable& mitre_;
  Diagnostics& diagnostics_;
  std::vector<std::unique_ptr<SigmaRule>> rules_;
  std::vector<std::unique_ptr<SigmaCorrelationDraft>> drafts_;
  std::vector<std::unique_ptr<SigmaFilter>> filters_;
  std::vector<SigmaLeftOut> left_out_;
  std::unordered_map<std::string, Place> ids_;
  LinkedSigma linked_;
};

}  // namespace

std::shared_ptr<const SigmaRules> SigmaRules::LoadTexts(const std::vector<SigmaText>& texts, const SigmaPlaceholders& placeholders,
                                                        const MitreTable& mitre, Diagnostics& diagnostics) {
  Diagnostics found;
  Loader loader(placeholders, mitre, found);
  for (const SigmaText& text : texts) {
    const std::optional<std::vector<YamlNode>> documents = ParseYamlDocuments(text.text, text.file, found);
    if (!documents) continue;
    if (documents->empty()) found.Error(text.file, 0, 0, "the file holds no rule", "write a Sigma rule into it, or remove it");
    for (const YamlNode& document : *documents) loader.Read(document, text.file);
  }
  // With a rule missing what refers to it would be told as a fault of its own.
  if (!found.has_errors()) loader.Link();
  for (const Diagnostic& item : found.items()) diagnostics.Add(item);
  if (found.has_errors()) return nullptr;
  auto loaded = std::make_shared<SigmaRules>();
  for (std::unique_ptr<SigmaRule>& rule : loader.rules()) loaded->rules_.push_back(std::move(rule));
  loaded->correlations_ = std::move(loader.correlations());
  loaded->left_out_ = loader.left_out();
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
