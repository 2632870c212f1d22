#include "integrity/trail_folders.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "config/values.h"

namespace trailsift {
namespace {

// A bucket's own path, an organization and an account stand above the folders that are sought; what lies deeper is something else.
constexpr int kMaxDepth = 8;

// `a/b/` is `b`.
std::string_view LastFolder(std::string_view prefix) {
  if (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
  const std::size_t slash = prefix.rfind('/');
  return slash == std::string_view::npos ? prefix : prefix.substr(slash + 1);
}

class Finder {
 public:
  Finder(ObjectStore& store, std::vector<Status>& faults) : store_(store), faults_(faults) {}

  void Visit(const std::string& prefix, int depth) {
    for (const std::string& folder : Below(prefix)) {
      const std::string_view name = LastFolder(folder);
      if (name == "CloudTrail" || name == "CloudTrail-Digest") {
        const std::string account = folder.substr(0, folder.size() - name.size() - 1);
        for (const std::string& region : Below(folder)) found_.emplace(account, LastFolder(region));
      } else if (depth < kMaxDepth && !IsAccountId(LastFolder(prefix))) {
        Visit(folder, depth + 1);
      }
    }
  }

  std::vector<TrailFolder> Take() {
    std::vector<TrailFolder> folders;
    for (const auto& [account, region] : found_) folders.push_back({account, region});
    return folders;
  }

 private:
  std::vector<std::string> Below(const std::string& prefix) {
    Result<std::vector<std::string>> folders = SubFolders(store_, prefix, faults_);
    if (folders.ok()) return std::move(folders).value();
    faults_.push_back(folders.status());
    return {};
  }

  ObjectStore& store_;
  std::vector<Status>& faults_;
  std::set<std::pair<std::string, std::string>> found_;
};

}  // namespace

Result<std::vector<std::string>> SubFolders(ObjectStore& store, const std::string& prefix, std::vector<Status>& faults) {
  std::vector<std::string> folders;
  StoreQuery query;
  query.prefix = prefix;
  query.delimiter.push_back('/');
  do {
    Result<StorePage> page = store.List(query);
    if (!page.ok()) return page.status();
    folders.insert(folders.end(), page->prefixes.begin(), page->prefixes.end());
    faults.insert(faults.end(), page->faults.begin(), page->faults.end());
    query.token = page->next;
  } while (!query.token.empty());
  return folders;
}

std::vector<TrailFolder> FindTrailFolders(ObjectStore& store, const std::string& prefix, std::vector<Status>& faults) {
  Finder finder(store, faults);
  finder.Visit(prefix, 0);
  return finder.Take();
}

}  // namespace trailsift
