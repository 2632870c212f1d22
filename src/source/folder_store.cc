#include "source/folder_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "aws/flat_json.h"

namespace trailsift {
namespace {

constexpr std::uint64_t kMaxObject = 256u << 20;
constexpr std::uint64_t kMaxMetadata = 64u << 10;  // S3 allows 2 KiB
constexpr std::string_view kMetadataHeader = "x-amz-meta-";

Code CodeOfErrno(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return Code::kNotFound;
    case EACCES:
    case EPERM: return Code::kDenied;
    default: return Code::kIo;
  }
}

Status FileError(const std::string& path, int error) { return Status(CodeOfErrno(error), path + ": " + std::strerror(error)); }

struct Walk {
  const StoreQuery& query;
  const std::string& root;
  StorePage& page;

  // Whether some key that begins with `folder` can be wanted.
  bool MayHold(const std::string& folder) const {
    const std::size_t common = std::min(folder.size(), query.prefix.size());
    if (folder.compare(0, common, query.prefix, 0, common) != 0) return false;
    return query.start_after.compare(0, folder.size(), folder) <= 0;
  }

  // `folder` is a key prefix: empty or with a slash at its end.
  Status Visit(const std::string& folder) {
    DIR* directory = opendir((root + folder).c_str());
    if (directory == nullptr) {
      const int error = errno;
      const bool absent = error == ENOENT || error == ENOTDIR;
      // S3 has no folders: a prefix without keys is empty. But a root that is not there is a bucket that is not there.
      if (absent && access(root.c_str(), F_OK) == 0) return Status::Ok();
      return FileError(absent ? root : root + folder, error);
    }
    const int descriptor = dirfd(directory);
    std::vector<std::pair<std::string, bool>> names;  // with a slash behind folders, so that the order is that of whole keys
    for (const dirent* item = readdir(directory); item != nullptr; item = readdir(directory)) {
      const std::string name = item->d_name;
      if (name == "." || name == "..") continue;
      bool is_folder = item->d_type == DT_DIR;
      if (item->d_type == DT_UNKNOWN || item->d_type == DT_LNK) {
        struct stat info;
        const int flags = item->d_type == DT_LNK ? 0 : AT_SYMLINK_NOFOLLOW;
        if (descriptor < 0 || fstatat(descriptor, item->d_name, &info, flags) != 0) continue;
        if (S_ISDIR(info.st_mode) && item->d_type == DT_LNK) continue;
        is_folder = S_ISDIR(info.st_mode);
        if (!is_folder && !S_ISREG(info.st_mode)) continue;
      } else if (item->d_type != DT_REG && !is_folder) {
        continue;
      }
      names.emplace_back(is_folder ? name + '/' : name, is_folder);
    }
    closedir(directory);
    std::sort(names.begin(), names.end());
    for (const auto& [name, is_folder] : names) {
      const std::string key = folder + name;
      if (is_folder) {
        if (!MayHold(key)) continue;
        const bool inside = key.size() > query.prefix.size() && key.compare(0, query.prefix.size(), query.prefix) == 0;
        if (inside && query.delimiter == "/") page.prefixes.push_back(key);
        else if (Status status = Visit(key); !status.ok()) page.faults.push_back(std::move(status));
        continue;
      }
      if (key.compare(0, query.prefix.size(), query.prefix) != 0 || key <= query.start_after) continue;
      struct stat info;
      if (stat((root + key).c_str(), &info) != 0) continue;  // gone since
      page.objects.push_back({key, static_cast<std::uint64_t>(info.st_size)});
    }
    return Status::Ok();
  }
};

}  // namespace

Result<std::string> ReadWholeFile(const std::string& path, std::uint64_t limit) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return FileError(path, errno);
  struct stat info;
  if (fstat(file, &info) != 0 || S_ISDIR(info.st_mode)) {
    const int error = S_ISDIR(info.st_mode) ? EISDIR : errno;
    close(file);
    return FileError(path, error);
  }
  const auto too_large = [&] {
    close(file);
    return Status(Code::kCorrupt, path + ": larger than " + std::to_string(limit >> 20) + " MiB");
  };
  if (info.st_size > 0 && static_cast<std::uint64_t>(info.st_size) > limit) return too_large();
  std::string bytes;
  bytes.resize(static_cast<std::size_t>(std::max<off_t>(info.st_size, 0)));
  std::size_t used = 0;
  for (;;) {
    if (used == bytes.size()) {
      // One byte more than the size says tells a file that grows (or a pipe) from one that ends here.
      char extra[4096];
      const ssize_t got = read(file, extra, sizeof extra);
      if (got == 0) break;
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        const int error = errno;
        close(file);
        return FileError(path, error);
      }
      bytes.append(extra, static_cast<std::size_t>(got));
      used = bytes.size();
    } else {
      const ssize_t got = read(file, bytes.data() + used, bytes.size() - used);
      if (got == 0) break;
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        const int error = errno;
        close(file);
        return FileError(path, error);
      }
      used += static_cast<std::size_t>(got);
    }
    if (used > limit) return too_large();
  }
  close(file);
  bytes.resize(used);
  return bytes;
}

FolderStore::FolderStore(std::string root) : root_(std::move(root)) {
  if (root_.empty() || root_.back() != '/') root_ += '/';
}

Result<StorePage> FolderStore::List(const StoreQuery& query) {
  StorePage page;
  Walk walk{query, root_, page};
  const std::size_t slash = query.prefix.rfind('/');
  const Status status = walk.Visit(slash == std::string::npos ? std::string() : query.prefix.substr(0, slash + 1));
  if (!status.ok()) return status;
  return page;
}

Result<std::string> FolderStore::Get(const std::string& key) { return ReadWholeFile(root_ + key, kMaxObject); }

void FolderStore::GetAsync(const std::string& key, std::uint64_t /*size*/, std::function<void(Result<std::string>)> done) {
  done(Get(key));
}

void FolderStore::GetWithMetadata(const std::string& key, std::function<void(Result<ObjectWithMetadata>)> done) {
  Result<std::string> bytes = Get(key);
  if (!bytes.ok()) return done(bytes.status());
  ObjectWithMetadata object;
  object.bytes = std::move(bytes).value();
  const Result<std::string> text = ReadWholeFile(root_ + key + std::string(kMetadataSuffix), kMaxMetadata);
  if (!text.ok() && text.status().code() != Code::kNotFound && text.status().code() != Code::kCorrupt) return done(text.status());
  const auto headers = text.ok() ? ParseFlatJson(*text) : std::nullopt;
  if (headers) {
    for (const auto& [name, value] : *headers)
      if (name.compare(0, kMetadataHeader.size(), kMetadataHeader) == 0)
        object.metadata[name.substr(kMetadataHeader.size())] = value;
  }
  done(std::move(object));
}

Status FolderStore::Delete(const std::string& key) {
  return unlink((root_ + key).c_str()) == 0 || errno == ENOENT ? Status::Ok() : FileError(root_ + key, errno);
}

}  // namespace trailsift
