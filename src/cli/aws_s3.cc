#include "cli/aws_s3.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "base/log.h"
#include "cli/aws_s3_arguments.h"
#include "cli/signals.h"
#include "pipeline/queue_collector.h"

namespace trailsift {
namespace {

constexpr const char* kCommand = "aws-s3";
constexpr unsigned kMostThreads = 4;

bool Holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

int ExitOfAws(const Status& why, int otherwise) {
  const std::string& text = why.message();
  switch (why.code()) {
    // A signature that does not match may be the clock's fault, too, and is said so.
    case Code::kAuth: return Holds(text, "clock") && !Holds(text, "SignatureDoesNotMatch") ? kWazuhClock : kWazuhCredentials;
    case Code::kDenied: return Holds(text, "sts:AssumeRole") ? kWazuhCredentials : otherwise;
    case Code::kUnavailable:
      if (Holds(text, "no bucket")) return otherwise;  // it answered
      return Holds(text, "SlowDown") || Holds(text, "Throttl") || Holds(text, "RequestLimitExceeded") ? kWazuhThrottled
                                                                                                      : kWazuhEndpoint;
    default: return otherwise;
  }
}

int ExitOf(const QueueResult& result, const Signals& signals, bool of_logs) {
  if (signals.received() == SIGINT) return kWazuhUsage;
  const Status& why = result.why;
  switch (result.trouble) {
    case QueueTrouble::kNone: return kWazuhOk;
    case QueueTrouble::kSettings: return why.code() == Code::kNotFound ? kWazuhProfile : kWazuhValue;
    case QueueTrouble::kState: return Holds(why.message(), "cannot be made") ? kWazuhStateNew : kWazuhState;
    case QueueTrouble::kSocket: return why.code() == Code::kUnavailable ? kWazuhQueue : kWazuhSend;
    case QueueTrouble::kEmptyBucket: return kWazuhEmpty;
    case QueueTrouble::kNoAccounts: return kWazuhPrefix;
    case QueueTrouble::kListing: return ExitOfAws(why, kWazuhUnknown);
    // Of CloudWatch Logs the script gives this code to whatever is refused.
    case QueueTrouble::kService: return ExitOfAws(why, of_logs ? kWazuhThrottled : kWazuhUnknown);
    case QueueTrouble::kMessages: return why.code() == Code::kNotFound ? kWazuhNoMessages : ExitOfAws(why, kWazuhMessages);
    case QueueTrouble::kObject: return ExitOfAws(why, kWazuhObject);
    case QueueTrouble::kDamaged: return Holds(why.message(), "gzip") ? kWazuhDecompress : kWazuhParse;
  }
  return kWazuhUnknown;
}

// The configuration whose only part is asked for.
AwsS3Settings SourceOf(AwsS3Arguments arguments) {
  AwsS3Settings settings;
  BucketSettings& bucket = arguments.bucket;
  if (!arguments.service.empty()) {
    ServiceSettings& service = settings.services.emplace_back();
    static_cast<AwsAccessSettings&>(service) = std::move(bucket);
    service.external_id.clear();  // of subscribers only
    service.type = std::move(arguments.service);
    service.account_ids = std::move(bucket.account_ids);
    service.account_alias = std::move(bucket.account_alias);
    service.regions = std::move(bucket.regions);
    service.only_logs_after = bucket.only_logs_after;
    service.log_groups = std::move(arguments.log_groups);
    service.remove_log_streams = arguments.remove_log_streams;
    service.discard = std::move(bucket.discard);
  } else if (!arguments.subscriber.empty()) {
    SubscriberSettings& subscriber = settings.subscribers.emplace_back();
    static_cast<AwsAccessSettings&>(subscriber) = std::move(bucket);
    subscriber.type = std::move(arguments.subscriber);
    subscriber.sqs_name = std::move(arguments.queue);
    subscriber.discard = std::move(bucket.discard);
  } else {
    settings.buckets.push_back(std::move(bucket));
  }
  return settings;
}

int Refuse(const ReadArguments& read) {
  if (read.code != kWazuhUsage) {
    std::printf("ERROR: %s\n", read.error.c_str());
    return read.code;
  }
  std::fprintf(stderr,
               "usage: aws-s3 (--bucket NAME | --service NAME | --subscriber NAME) [options]; aws-s3 --help lists them\n"
               "aws-s3: error: %s\n",
               read.error.c_str());
  return read.code;
}

}  // namespace

std::string FindWazuh(const std::string& program, const std::string& working_folder, const std::vector<std::string>& usual) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto is_installation = [&](const fs::path& folder) { return fs::is_directory(folder / "queue" / "sockets", error); };
  if (Holds(program, "/")) {
    const fs::path folder = (fs::path(working_folder) / program).lexically_normal().parent_path();
    if (folder.filename() == "aws" && folder.parent_path().filename() == "wodles")
      return folder.parent_path().parent_path().string();
  }
  if (is_installation(working_folder)) return working_folder;
  const auto found = std::find_if(usual.begin(), usual.end(), is_installation);
  return found == usual.end() ? usual.front() : *found;
}

