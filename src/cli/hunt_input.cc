#include "cli/hunt_input.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "base/log.h"
#include "cli/exit_code.h"
#include "source/folder_store.h"
#include "source/store_factory.h"

namespace trailsift {
namespace {

// What was read from stdin, as a store of one object.
class StdinStore : public ObjectStore {
 public:
  Result<StorePage> List(const StoreQuery& /*query*/) override { return StorePage{}; }
  Result<std::string> Get(const std::string& /*key*/) override {
    if (bytes_.empty()) bytes_.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
    return bytes_;
  }
  void GetAsync(const std::string& key, std::uint64_t /*size*/, std::function<void(Result<std::string>)> done) override {
    done(Get(key));
  }
  Status Delete(const std::string& /*key*/) override { return Status::Ok(); }
  std::string name() const override { return ""; }
  bool local() const override { return true; }

 private:
  std::string bytes_;
};

}  // namespace

Result<HuntInput> MakeHuntInput(const std::string& text) {
  HuntInput input;
  input.text = text;
  if (text == "-") {
    input.store = std::make_shared<StdinStore>();
    input.prefix = "stdin";
    input.single = true;
    return input;
  }
  if (text.rfind("s3://", 0) == 0) {
    const std::size_t slash = text.find('/', 5);
    const std::string bucket = text.substr(5, slash == std::string::npos ? std::string::npos : slash - 5);
    Result<std::unique_ptr<ObjectStore>> store = MakeS3Store(bucket);
    if (!store.ok()) return store.status();
    input.store = std::move(store).value();
    if (slash != std::string::npos) input.prefix = text.substr(slash + 1);
    return input;
  }
  if (access(text.c_str(), R_OK) != 0) return Status(Code::kIo, text + ": " + std::strerror(errno));
  const std::size_t slash = text.find_last_not_of('/');
  const std::string path = slash == std::string::npos ? text : text.substr(0, slash + 1);
  if (std::filesystem::is_directory(path)) {
    input.store = std::make_shared<FolderStore>(path);
    return input;
  }
  const std::size_t last = path.rfind('/');
  input.store = std::make_shared<FolderStore>(last == std::string::npos ? "." : path.substr(0, last + 1));
  input.prefix = last == std::string::npos ? path : path.substr(last + 1);
  input.single = true;
  std::error_code absent;
  const std::uintmax_t size = std::filesystem::file_size(path, absent);
  if (!absent) input.size = size;
  return input;
}

Status OpenInputs(std::string_view command, const std::vector<std::string>& paths, std::vector<HuntInput>& inputs) {
  Status failed;
  for (const std::string& path : paths) {
    Result<HuntInput> input = MakeHuntInput(path);
    if (input.ok()) {
      inputs.push_back(std::move(input).value());
      continue;
    }
    LogError(command, input.status().message());
    if (failed.ok() || input.status().code() == Code::kIo) failed = input.status();
  }
  return failed;
}

Status ReadHuntRange(const std::string& start, const std::string& end, AnalyzerOptions& analyzer) {
  constexpr const char* kWrite = ": not a time; write 2026-01-15 or 2026-01-15T10:00:00Z";
  if (!start.empty() && !(analyzer.start = ParseIsoTime(start))) return Status(Code::kInvalid, "--start " + start + kWrite);
  if (!end.empty() && !(analyzer.end = ParseIsoTime(end))) return Status(Code::kInvalid, "--end " + end + kWrite);
  if (analyzer.start && analyzer.end && *analyzer.end <= *analyzer.start)
    return Status(Code::kInvalid, "--end is not after --start");
  return Status::Ok();
}

int HuntFaultCode(const HuntResult& result, const Status& failed_input) {
  if (result.local_failure || failed_input.code() == Code::kIo) return kExitIo;
  if (!failed_input.ok() || !result.failure.ok()) return kExitAws;
  const bool quarantined = result.counters.quarantined_objects + result.counters.quarantined_records > 0;
  return quarantined ? kExitQuarantine : kExitOk;
}

}  // namespace trailsift
