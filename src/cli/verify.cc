#include "cli/verify.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "base/log.h"
#include "cli/exit_code.h"
#include "cli/signals.h"
#include "cli/verify_output.h"
#include "event/public_key_list.h"
#include "integrity/verifier.h"
#include "source/digest_key.h"
#include "source/folder_store.h"
#include "source/public_key_lister.h"
#include "source/store_factory.h"

namespace trailsift {
namespace {

struct VerifyArguments {
  std::string path;
  std::vector<std::string> public_keys;
  std::string from;
  std::string to;
  bool json = false;
};

// A store, and the part of its keys that is wanted.
struct Place {
  std::unique_ptr<ObjectStore> store;
  std::string prefix;
  std::string bucket;
};

// Whether the folders of logs and digests lie above the end of the prefix: half of what belongs together would be left out.
bool IsTooDeep(const std::string& prefix) {
  const std::string path = '/' + prefix + '/';
  return path.find("/CloudTrail/") != std::string::npos || path.find("/CloudTrail-Digest/") != std::string::npos;
}

Result<Place> OpenBucket(const std::string& text) {
  const std::size_t slash = text.find('/', 5);
  Place place;
  place.bucket = text.substr(5, slash == std::string::npos ? std::string::npos : slash - 5);
  Result<std::unique_ptr<ObjectStore>> store = MakeS3Store(place.bucket);
  if (!store.ok()) return store.status();
  place.store = std::move(store).value();
  if (slash != std::string::npos) place.prefix = text.substr(slash + 1);
  return place;
}

// The folder above `AWSLogs` is the root, also when the path leads below it, because keys begin there.
Result<Place> OpenFolder(const std::string& text) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::canonical(text, error);
  if (error || !std::filesystem::is_directory(path, error)) {
    return Status(Code::kIo,
                  text + ": " + (error ? std::strerror(error.value()) : "not a folder; name the one that holds AWSLogs"));
  }
  const std::string whole = path.string() + '/';
  const std::optional<KeyParts> parts = SplitAtLogs(whole);
  Place place;
  place.store = std::make_unique<FolderStore>(parts ? std::string(parts->lead) : whole);
  if (parts) place.prefix = parts->tail;
  return place;
}

// `2026-01-15`, as days since 1970-01-01.
std::optional<std::int64_t> ReadDay(const std::string& text) {
  const std::optional<Millis> time = text.size() == 10 ? ParseIsoTime(text) : std::nullopt;
  return time ? std::optional(*time / kDay) : std::nullopt;
}

int Fail(int code, const std::string& message) {
  std::fprintf(stderr, "trailsift verify: %s\n", message.c_str());
  return code;
}

int ExitOf(const VerifyResult& result, const VerifyTotals& totals, bool local) {
  if (!result.faults.empty() || totals.Count(Verdict::kUnreadable) > 0) return local ? kExitIo : kExitAws;
  const bool sound = totals.all() > 0 && totals.all() == totals.Count(Verdict::kValid) + totals.Count(Verdict::kNotYetCovered);
  return sound ? kExitOk : kExitFindings;
}

int RunVerify(const VerifyArguments& arguments) {
  const Signals signals;
  VerifyOptions options;
  options.now = NowMillis();
  for (const auto& [name, text, day] :
       {std::tuple("--from", &arguments.from, &options.from_day), std::tuple("--to", &arguments.to, &options.to_day)}) {
    if (!text->empty() && !(*day = ReadDay(*text)))
      return Fail(kExitUsage, std::string(name) + ' ' + *text + ": not a day; write 2026-01-15");
  }
  if (options.from_day && options.to_day && *options.to_day < *options.from_day) return Fail(kExitUsage, "--to is before --from");
  const bool in_bucket = arguments.path.rfind("s3://", 0) == 0;
  if (arguments.public_keys.empty() && !in_bucket) {
    return Fail(kExitUsage,
                "--public-keys FILE is needed for a folder: the keys with which CloudTrail signed, of the trail's region (may "
                "repeat). Get them by\n"
                "  aws cloudtrail list-public-keys --region REGION --start-time 2026-01-01T00:00:00Z > keys.json");
  }
  std::optional<PublicKeys> keys;
  for (const std::string& file : arguments.public_keys) {
    const Result<std::string> text = ReadWholeFile(file, kMaxPublicKeyList);
    if (!text.ok()) return Fail(kExitIo, text.status().message());
    Result<PublicKeys> read = PublicKeys::Read(*text);
    if (!read.ok()) return Fail(kExitConfiguration, file + ": " + read.status().message());
    if (keys) keys->Add(std::move(read).value());
    else keys = std::move(read).value();
  }

  Result<Place> place = in_bucket ? OpenBucket(arguments.path) : OpenFolder(arguments.path);
  if (!place.ok()) return Fail(in_bucket ? kExitAws : kExitIo, place.status().message());
  if (IsTooDeep(place->prefix)) {
    return Fail(kExitUsage, arguments.path +
                                ": name a folder above CloudTrail and CloudTrail-Digest, they are read together; "
                                "choose days by --from and --to");
  }
  options.store = place->store.get();
  options.prefix = place->prefix;
  options.bucket = place->bucket;
  if (keys) options.keys = &*keys;
  PublicKeyLister lister;
  options.ask_keys = [&](const std::string& region, Millis from, Millis to) -> Result<PublicKeys> {
    Result<std::vector<PublicKeyEntry>> asked = lister.List(region, from, to);
    if (!asked.ok()) return asked.status().Annotate("--public-keys is not given, and");
    Result<PublicKeys> read = PublicKeys::Of(std::move(asked).value());
    return read.ok() ? std::move(read) : read.status().Annotate("public keys of CloudTrail in " + region);
  };

  const std::string store = place->store->name();
  VerifyTotals totals;
  const auto write = [](const std::string& line) {
    return std::fwrite(line.data(), 1, line.size(), stdout) == line.size()
               ? Status::Ok()
               : Status(Code::kIo, std::string("stdout: ") + std::strerror(errno));
  };
  const auto tell = [&](const FileFinding& finding) {
    totals.Add(finding);
    return write((arguments.json ? VerifyJsonLine(finding, store) : VerifyLine(finding)) + '\n');
  };
  const std::stop_token stop = signals.token();
  const std::stop_callback cancel(stop, [&] { place->store->Cancel(); });
  const Result<VerifyResult> result = Verify(options, tell, stop);
  if (!result.ok()) return Fail(result.status().code() == Code::kIo ? kExitIo : kExitAws, result.status().message());
  const std::string summary = totals.Text(result->spans);
  Status finished;
  if (arguments.json) std::fputs(summary.c_str(), stderr);
  else finished = write('\n' + summary);
  if (finished.ok() && std::fflush(stdout) != 0) finished = Status(Code::kIo, std::string("stdout: ") + std::strerror(errno));
  if (!finished.ok()) return Fail(kExitIo, finished.message());
  if (result->interrupted) {
    LogWarning("verify", "stopped; not everything was read");
    return signals.received() == SIGINT ? kExitInterrupted : kExitFindings;
  }
  for (const Status& fault : result->faults) LogError("verify", fault.message());
  if (totals.all() == 0 && result->faults.empty()) LogError("verify", store + place->prefix + ": no digest and no log there");
  return ExitOf(*result, totals, place->store->local());
}

}  // namespace

void AddVerifyCommand(CLI::App& app, std::function<int()>& action) {
  auto arguments = std::make_shared<VerifyArguments>();
  CLI::App* command = app.add_subcommand("verify", "Check the logs against CloudTrail's signed digests");
  command->add_option("PATH", arguments->path, "Folder that holds AWSLogs, or s3://bucket/prefix")->required();
  command
      ->add_option(
          "--public-keys", arguments->public_keys,
          "What `aws cloudtrail list-public-keys` printed; may repeat, a region each; without it CloudTrail is asked (s3:// only)")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->take_all();
  command->add_option("--from", arguments->from, "First day (2026-01-15)")->type_name("DAY");
  command->add_option("--to", arguments->to, "Last day")->type_name("DAY");
  command->add_flag("--json", arguments->json, "One JSON object a line");
  command->callback([arguments, &action] { action = [arguments] { return RunVerify(*arguments); }; });
}

}  // namespace trailsift
