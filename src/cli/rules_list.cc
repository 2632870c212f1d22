#include "cli/rules_list.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/rule_choice.h"

namespace trailsift {
namespace {

constexpr std::size_t kWidth = 100;  // of a terminal

struct Options {
  RuleChoice choice;
  int level = 0;
  std::string group;
  std::string format = "table";
};

std::string Join(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ",") + text;
  return out;
}

// At most so many characters of UTF-8, padded with blanks to as many; 0: as it is.
std::string Cell(const std::string& text, std::size_t width) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto length = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
  if (width == 0 || length == width) return text;
  if (length < width) return text + std::string(width - length, ' ');
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if (begins(text[end]) && seen++ == width - 1) break;
  return text.substr(0, end) + "…";
}

// `10-cloudtrail-base.xml:12`; in full where there is room.
std::string PlaceText(const Place& place, bool fit) {
  const std::string file = fit ? place.file.substr(place.file.rfind('/') + 1) : place.file;
  return file + ':' + std::to_string(place.line);
}

std::string TableText(const std::vector<const Rule*>& rules, bool fit) {
  constexpr std::size_t kPlace = 31;
  constexpr std::size_t kGroups = 16;
  constexpr std::size_t kDescription = kWidth - 6 - 1 - 2 - 1 - kPlace - 1 - kGroups - 1;
  std::string out;
  for (const Rule* rule : rules) {
    out += Cell(rule->info.id, 6) + ' ' + (rule->info.level < 10 ? " " : "") + std::to_string(rule->info.level) + ' ';
    out += Cell(PlaceText(rule->place, fit), fit ? kPlace : 0) + ' ' + Cell(Join(rule->info.groups), fit ? kGroups : 0) + ' ';
    std::string description = rule->info.description;
    std::replace(description.begin(), description.end(), '\n', ' ');
    out += fit ? Cell(description, kDescription) : description;
    out += '\n';
  }
  return out;
}

std::string JsonText(const std::vector<const Rule*>& rules) {
  std::string out = "[";
  const auto texts = [&](const char* key, const std::vector<std::string>& items) {
    out += ",\"" + std::string(key) + "\":[";
    for (const std::string& item : items) {
      if (out.back() != '[') out += ',';
      AppendJsonString(item, out);
    }
    out += ']';
  };
  for (const Rule* rule : rules) {
    out += out.size() > 1 ? ",\n{\"id\":" : "\n{\"id\":";
    AppendJsonString(rule->info.id, out);
    out += ",\"level\":" + std::to_string(rule->info.level) + ",\"file\":";
    AppendJsonString(rule->place.file, out);
    out += ",\"line\":" + std::to_string(rule->place.line);
    texts("groups", rule->info.groups);
    std::vector<std::string> techniques;
    for (const MitreTechnique& technique : rule->info.mitre) techniques.push_back(technique.id);
    texts("mitre", techniques);
    out += ",\"description\":";
    AppendJsonString(rule->info.description, out);
    out += '}';
  }
  return out + (rules.empty() ? "]\n" : "\n]\n");
}

int ListRules(const Options& options) {
  const std::shared_ptr<const RuleSet> set = LoadChoice(options.choice);
  if (set == nullptr) return kExitConfiguration;
  std::vector<const Rule*> rules;
  for (const std::unique_ptr<Rule>& rule : set->rules()) {
    const std::vector<std::string>& groups = rule->info.groups;
    if (rule->place.file.empty() || rule->info.level < options.level) continue;  // the tree's own root stands in no file
    if (!options.group.empty() && std::find(groups.begin(), groups.end(), options.group) == groups.end()) continue;
    rules.push_back(rule.get());
  }
  std::stable_sort(rules.begin(), rules.end(), [](const Rule* a, const Rule* b) { return a->id < b->id; });
  const std::string text = options.format == "json" ? JsonText(rules) : TableText(rules, isatty(STDOUT_FILENO) != 0);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return kExitOk;
}

}  // namespace

void AddRulesList(CLI::App& rules, std::function<int()>& action) {
  CLI::App* command = rules.add_subcommand("list", "List rules: id, level, place, groups, description");
  const auto options = std::make_shared<Options>();
  AddRuleChoice(*command, options->choice);
  command->add_option("--level", options->level, "Only rules of this level and above")->check(CLI::Range(0, 16));
  command->add_option("--group", options->group, "Only rules of this group");
  command->add_option("-o,--output", options->format, "table: a line a rule; json: an array")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->callback([options, &action] { action = [options] { return ListRules(*options); }; });
}

}  // namespace trailsift
