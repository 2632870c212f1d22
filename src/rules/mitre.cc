#include "rules/mitre.h"

#include <algorithm>

#include "rules/ascii.h"

namespace trailsift {
namespace {

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

MitreTable MitreTable::Parse(std::string_view text) {
  MitreTable table;
  for (std::string_view line : Split(text, '\n')) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string_view> columns = Split(line, '\t');
    if (columns.size() == 2) {
      table.tactics_.emplace(columns[0], columns[1]);
    } else if (columns.size() == 3) {
      MitreTechnique technique;
      technique.id = std::string(columns[0]);
      technique.technique = std::string(columns[1]);
      for (std::string_view tactic : Split(columns[2], '|')) technique.tactics.emplace_back(tactic);
      table.techniques_.emplace(technique.id, std::move(technique));
    }
  }
  return table;
}

MitreTechnique MitreTable::Technique(const std::string& id) const {
  const auto found = techniques_.find(id);
  if (found != techniques_.end()) return found->second;
  MitreTechnique unknown;
  unknown.id = id;
  return unknown;
}

std::string MitreTable::TacticName(const std::string& id) const {
  const auto found = tactics_.find(id);
  return found == tactics_.end() ? id : found->second;
}

std::string MitreTable::TacticTagged(std::string_view tag) const {
  for (const auto& [id, name] : tactics_) {
    const bool same = std::equal(tag.begin(), tag.end(), name.begin(), name.end(), [](char written, char own) {
      return AsciiLower(written) == AsciiLower(own) || (own == ' ' && (written == '-' || written == '_'));
    });
    if (same || tag == id) return name;
  }
  return {};
}

}  // namespace trailsift
