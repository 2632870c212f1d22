#include "rules/list_store.h"

#include <filesystem>
#include <vector>

#include "rules/text_file.h"

namespace trailsift {
namespace {

// The file that is the list of this name; empty where there is none.
std::string FindFile(std::string_view name, const std::vector<std::string>& files, const std::vector<std::string>& folders) {
  while (!name.empty() && name.front() == '/') name.remove_prefix(1);
  // A list's name comes from a rule file: it must not lead out of the folders.
  if (name.empty() || name.find("..") != std::string_view::npos) return {};
  std::vector<std::string_view> endings{name};
  for (std::size_t slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/', slash + 1))
    endings.push_back(name.substr(slash + 1));
  for (const std::string_view ending : endings)
    for (const std::string& file : files)
      if (("/" + file).ends_with("/" + std::string(ending))) return file;
  for (const std::string_view ending : endings)
    for (const std::string& folder : folders) {
      const std::filesystem::path path = std::filesystem::path(folder) / std::string(ending);
      std::error_code error;
      if (std::filesystem::is_regular_file(path, error)) return path.string();
    }
  return {};
}

}  // namespace

ListStore::Lists ListStore::ParseAll(const ListTexts& lists) {
  Lists parsed;
  for (const auto& [name, text] : lists) parsed[name] = std::make_shared<const ValueList>(ValueList::Parse(text));
  return parsed;
}

Result<const ValueList*> ListStore::Find(const std::string& name) {
  std::string plain = name;
  if (plain.size() > 4 && plain.compare(plain.size() - 4, 4, ".cdb") == 0) plain.resize(plain.size() - 4);
  if (const auto replaced = replaced_.find(plain.substr(plain.rfind('/') + 1)); replaced != replaced_.end())
    return (used_[plain] = {ListUse::Origin::kBuiltIn, {}, replaced->second}).list.get();
  auto file = files_.find(plain);
  if (file == files_.end()) {
    Result<ListUse> read = ReadFile(plain, declared_, folders_);
    if (!read.ok()) return read.status();
    file = files_.emplace(plain, std::move(read).value()).first;
    read = ReadFile(plain, {}, shipped_);
    if (!read.ok()) return read.status();
    shipped_files_.emplace(plain, std::move(read).value());
  }
  ListUse use = file->second;
  const ListUse& shipped = shipped_files_.at(plain);
  // Whoever has filled a shipped list has made it a list of theirs.
  if (use.list == nullptr && shipped.list != nullptr && shipped.list->size() > 0) use = shipped;
  use.origin = ListUse::Origin::kFile;
  if (const auto learned = learned_.find(plain); use.list == nullptr && learned != learned_.end())
    use = {ListUse::Origin::kLearned, {}, learned->second};
  if (use.list == nullptr) use = shipped;
  if (const auto built_in = built_in_.find(plain); use.list == nullptr && built_in != built_in_.end()) use.list = built_in->second;
  if (use.list == nullptr) return Status(Code::kNotFound, "no such list");
  return (used_[plain] = std::move(use)).list.get();
}

Result<ListUse> ListStore::ReadFile(std::string_view name, const std::vector<std::string>& files,
                                    const std::vector<std::string>& folders) {
  ListUse use;
  use.path = FindFile(name, files, folders);
  if (use.path.empty()) return use;
  const Result<std::string> text = ReadTextFile(use.path);
  // That it went away in between is no reason to take another one.
  if (!text.ok()) return Status(Code::kIo, text.status().message());
  use.list = std::make_shared<const ValueList>(ValueList::Parse(*text));
  return use;
}

}  // namespace trailsift
