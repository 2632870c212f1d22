// A folder as a bucket: a file's path below the root is its key. Keys come in byte order as S3 lists them. Symbolic links to files are
// read, links to folders are not followed. What S3 keeps as user metadata of KEY stands in the file KEY.meta.json: one JSON object of
// texts by header name, `{"x-amz-meta-signature": "…"}`. Where that is absent, or something else, there is no metadata.
#pragma once

#include <string>
#include <string_view>

#include "source/object_store.h"

namespace trailsift {

// Behind a key: the file of its metadata.
inline constexpr std::string_view kMetadataSuffix = ".meta.json";

class FolderStore : public ObjectStore {
 public:
  explicit FolderStore(std::string root);

  Result<StorePage> List(const StoreQuery& query) override;
  Result<std::string> Get(const std::string& key) override;
  void GetAsync(const std::string& key, std::uint64_t size, std::function<void(Result<std::string>)> done) override;
  void GetWithMetadata(const std::string& key, std::function<void(Result<ObjectWithMetadata>)> done) override;
  Status Delete(const std::string& key) override;
  std::string name() const override { return root_; }
  bool local() const override { return true; }

 private:
  std::string root_;  // ends in a slash
};

// The whole of a file, at most `limit` bytes.
Result<std::string> ReadWholeFile(const std::string& path, std::uint64_t limit);

}  // namespace trailsift
