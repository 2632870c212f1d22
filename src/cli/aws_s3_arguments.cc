#include "cli/aws_s3_arguments.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <string_view>
#include <utility>

#include "config/values.h"
#include "formats/log_format.h"

namespace trailsift {
namespace {

// Why a value is refused, and the code; an empty text: it is taken.
struct Fault {
  std::string text;
  int code = kWazuhUsage;
};

using Arguments = AwsS3Arguments;

struct Option {
  std::string_view name;     // without dashes
  std::string_view letters;  // likewise; empty: none
  std::string_view value;    // what stands for it in the help; empty: a flag
  std::string_view help;
  Fault (*take)(Arguments&, const std::string&);
};

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

template <std::size_t N>
bool IsOneOf(std::string_view text, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

Fault TakeBucket(Arguments& out, const std::string& value) {
  constexpr std::string_view kFolder = "file:///";
  if (value.rfind(kFolder, 0) == 0 && value.size() > kFolder.size()) {
    out.bucket.folder = value.substr(kFolder.size() - 1);
    while (out.bucket.folder.size() > 1 && out.bucket.folder.back() == '/') out.bucket.folder.pop_back();
    out.bucket.name = "file://" + out.bucket.folder;
    return {};
  }
  if (const std::string why = WhyNoBucketName(value); !why.empty()) return {Quoted(value) + " is no name of a bucket: " + why};
  out.bucket.name = value;
  return {};
}

Fault TakeService(Arguments& out, const std::string& value) {
  constexpr std::array<std::string_view, 2> kServices = {"inspector", "cloudwatchlogs"};
  out.service = Lower(value);
  if (IsOneOf(out.service, kServices)) return {};
  return {Quoted(value) + " is no service: inspector or cloudwatchlogs", kWazuhType};
}

Fault TakeSubscriber(Arguments& out, const std::string& value) {
  constexpr std::array<std::string_view, 3> kSubscribers = {"security_lake", "buckets", "security_hub"};
  out.subscriber = Lower(value);
  if (IsOneOf(out.subscriber, kSubscribers)) return {};
  return {Quoted(value) + " is no subscriber: security_lake, buckets or security_hub", kWazuhType};
}

Fault TakeQueue(Arguments& out, const std::string& value) {
  const bool good = !value.empty() && value.size() <= 80 && std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
  if (!good) return {Quoted(value) + " is no name of a queue: 1 to 80 letters, digits, `-` and `_`"};
  out.queue = value;
  return {};
}

Fault TakeAccounts(Arguments& out, const std::string& value) {
  for (const std::string_view id : SplitCommas(value)) {
    if (!IsAccountId(id)) return {Quoted(id) + " is no account: an account id has exactly 12 digits"};
    std::vector<std::string>& all = out.bucket.account_ids;
    if (std::find(all.begin(), all.end(), id) == all.end()) all.emplace_back(id);
  }
  return {};
}

Fault TakeDebug(Arguments& out, const std::string& value) {
  const std::optional<std::uint64_t> level = ParseNumber(value, 9);
  if (!level) return {Quoted(value) + " is no debug level: 1 to 3"};
  out.debug = static_cast<int>(*level);
  return {};
}

Fault TakeRole(Arguments& out, const std::string& value) {
  if (!IsRoleArn(value)) return {Quoted(value) + " is no role: write it as arn:aws:iam::123456789012:role/name"};
  out.bucket.iam_role_arn = value;
  return {};
}

Fault TakeDuration(Arguments& out, const std::string& value) {
  const std::optional<std::uint64_t> seconds = ParseNumber(value, 3600);
  if (!seconds || *seconds < 900) return {Quoted(value) + " is no duration of a session: 900 to 3600 seconds"};
  out.bucket.iam_role_duration = static_cast<int>(*seconds);
  return {};
}

template <auto member>
Fault TakePath(Arguments& out, const std::string& value) {
  if (const std::string bad = ForbiddenInPath(value); !bad.empty())
    return {Quoted(value) + " holds " + bad + ", which may not stand there"};
  out.bucket.*member = value;
  if (!value.empty() && value.back() != '/') out.bucket.*member += '/';
  return {};
}

template <auto member>
Fault TakeText(Arguments& out, const std::string& value) {
  out.bucket.*member = value;
  return {};
}

// The text may hold a password: it is not repeated.
template <auto member>
Fault TakeEndpoint(Arguments& out, const std::string& value) {
  if (!value.empty() && !IsEndpoint(value)) return {"no endpoint: write it as https://host:port, without a user name"};
  out.bucket.*member = value;
  return {};
}

Fault TakeDate(Arguments& out, const std::string& value) {
  out.bucket.only_logs_after = ParseOnlyLogsAfter(value);
  if (!out.bucket.only_logs_after) return {Quoted(value) + " is no date: write YYYY-MMM-DD, as 2026-JAN-15"};
  return {};
}

Fault TakeRegions(Arguments& out, const std::string& value) {
  std::vector<std::string>& all = out.bucket.regions;
  all.clear();
  if (value.empty()) return {};
  for (const std::string_view region : SplitCommas(value)) {
    if (!IsRegion(region)) return {Quoted(region) + " is no region: write them as us-east-1,eu-west-1"};
    all.emplace_back(region);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return {};
}

Fault TakeType(Arguments& out, const std::string& value) {
  out.bucket.type = Lower(value);
  if (out.bucket.type == "cloudtrail" || FormatOfType(out.bucket.type)) return {};
  return {Quoted(value) + " is no type of bucket", kWazuhType};
}

Fault TakeLogGroups(Arguments& out, const std::string& value) {
  if (const std::string bad = ForbiddenInPath(value); !bad.empty())
    return {Quoted(value) + " holds " + bad + ", which may not stand there"};
  out.log_groups.clear();
  for (const std::string_view group : SplitCommas(value))
    if (!group.empty()) out.log_groups.emplace_back(group);
  return {};
}

Fault TakeLookBack(Arguments& out, const std::string& value) {
  const std::optional<Millis> span = ParseDuration(value);
  if (!span || *span < kDay || *span > 366 * kDay) return {Quoted(value) + " is no look-back: 1d to 366d"};
  out.look_back = *span;
  return {};
}

Fault TakeQueueWait(Arguments& out, const std::string& value) {
  const std::optional<Millis> span = ParseDuration(value);
  if (!span || *span < kSecond || *span > 20 * kSecond) return {Quoted(value) + " is no wait: 1s to 20s"};
  out.queue_wait = *span;
  return {};
}

Fault TakeVisibility(Arguments& out, const std::string& value) {
  const std::optional<Millis> span = ParseDuration(value);
  if (!span || *span < 10 * kSecond || *span > 12 * kHour) return {Quoted(value) + " is no visibility: 10s to 12h"};
  out.queue_visibility = *span;
  return {};
}

Fault TakeThreads(Arguments& out, const std::string& value) {
  const std::optional<std::uint64_t> count = ParseNumber(value, 1024);
  if (!count || *count == 0) return {Quoted(value) + " is no number of threads: 1 to 1024"};
  out.threads = static_cast<unsigned>(*count);
  return {};
}

// Both halves of discard_regex, for the end.
struct Discard {
  std::optional<std::string> field;
  std::optional<std::string> regex;
};

// A table entry cannot reach the halves, so these two have none of their own.
Fault TakeNothing(Arguments& /*out*/, const std::string& /*value*/) { return {}; }

constexpr std::string_view kDiscardField = "discard-field";
constexpr std::string_view kDiscardRegex = "discard-regex";

using Bucket = BucketSettings;
constexpr Option kOptions[] = {
    {"bucket", "b", "NAME", "bucket to read (file:///FOLDER: a local copy of one)", TakeBucket},
    {"service", "sr", "NAME", "inspector or cloudwatchlogs", TakeService},
    {"subscriber", "sb", "NAME", "security_lake, buckets or security_hub", TakeSubscriber},
    {"queue", "q", "NAME", "SQS queue of a subscriber", TakeQueue},
    {"aws_organization_id", "O", "ID", "organization whose trail it is", TakeText<&Bucket::organization_id>},
    {"aws_account_id", "c", "IDS", "accounts, 12 digits each, between commas (default: all)", TakeAccounts},
    {"debug", "d", "LEVEL", "1 to 3: say what is done", TakeDebug},
    {"access_key", "a", "KEY", "deprecated: use a profile or the environment", TakeText<&Bucket::access_key>},
    {"secret_key", "k", "KEY", "likewise", TakeText<&Bucket::secret_key>},
    {"remove", "R", "", "delete each object once Wazuh has all of it",
     [](Arguments& out, const std::string&) { return out.bucket.remove_from_bucket = true, Fault(); }},
    {"aws_profile", "p", "NAME", "profile with the credentials", TakeText<&Bucket::aws_profile>},
    {"external_id", "x", "ID", "of a subscriber's role", TakeText<&Bucket::external_id>},
    {"iam_role_arn", "i", "ARN", "role to assume", TakeRole},
    {"aws_account_alias", "n", "TEXT", "name for the account in the messages", TakeText<&Bucket::account_alias>},
    {"trail_prefix", "l", "PATH", "what stands before AWSLogs/", TakePath<&Bucket::path>},
    {"trail_suffix", "L", "PATH", "what stands behind AWSLogs/", TakePath<&Bucket::path_suffix>},
    {"only_logs_after", "s", "DATE", "first day to read, as 2026-JAN-15 (default: the day of the first run)", TakeDate},
    {"regions", "r", "NAMES", "regions between commas (default: all)", TakeRegions},
    {"skip_on_error", "e", "", "a damaged object becomes an event and no failure",
     [](Arguments& out, const std::string&) { return out.skip_on_error = true, Fault(); }},
    {"reparse", "o", "", "read from only_logs_after, or today, once more",
     [](Arguments& out, const std::string&) { return out.reparse = true, Fault(); }},
    {"type", "t", "TYPE", "cloudtrail, config, vpcflow, guardduty, waf, alb, clb, nlb, server_access, cisco_umbrella or custom",
     TakeType},
    {"aws_log_groups", "g", "NAMES", "log groups of cloudwatchlogs, between commas", TakeLogGroups},
    {"remove-log-streams", "P", "", "delete log streams that were read",
     [](Arguments& out, const std::string&) { return out.remove_log_streams = true, Fault(); }},
    {kDiscardField, "df", "FIELD", "records are left out whose FIELD …", TakeNothing},
    {kDiscardRegex, "dr", "REGEX", "… begins with REGEX", TakeNothing},
    {"sts_endpoint", "st", "URL", "where STS is asked", TakeEndpoint<&Bucket::sts_endpoint>},
    {"service_endpoint", "se", "URL", "where S3, SQS or the service is asked", TakeEndpoint<&Bucket::service_endpoint>},
    {"iam_role_duration", "rd", "SECONDS", "of the role's session, 900 to 3600", TakeDuration},
    {"home", "", "DIR", "where the state is kept (default: var/trailsift of Wazuh's installation)",
     [](Arguments& out, const std::string& value) { return out.home = value, Fault(); }},
    {"socket", "", "PATH", "Wazuh's queue (default: queue/sockets/queue of its installation)",
     [](Arguments& out, const std::string& value) { return out.socket = value, Fault(); }},
    {"look_back", "", "SPAN", "how long objects are remembered and late ones looked for (default: 2d)", TakeLookBack},
    {"queue_wait", "", "SPAN", "a subscriber ends when its queue gives nothing for so long (default: 20s)", TakeQueueWait},
    {"queue_visibility", "", "SPAN", "how long messages are hidden from others unless that is renewed (default: 5m)",
     TakeVisibility},
    {"threads", "", "COUNT", "threads that read (default: one a core, at most 4)", TakeThreads},
    {"help", "h", "", "this text", [](Arguments& out, const std::string&) { return out.help = true, Fault(); }},
};

// The option that a word names, as a whole or cut; `many`: a cut name means several.
const Option* Find(std::string_view word, bool& many) {
  many = false;
  if (word.size() < 2 || word[0] != '-') return nullptr;
  if (word[1] != '-') {
    const auto found = std::find_if(std::begin(kOptions), std::end(kOptions), [&](const Option& option) {
      return !option.letters.empty() && option.letters == word.substr(1);
    });
    return found == std::end(kOptions) ? nullptr : found;
  }
  const std::string_view name = word.substr(2);
  const Option* cut = nullptr;
  for (const Option& option : kOptions) {
    if (option.name == name) return &option;
    if (name.empty() || option.name.substr(0, name.size()) != name) continue;
    many = cut != nullptr || many;
    cut = &option;
  }
  return many ? nullptr : cut;
}

std::string Shown(const Option& option) {
  std::string text = "--" + std::string(option.name);
  if (!option.letters.empty()) text.append("/-").append(option.letters);
  return text;
}

ReadArguments Refuse(std::string error, int code = kWazuhUsage) { return {std::nullopt, std::move(error), code}; }

// What only the whole line tells.
Fault CheckWhole(Arguments& out, const Discard& discard) {
  const int sources = (out.bucket.name.empty() ? 0 : 1) + (out.service.empty() ? 0 : 1) + (out.subscriber.empty() ? 0 : 1);
  if (sources == 0) return {"one of the arguments --bucket/-b --service/-sr --subscriber/-sb is required"};
  if (sources > 1) return {"only one of --bucket/-b, --service/-sr and --subscriber/-sb may stand"};
  if (out.bucket.iam_role_duration && out.bucket.iam_role_arn.empty())
    return {"Unknown error: --iam_role_duration without --iam_role_arn", kWazuhUnknown};
  if (out.bucket.access_key.empty() != out.bucket.secret_key.empty()) return {"--access_key and --secret_key go together"};
  if (out.bucket.type == "cisco_umbrella") {
    const auto has = [&](const char* kind) { return out.bucket.path.find(kind) != std::string::npos; };
    if (!has("dnslogs") && !has("proxylogs") && !has("iplogs"))
      return {"--trail_prefix of a cisco_umbrella bucket must hold dnslogs, proxylogs or iplogs", kWazuhType};
  }
  if (!out.subscriber.empty() && out.queue.empty())
    return {"--subscriber needs the name of its SQS queue: --queue",
            out.subscriber == "security_lake" ? kWazuhMessages : kWazuhNoMessages};
  if (out.subscriber == "security_lake" && (out.bucket.iam_role_arn.empty() || out.bucket.external_id.empty()))
    return {"--subscriber security_lake needs the role and the external id of the subscription: --iam_role_arn, --external_id",
            kWazuhMessages};
  if (!discard.field && !discard.regex) return {};
  const bool field_needed = out.service.empty() && out.subscriber != "buckets" ? true : out.service == "inspector";
  if (!discard.regex || (!discard.field && field_needed)) return {"--discard-field and --discard-regex go together"};
  Result<DiscardRegex> regex = DiscardRegex::Compile(discard.field.value_or(std::string()), *discard.regex);
  if (!regex.ok()) return {"--discard-regex is no regular expression: " + regex.status().message(), kWazuhType};
  out.bucket.discard.push_back(std::move(regex).value());
  return {};
}

}  // namespace

ReadArguments ReadAwsS3Arguments(const std::vector<std::string>& words) {
  Arguments out;
  Discard discard;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    std::optional<std::string> value;
    bool many = false;
    const Option* option = Find(word, many);
    const std::size_t equals = word.find('=');
    if (option == nullptr && equals != std::string::npos && word.rfind('-', 0) == 0) {
      option = Find(std::string_view(word).substr(0, equals), many);
      if (option != nullptr) value = word.substr(equals + 1);
    }
    if (option == nullptr && word.size() > 2 && word[0] == '-' && word[1] != '-') {
      // -bNAME
      option = Find(std::string_view(word).substr(0, 2), many);
      if (option != nullptr && option->value.empty()) option = nullptr;
      if (option != nullptr) value = word.substr(2);
    }
    if (many) return Refuse("ambiguous option: " + Quoted(word));
    if (option == nullptr) return Refuse("unrecognized arguments: " + Quoted(word));
    if (option->value.empty() && value) return Refuse("argument " + Shown(*option) + " takes no value");
    if (!option->value.empty() && !value) {
      bool ignored = false;
      if (at + 1 == words.size() || Find(words[at + 1], ignored) != nullptr)
        return Refuse("argument " + Shown(*option) + ": expected one argument");
      value = words[++at];
    }
    if (option->name == kDiscardField) discard.field = *value;
    if (option->name == kDiscardRegex) discard.regex = *value;
    const Fault fault = option->take(out, value.value_or(std::string()));
    if (!fault.text.empty()) return Refuse("argument " + Shown(*option) + ": " + fault.text, fault.code);
  }
  if (!out.help)
    if (const Fault fault = CheckWhole(out, discard); !fault.text.empty()) return Refuse(fault.text, fault.code);
  return {std::move(out), std::string(), kWazuhOk};
}

std::string AwsS3Help() {
  std::string text;
  for (const Option& option : kOptions) {
    std::string left("  ");
    if (!option.letters.empty()) left.append("-").append(option.letters).append(", ");
    left.append("--").append(option.name);
    if (!option.value.empty()) left.append(" ").append(option.value);
    left.resize(std::max<std::size_t>(left.size() + 2, 34), ' ');
    text.append(left).append(option.help).append("\n");
  }
  return text;
}

}  // namespace trailsift
