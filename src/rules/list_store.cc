#include "rules/list_store.h"

#include <filesystem>
#include <optional>

#include "rules/text_file.h"

namespace trailsift {

void ListStore::AddText(const std::string& name, std::string_view text) {
  lists_.push_back(std::make_unique<const ValueList>(ValueList::Parse(text)));
  by_name_[name] = lists_.back().get();
}

void ListStore::Replace(const std::string& last_part, std::string_view text) {
  lists_.push_back(std::make_unique<const ValueList>(ValueList::Parse(text)));
  replaced_[last_part] = lists_.back().get();
}

const ValueList* ListStore::Find(const std::string& name) {
  std::string plain = name;
  if (plain.size() > 4 && plain.compare(plain.size() - 4, 4, ".cdb") == 0) plain.resize(plain.size() - 4);
  const auto replaced = replaced_.find(plain.substr(plain.rfind('/') + 1));
  if (replaced != replaced_.end()) return replaced->second;
  const auto known = by_name_.find(plain);
  if (known != by_name_.end()) return known->second;
  std::unique_ptr<const ValueList> list = Read(plain);
  const ValueList* found = list.get();
  if (list != nullptr) lists_.push_back(std::move(list));
  by_name_[plain] = found;
  return found;
}

std::unique_ptr<const ValueList> ListStore::Read(std::string_view name) const {
  while (!name.empty() && name.front() == '/') name.remove_prefix(1);
  // A list's name comes from a rule file: it must not lead out of the folders.
  if (name.empty() || name.find("..") != std::string_view::npos) return nullptr;
  for (;;) {
    for (const std::string& folder : folders_) {
      const std::filesystem::path path = std::filesystem::path(folder) / std::string(name);
      std::error_code error;
      if (!std::filesystem::is_regular_file(path, error)) continue;
      Result<std::string> text = ReadTextFile(path.string());
      if (text.ok()) return std::make_unique<const ValueList>(ValueList::Parse(*text));
    }
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos) return nullptr;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace trailsift
