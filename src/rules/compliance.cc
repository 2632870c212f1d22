#include "rules/compliance.h"

#include <algorithm>
#include <array>

namespace trailsift {
namespace {

constexpr std::size_t kMaxGroupText = 1023;
constexpr std::array<std::string_view, 7> kStandards = {"pci_dss", "cis", "gdpr", "gpg13", "hipaa", "nist_800_53", "tsc"};

// The standard whose prefix the name bears; empty for a plain group.
std::string_view StandardOf(std::string_view name) {
  for (std::string_view standard : kStandards)
    if (name.size() > standard.size() && name.substr(0, standard.size()) == standard && name[standard.size()] == '_')
      return standard;
  return {};
}

}  // namespace

void SplitGroups(std::string_view text, std::vector<std::string>& groups, Compliance& compliance) {
  text = text.substr(0, kMaxGroupText);
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view name = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    if (name.empty()) continue;
    const std::string_view standard = StandardOf(name);
    if (standard.empty()) {
      groups.emplace_back(name);
      continue;
    }
    auto entry = std::find_if(compliance.begin(), compliance.end(), [&](const auto& known) { return known.first == standard; });
    if (entry == compliance.end()) entry = compliance.insert(entry, {std::string(standard), {}});
    entry->second.emplace_back(name.substr(standard.size() + 1));
  }
}

}  // namespace trailsift
