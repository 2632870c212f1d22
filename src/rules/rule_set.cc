#include "rules/rule_set.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "rules/compiled_rules.h"
#include "rules/mitre.h"
#include "rules/rule_checker.h"
#include "rules/rule_linker.h"
#include "rules/sigma_rules.h"
#include "rules/text_file.h"

namespace trailsift {
namespace {

constexpr const char* kAccountNames = "etc/lists/trailsift/account_names";

// The lists that derived fields read: looked for whether or not a rule names them.
struct DerivedList {
  std::string name;
  const ValueList* list;  // nullptr: there is none
};
std::vector<DerivedList> FindDerivedLists(ListStore& lists) {
  std::vector<DerivedList> found;
  for (const char* name : {"etc/lists/trailsift/accounts_own", "etc/lists/trailsift/accounts_vendor", kAccountNames}) {
    const Result<const ValueList*> list = lists.Find(name);
    found.push_back({name, list.ok() ? *list : nullptr});
  }
  return found;
}

// What rules are made of, read already.
struct RuleInputs {
  std::vector<RuleText> texts;
  MitreTable mitre;
  std::vector<std::string> decoders;
  std::shared_ptr<const SigmaRules> sigma;
};

std::shared_ptr<const RuleSet> Compile(std::shared_ptr<const RuleInputs> inputs, ListStore lists, Diagnostics& diagnostics);

class LoadedRules final : public RuleSet {
 public:
  LoadedRules(RuleLinker& linker, std::shared_ptr<const RuleInputs> inputs, ListStore lists)
      : inputs_(std::move(inputs)),
        lists_(std::move(lists)),
        derived_lists_(FindDerivedLists(lists_)),
        rules_(std::move(linker.rules())),
        roots_(linker.roots()),
        by_id_(linker.by_id()),
        compiled_(rules_, roots_) {}

  const std::vector<std::unique_ptr<Rule>>& rules() const override { return rules_; }
  const std::vector<const Rule*>& roots() const override { return roots_; }
  const Rule* Find(int id) const override {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
  }
  bool InList(std::string_view list, std::string_view key) const override {
    return std::any_of(derived_lists_.begin(), derived_lists_.end(), [&](const DerivedList& known) {
      return known.name == list && known.list != nullptr && known.list->Find(key);
    });
  }
  std::optional<std::string_view> AccountName(std::string_view account) const override {
    const ValueList* names = derived_lists_.back().list;
    const std::optional<std::string_view> name = names == nullptr ? std::nullopt : names->Find(account);
    return name && name->empty() ? std::nullopt : name;
  }
  const CompiledRules& compiled() const override { return compiled_; }
  const SigmaRules& sigma() const override { return *inputs_->sigma; }
  const std::map<std::string, ListUse>& lists() const override { return lists_.used(); }

  std::shared_ptr<const RuleSet> WithLearned(const ListTexts& learned) const override {
    ListStore lists = lists_;
    lists.SetLearned(learned);
    Diagnostics said_before;
    return Compile(inputs_, std::move(lists), said_before);
  }

 private:
  std::shared_ptr<const RuleInputs> inputs_;
  ListStore lists_;
  std::vector<DerivedList> derived_lists_;
  std::vector<std::unique_ptr<Rule>> rules_;
  std::vector<const Rule*> roots_;
  std::unordered_map<int, Rule*> by_id_;
  CompiledRules compiled_;
};

std::shared_ptr<const RuleSet> Compile(std::shared_ptr<const RuleInputs> inputs, ListStore lists, Diagnostics& diagnostics) {
  Diagnostics found;
  std::vector<RuleElement> elements;
  for (const RuleText& text : inputs->texts) ReadRuleElements(text, found, elements);
  RuleChecker checker(lists, inputs->mitre, inputs->decoders, found);
  std::vector<std::unique_ptr<RuleDraft>> drafts;
  for (const RuleElement& element : elements)
    if (std::unique_ptr<RuleDraft> draft = checker.Check(element)) drafts.push_back(std::move(draft));
  RuleLinker linker(found);
  linker.Link(std::move(drafts));
  for (const Diagnostic& item : found.items()) diagnostics.Add(item);
  if (found.has_errors() || inputs->sigma == nullptr) return nullptr;
  return std::make_shared<const LoadedRules>(linker, std::move(inputs), std::move(lists));
}

// The rule files behind a path: itself, or the *.xml of a folder by name.
bool ListRuleFiles(const std::string& path, Diagnostics& diagnostics, std::vector<std::string>& files) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    files.push_back(path);
    return true;
  }
  std::vector<std::string> found;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    if (entry->path().extension() == ".xml") found.push_back(entry->path().string());
  if (error) {
    diagnostics.Error(path, 0, 0, "can't list the folder: " + error.message());
    return false;
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return true;
}

MitreTable FindMitreTable(const RuleSources& sources, Diagnostics& diagnostics) {
  if (!sources.mitre_file.empty()) {
    Result<std::string> text = ReadTextFile(sources.mitre_file);
    if (text.ok()) return MitreTable::Parse(*text);
    diagnostics.Warning(sources.mitre_file, 0, 0, "can't read the table of MITRE techniques: " + text.status().message());
  }
  for (const std::string& path : sources.paths) {
    std::error_code error;
    const std::filesystem::path folder =
        std::filesystem::is_directory(path, error) ? std::filesystem::path(path) : std::filesystem::path(path).parent_path();
    Result<std::string> text = ReadTextFile((folder / "mitre.tsv").string());
    if (text.ok()) return MitreTable::Parse(*text);
  }
  return MitreTable::Parse(sources.built_in_mitre);
}

}  // namespace

std::shared_ptr<const RuleSet> RuleSet::Load(const RuleSources& sources, Diagnostics& diagnostics) {
  std::vector<std::string> files;
  bool readable = true;
  for (const std::string& path : sources.paths) readable = ListRuleFiles(path, diagnostics, files) && readable;
  auto inputs = std::make_shared<RuleInputs>();
  inputs->texts = sources.built_in;
  for (const std::string& file : files) {
    Result<std::string> text = ReadTextFile(file);
    if (text.ok()) {
      inputs->texts.push_back({file, std::move(text).value()});
    } else {
      diagnostics.Error(file, 0, 0, "can't read the rule file: " + text.status().message());
      readable = false;
    }
  }
  inputs->mitre = FindMitreTable(sources, diagnostics);
  inputs->decoders = sources.decoders;
  inputs->sigma = SigmaRules::Load(sources.sigma, inputs->mitre, diagnostics);
  ListStore lists(sources.list_files, sources.list_folders, sources.shipped_list_folders);
  lists.SetBuiltIn(sources.built_in_lists);
  lists.SetLearned(sources.learned_lists);
  lists.SetReplaced(sources.replaced_lists);
  std::shared_ptr<const RuleSet> rules = Compile(std::move(inputs), std::move(lists), diagnostics);
  return readable ? rules : nullptr;
}

std::shared_ptr<const RuleSet> RuleSet::LoadTexts(const std::vector<RuleText>& texts, const ListTexts& lists,
                                                  Diagnostics& diagnostics, const std::vector<SigmaText>& sigma) {
  auto inputs = std::make_shared<RuleInputs>();
  inputs->texts = texts;
  inputs->sigma = SigmaRules::LoadTexts(sigma, {}, inputs->mitre, diagnostics);
  ListStore store({}, {});
  store.SetBuiltIn(lists);
  return Compile(std::move(inputs), std::move(store), diagnostics);
}

}  // namespace trailsift
