// The rules of one configuration, loaded and compiled. Immutable; shared as shared_ptr<const RuleSet> and swapped between batches.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/status.h"
#include "rules/list_store.h"
#include "rules/rule.h"
#include "rules/sigma_sources.h"
#include "rules/xml_rule_reader.h"

namespace trailsift {

class CompiledRules;
class SigmaRules;

struct RuleSources {
  // Files in memory: rules, loaded before all others; lists, found behind all others; the table of MITRE techniques.
  std::vector<RuleText> built_in;
  ListTexts built_in_lists;
  std::string built_in_mitre;
  // Lists as (last part of the name, text) that take the place of all others: what tests of rules fill in.
  std::vector<std::pair<std::string, std::string>> replaced_lists;
  // Lists that the program itself has filled: they go before the built-in ones and behind the folders.
  ListTexts learned_lists;
  // Files or folders (their *.xml by name), loaded in this order as one set.
  std::vector<std::string> paths;
  // Files that are lists, and folders in which others are sought (rules/list_store.h).
  std::vector<std::string> list_files;
  std::vector<std::string> list_folders;
  // Folders of lists that come with the rules: behind list_folders, and an empty list behind learned_lists.
  std::vector<std::string> shipped_list_folders;
  // Decoders that <decoded_as> may name besides those that Wazuh ships; `*`: any, with a warning.
  std::vector<std::string> decoders;
  // The table of MITRE techniques (rules/mitre.h). Empty: `mitre.tsv` in the folders of `paths`, in their order; else the one
  // in memory; without one, alerts show ids only.
  std::string mitre_file;
  SigmaSources sigma;
};

class RuleSet {
 public:
  // Loads and compiles. Every fault goes to `diagnostics`; nullptr when one of them is an error.
  static std::shared_ptr<const RuleSet> Load(const RuleSources& sources, Diagnostics& diagnostics);

  // The same from texts in memory.
  static std::shared_ptr<const RuleSet> LoadTexts(const std::vector<RuleText>& texts, const ListTexts& lists,
                                                  Diagnostics& diagnostics, const std::vector<SigmaText>& sigma = {});

  virtual ~RuleSet() = default;
  // All of Wazuh's rules, in load order; and the roots of Wazuh's tree in the order they are tried.
  virtual const std::vector<std::unique_ptr<Rule>>& rules() const = 0;
  virtual const std::vector<const Rule*>& roots() const = 0;
  virtual const Rule* Find(int id) const = 0;
  // Whether a list that derived fields read (enrich/accounts.h), named as rules name it, holds the key; false for every other list.
  virtual bool InList(std::string_view list, std::string_view key) const = 0;
  // The name of an account in `account_names`; nothing where it has none. The view lives as long as the rules.
  virtual std::optional<std::string_view> AccountName(std::string_view account) const = 0;
  // For detect/matcher: the same rules with their tests shared, folded and indexed.
  virtual const CompiledRules& compiled() const = 0;
  // The Sigma rules beside them.
  virtual const SigmaRules& sigma() const = 0;
  // The lists that rules name, by name.
  virtual const std::map<std::string, ListUse>& lists() const = 0;
  // The same rules and lists as they were read then, with other learned lists; looks at no file.
  virtual std::shared_ptr<const RuleSet> WithLearned(const ListTexts& learned) const = 0;
};

}  // namespace trailsift