bool IsAwsS3Call(int argc, char** argv) {
  const std::string name = argc > 0 ? std::filesystem::path(argv[0]).filename().string() : std::string();
  return name == kCommand || name == "aws-s3.py" || (argc > 1 && std::string_view(argv[1]) == kCommand);
}

int AwsS3Main(int argc, char** argv) {
  const bool as_command = argc > 1 && std::string_view(argv[1]) == kCommand;
  std::vector<std::string> words(argv + (as_command ? 2 : 1), argv + argc);
  SetWazuhLogStyle();
  ReadArguments read = ReadAwsS3Arguments(words);
  if (!read.arguments) return Refuse(read);
  AwsS3Arguments& arguments = *read.arguments;
  if (arguments.help) {
    std::printf(
        "usage: aws-s3 (--bucket NAME | --service NAME | --subscriber NAME) [options]\n\n"
        "Wazuh's collector of AWS logs: sends each record to the queue of a Wazuh agent or manager.\n\n%s",
        AwsS3Help().c_str());
    return kWazuhOk;
  }
  SetLogLevel(arguments.debug > 0 ? LogLevel::kDebug : LogLevel::kWarning);
  const Signals signals;
  std::error_code error;
  const std::string wazuh = FindWazuh(argv[0], std::filesystem::current_path(error).string(), {"/var/ossec", "/var/wazuh-manager"});
  QueueCollectorOptions options;
  const bool of_logs = arguments.service == "cloudwatchlogs";
  const std::string what = arguments.bucket.name + arguments.service + arguments.subscriber;
  options.queue_wait = arguments.queue_wait;
  options.queue_visibility = arguments.queue_visibility;
  options.home = arguments.home.empty() ? wazuh + "/var/trailsift" : arguments.home;
  options.socket = arguments.socket.empty() ? wazuh + "/queue/sockets/queue" : arguments.socket;
  options.wazuh_progress = wazuh + "/wodles/aws/s3_cloudtrail.db";
  options.look_back = arguments.look_back;
  options.threads = arguments.threads > 0 ? arguments.threads : std::clamp(std::thread::hardware_concurrency(), 1u, kMostThreads);
  options.reparse = arguments.reparse;
  options.skip_on_error = arguments.skip_on_error;
  options.settings.aws_s3 = SourceOf(std::move(arguments));
  LogDebug("aws-s3", "state in " + options.home + ", messages to " + options.socket);
  const QueueResult result = CollectToQueue(options, signals.token());
  LogInfo("aws-s3", what + ": " + result.counters.Describe() + "; " + std::to_string(result.listing.known) + " objects were known");
  const int code = ExitOf(result, signals, of_logs);
  // The module that started this shows the text behind these words.
  if (code == kWazuhUnknown) LogError("aws-s3", "Unknown error: " + result.why.message());
  return code;
}

void AddAwsS3Help(CLI::App& app) {
  app.add_subcommand(kCommand, "Be Wazuh's collector: send each record to the queue of a Wazuh agent or manager (aws-s3 --help)");
}

}  // namespace trailsift
