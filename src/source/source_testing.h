// What tests of source and pipeline share: a temporary folder, another user for a while, and a bucket in memory that answers in pages
// and can be told to fail.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "source/object_store.h"

namespace trailsift {

class TempFolder {
 public:
  TempFolder() {
    char name[] = "/tmp/trailsift-test-XXXXXX";
    path_ = mkdtemp(name);
    chmod(path_.c_str(), 0755);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }
  void Write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories(std::filesystem::path(path_ + '/' + name).parent_path());
    std::ofstream(path_ + '/' + name, std::ios::binary) << bytes;
  }

 private:
  std::string path_;
};

// Without the rights of root, for which every folder is open, until the end of the scope.
class AsNobody {
 public:
  AsNobody() : was_(geteuid()) { EXPECT_EQ(seteuid(was_ == 0 ? 65534 : was_), 0); }
  ~AsNobody() { EXPECT_EQ(seteuid(was_), 0); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  uid_t was_;
};

// A bucket in memory. ListObjectsV2's ways: byte order, pages with tokens, prefixes rolled up at the delimiter. One thread.
class MemoryStore : public ObjectStore {
 public:
  explicit MemoryStore(std::string name = "s3://made/") : name_(std::move(name)) {}

  std::map<std::string, std::string> objects;
  std::size_t page_size = 1000;
  std::map<std::string, Status> failing;  // by prefix of the query: what it answers
  int pages_before_failure = 0;           // that such a prefix still gives
  std::vector<StoreQuery> queries;

  Result<StorePage> List(const StoreQuery& query) override {
    queries.push_back(query);
    for (const auto& [prefix, status] : failing)
      if (query.prefix.compare(0, prefix.size(), prefix) == 0 && pages_before_failure-- <= 0) return status;
    StorePage page;
    const std::string& after = query.token.empty() ? query.start_after : query.token;
    std::set<std::string> rolled;
    for (auto object = objects.upper_bound(after); object != objects.end(); ++object) {
      const std::string& key = object->first;
      if (key.compare(0, query.prefix.size(), query.prefix) != 0) continue;
      const std::size_t cut = query.delimiter.empty() ? std::string::npos : key.find(query.delimiter, query.prefix.size());
      if (cut != std::string::npos &&
          (query.token.compare(0, cut + 1, key, 0, cut + 1) == 0 || rolled.contains(key.substr(0, cut + 1))))
        continue;
      if (page.objects.size() + page.prefixes.size() == std::min(page_size, static_cast<std::size_t>(query.max_keys))) {
        page.next = page.objects.empty() || (!page.prefixes.empty() && page.prefixes.back() > page.objects.back().key)
                        ? page.prefixes.back()
                        : page.objects.back().key;
        break;
      }
      if (cut == std::string::npos) page.objects.push_back({key, object->second.size()});
      else page.prefixes.push_back(*rolled.insert(key.substr(0, cut + 1)).first);
    }
    return page;
  }
  Result<std::string> Get(const std::string& key) override {
    const auto found = objects.find(key);
    if (found == objects.end()) return Status(Code::kNotFound, name_ + key + ": no such key");
    return found->second;
  }
  void GetAsync(const std::string& key, std::uint64_t /*size*/, std::function<void(Result<std::string>)> done) override {
    done(Get(key));
  }
  Status Delete(const std::string& key) override {
    objects.erase(key);
    return Status::Ok();
  }
  std::string name() const override { return name_; }
  bool local() const override { return false; }

 private:
  std::string name_;
};

}  // namespace trailsift
