#include "config/aws_s3.h"

#include <array>
#include <utility>

#include "config/aws_access.h"

namespace trailsift {
namespace {

constexpr std::array<std::string_view, 11> kBucketTypes = {
    "cloudtrail", "config", "custom", "guardduty", "vpcflow", "cisco_umbrella", "waf", "alb", "clb", "nlb", "server_access"};
constexpr std::array<std::string_view, 2> kServiceTypes = {"inspector", "cloudwatchlogs"};
constexpr std::array<std::string_view, 3> kSubscriberTypes = {"security_lake", "buckets", "security_hub"};
constexpr std::string_view kFolderScheme = "file://";

// The module while it is read.
struct Module {
  AwsS3Settings settings;
  const XmlNode* interval = nullptr;
  const XmlNode* day = nullptr;
  const XmlNode* week_day = nullptr;
  // Old tags of the module itself; they belong to <bucket> elements without a type.
  AwsAccessSettings legacy;
  bool legacy_remove = false;
  std::vector<std::size_t> legacy_buckets;
};

// The `type` attribute (others were refused by ReadBlock); empty after an error.
std::string ReadType(const BlockReader& reader, const XmlNode& node, const std::vector<std::string_view>& types) {
  std::string list;
  for (const std::string_view type : types) list.append(list.empty() ? "" : ", ").append(type);
  const std::string* type = node.Attribute("type");
  if (type == nullptr) {
    reader.Error(node, "<" + node.name + "> without a type", "write <" + node.name + " type=\"…\"> with one of " + list);
    return {};
  }
  if (std::find(types.begin(), types.end(), *type) != types.end()) return *type;
  std::string hint = DidYouMean(*type, types);
  reader.Error(node, "unknown type " + Quoted(*type) + " of <" + node.name + ">",
               hint.empty() ? "one of " + list : std::move(hint));
  return {};
}

void ReadName(const BlockReader& reader, const XmlNode& node, BucketSettings& bucket) {
  bucket.name = reader.NeededText(node);
  bucket.folder.clear();
  if (bucket.name.empty()) return;
  if (std::string_view(bucket.name).substr(0, kFolderScheme.size()) != kFolderScheme) {
    if (const std::string why = WhyNoBucketName(bucket.name); !why.empty())
      reader.Error(node, "<name> is " + Quoted(bucket.name) + ": " + why, "");
    return;
  }
  std::string folder = bucket.name.substr(kFolderScheme.size());
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  if (folder.empty() || folder.front() != '/')
    reader.Error(node, "<name> is " + Quoted(bucket.name) + ": the folder is not absolute", "write file:///folder");
  else bucket.folder = std::move(folder);
}

const Block<BucketSettings>& BucketBlock() {
  static const Block<BucketSettings> block = [] {
    Block<BucketSettings> made;
    AddSourceTags(made.tags);
    made.tags.push_back({"name", ReadName});
    made.tags.push_back({"path", TRAILSIFT_READ(BucketSettings, ReadKeyPath, path)});
    made.tags.push_back({"path_suffix", TRAILSIFT_READ(BucketSettings, ReadKeyPath, path_suffix)});
    made.tags.push_back({"aws_organization_id", TRAILSIFT_READ(BucketSettings, ReadText, organization_id)});
    made.tags.push_back({"remove_from_bucket", TRAILSIFT_READ(BucketSettings, ReadYesNo, remove_from_bucket)});
    made.tags.push_back({"discard_regex",
                         [](const BlockReader& r, const XmlNode& n, BucketSettings& b) { ReadDiscard(r, n, true, b.discard); },
                         true, "field"});
    return made;
  }();
  return block;
}

const Block<ServiceSettings>& ServiceBlock() {
  static const Block<ServiceSettings> block = [] {
    Block<ServiceSettings> made;
    AddSourceTags(made.tags);
    made.tags.push_back({"aws_log_groups", [](const BlockReader& r, const XmlNode& n, ServiceSettings& s) {
                           s.log_groups.clear();
                           const std::string text = r.NeededText(n);
                           if (text.empty()) return;
                           for (const std::string_view group : SplitCommas(text))
                             if (!group.empty()) s.log_groups.emplace_back(group);
                         }});
    made.tags.push_back({"remove_log_streams", TRAILSIFT_READ(ServiceSettings, ReadYesNo, remove_log_streams)});
    made.tags.push_back({"discard_regex",
                         [](const BlockReader& r, const XmlNode& n, ServiceSettings& s) {
                           ReadDiscard(r, n, s.type != "cloudwatchlogs", s.discard);
                         },
                         true, "field"});
    return made;
  }();
  return block;
}

const Block<SubscriberSettings>& SubscriberBlock() {
  static const Block<SubscriberSettings> block = [] {
    Block<SubscriberSettings> made;
    AddCommonTags(made.tags);
    made.tags.push_back({"sqs_name", TRAILSIFT_READ(SubscriberSettings, ReadNeeded, sqs_name)});
    made.tags.push_back({"external_id", TRAILSIFT_READ(SubscriberSettings, ReadNeeded, external_id)});
    made.tags.push_back({"discard_regex",
                         [](const BlockReader& r, const XmlNode& n, SubscriberSettings& s) {
                           if (s.type == "security_lake") r.Error(n, "<discard_regex> in a security_lake subscriber", "remove it");
                           else ReadDiscard(r, n, false, s.discard);
                         },
                         true, "field"});
    return made;
  }();
  return block;
}

// Events of global services (IAM, Organizations, root sign-in) stand in one region of each partition only.
void CheckGlobalRegion(const BlockReader& reader, const XmlNode& node, const std::vector<std::string>& regions) {
  const auto partition = [](std::string_view region) -> std::string_view {
    if (region.substr(0, 7) == "us-gov-") return "us-gov-west-1";
    if (region.substr(0, 3) == "cn-") return "cn-north-1";
    if (region.substr(0, 6) == "us-iso" || region.substr(0, 6) == "eu-iso" || region.substr(0, 4) == "eusc") return {};
    return "us-east-1";
  };
  std::set<std::string_view> missing;
  for (const std::string& region : regions) missing.insert(partition(region));
  for (const std::string_view global : missing) {
    if (global.empty() || std::find(regions.begin(), regions.end(), global) != regions.end()) continue;
    const XmlNode* place = node.Child("regions");
    reader.Warning(place == nullptr ? node : *place,
                   "<regions> without " + std::string(global) +
                       ": events of IAM, Organizations and root sign-in stand in that region's folder",
                   "add " + std::string(global));
  }
}

void ReadLegacyBucket(const BlockReader& reader, const XmlNode& node, Module& module) {
  BucketSettings bucket;
  bucket.place = reader.PlaceOf(node);
  bucket.account_alias = "LEGACY";
  ReadName(reader, node, bucket);
  reader.Warning(node, "<bucket>name</bucket> is an old form", "write <bucket type=\"cloudtrail\"><name>…</name></bucket>");
  module.legacy_buckets.push_back(module.settings.buckets.size());
  module.settings.buckets.push_back(std::move(bucket));
}

void ReadBucket(const BlockReader& reader, const XmlNode& node, Module& module) {
  if (node.attributes.empty() && node.children.empty()) {
    ReadLegacyBucket(reader, node, module);
    return;
  }
  BucketSettings bucket;
  bucket.place = reader.PlaceOf(node);
  bucket.type = ReadType(reader, node, {kBucketTypes.begin(), kBucketTypes.end()});
  ReadBlock(reader, node, BucketBlock(), "<bucket>", bucket);
  CheckAccess(reader, node, bucket);
  if (node.Child("name") == nullptr) reader.Error(node, "<bucket> without a <name>", "add <name>the-bucket</name>");
  if (bucket.type == "cloudtrail") CheckGlobalRegion(reader, node, bucket.regions);
  module.settings.buckets.push_back(std::move(bucket));
}

void ReadService(const BlockReader& reader, const XmlNode& node, Module& module) {
  ServiceSettings service;
  service.place = reader.PlaceOf(node);
  service.type = ReadType(reader, node, {kServiceTypes.begin(), kServiceTypes.end()});
  ReadBlock(reader, node, ServiceBlock(), "<service>", service);
  CheckAccess(reader, node, service);
  if (service.type == "cloudwatchlogs" && service.log_groups.empty() && node.Child("aws_log_groups") == nullptr)
    reader.Warning(node, "<service type=\"cloudwatchlogs\"> without <aws_log_groups> collects nothing", "name the log groups");
  module.settings.services.push_back(std::move(service));
}

// A URL tells region and account besides.
bool IsQueue(std::string_view text) {
  // Of a URL the end is the name; what stands before it at least a host.
  const std::size_t host = text.rfind("https://", 0) == 0 ? 8 : text.rfind("http://", 0) == 0 ? 7 : 0;
  if (const std::size_t slash = text.rfind('/'); host > 0) {
    if (slash <= host) return false;
    text.remove_prefix(slash + 1);
  }
  if (text.size() > 5 && text.substr(text.size() - 5) == ".fifo") text.remove_suffix(5);
  return !text.empty() && text.size() <= 80 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void ReadSubscriber(const BlockReader& reader, const XmlNode& node, Module& module) {
  SubscriberSettings subscriber;
  subscriber.place = reader.PlaceOf(node);
  subscriber.type = ReadType(reader, node, {kSubscriberTypes.begin(), kSubscriberTypes.end()});
  ReadBlock(reader, node, SubscriberBlock(), "<subscriber>", subscriber);
  CheckAccess(reader, node, subscriber);
  if (const XmlNode* role = node.Child("iam_role_arn"); role != nullptr && Trim(role->text).empty())
    reader.Error(*role, "<iam_role_arn> of a subscriber is empty");
  if (node.Child("sqs_name") == nullptr && !subscriber.type.empty())
    reader.Error(node, "<subscriber> without <sqs_name>", "name the queue, or write its URL");
  else if (!subscriber.sqs_name.empty() && !IsQueue(subscriber.sqs_name))
    reader.Error(*node.Child("sqs_name"), "\"" + subscriber.sqs_name + "\" is no name of a queue",
                 "at most 80 letters, digits, - and _, or the queue's URL as https://sqs.REGION.amazonaws.com/ACCOUNT/NAME");
  module.settings.subscribers.push_back(std::move(subscriber));
}

void ReadInterval(const BlockReader& reader, const XmlNode& node, Module& module) {
  Schedule& schedule = module.settings.schedule;
  const std::string text = reader.Text(node);
  const std::optional<Interval> interval = ParseInterval(text);
  if (!interval) {
    reader.Error(node, "<interval> is " + Quoted(text), "write a number and s, m, h, d, w or M, as 10m");
    return;
  }
  module.interval = &node;
  if (interval->span == 0 && interval->months == 0) {
    reader.Warning(node, "<interval> is zero: every 5 seconds", "write <interval>10m</interval>");
    return;
  }
  schedule.interval = interval->span;
  schedule.months = interval->months;
}

void ReadDay(const BlockReader& reader, const XmlNode& node, Module& module) {
  const std::string text = reader.Text(node);
  const std::optional<std::uint64_t> day = ParseNumber(text, 31);
  module.day = &node;
  if (day && *day > 0) module.settings.schedule.month_day = static_cast<int>(*day);
  else reader.Error(node, "<day> is " + Quoted(text), "write a day of the month, 1 to 31");
}

void ReadWeekDay(const BlockReader& reader, const XmlNode& node, Module& module) {
  const std::string text = reader.Text(node);
  module.week_day = &node;
  module.settings.schedule.week_day = ParseWeekDay(text);
  if (!module.settings.schedule.week_day) reader.Error(node, "<wday> is " + Quoted(text), "write a weekday, as monday");
}

void ReadTime(const BlockReader& reader, const XmlNode& node, Module& module) {
  const std::string text = reader.Text(node);
  module.settings.schedule.minute_of_day = ParseTimeOfDay(text);
  if (!module.settings.schedule.minute_of_day) reader.Error(node, "<time> is " + Quoted(text), "write hh:mm, 00:00 to 23:59");
}

const Block<Module>& ModuleBlock() {
  static const Block<Module> block = {{
      {"disabled", TRAILSIFT_READ(Module, ReadYesNo, settings.disabled)},
      {"run_on_start", TRAILSIFT_READ(Module, ReadYesNo, settings.schedule.run_on_start)},
      {"skip_on_error", TRAILSIFT_READ(Module, ReadYesNo, settings.skip_on_error)},
      {"remove_from_bucket", TRAILSIFT_READ(Module, ReadYesNo, legacy_remove)},
      {"access_key", TRAILSIFT_READ(Module, ReadSecret, legacy.access_key)},
      {"secret_key", TRAILSIFT_READ(Module, ReadSecret, legacy.secret_key)},
      {"interval", ReadInterval},
      {"day", ReadDay},
      {"wday", ReadWeekDay},
      {"time", ReadTime},
      {"bucket", ReadBucket, true, "type"},
      {"service", ReadService, true, "type"},
      {"subscriber", ReadSubscriber, true, "type"},
  }};
  return block;
}

// <day>, <wday> and <time> bend the interval, as Wazuh does it.
void CheckSchedule(const BlockReader& reader, const XmlNode& wodle, Module& module) {
  Schedule& schedule = module.settings.schedule;
  if (module.day != nullptr && module.week_day != nullptr) {
    reader.Error(*module.day, "<day> and <wday> together", "keep one of them");
    return;
  }
  const auto bend = [&](Millis unit, bool months, const char* to) {
    const bool fits = months ? schedule.months > 0 : schedule.months == 0 && schedule.interval % unit == 0;
    if (fits) return;
    schedule.interval = months ? 0 : unit;
    schedule.months = months ? 1 : 0;
    if (module.interval != nullptr)
      reader.Warning(*module.interval, std::string("<interval> does not fit the day and time: it becomes ") + to);
  };
  if (schedule.months > 0 && !schedule.month_day && !schedule.week_day) schedule.month_day = 1;
  if (schedule.month_day) bend(0, true, "1M");
  else if (schedule.week_day) bend(7 * kDay, false, "1w");
  else if (schedule.minute_of_day) bend(kDay, false, "1d");
  else if (module.interval == nullptr && wodle.Child("interval") == nullptr)
    reader.Warning(wodle, "no <interval>: every 5 seconds, as in Wazuh", "write <interval>10m</interval>");
  if ((schedule.month_day || schedule.week_day) && !schedule.minute_of_day) schedule.minute_of_day = 0;
}

void ApplyLegacy(const BlockReader& reader, const XmlNode& wodle, Module& module) {
  CheckAccess(reader, wodle, module.legacy);
  for (const std::size_t index : module.legacy_buckets) {
    BucketSettings& bucket = module.settings.buckets[index];
    bucket.access_key = module.legacy.access_key;
    bucket.secret_key = module.legacy.secret_key;
    bucket.remove_from_bucket = module.legacy_remove;
  }
  if (!module.legacy_buckets.empty()) return;
  for (const char* name : {"access_key", "secret_key", "remove_from_bucket"}) {
    const XmlNode* node = wodle.Child(name);
    if (node != nullptr) reader.Warning(*node, "<" + node->name + "> outside <bucket> has no effect", "move it into the <bucket>");
  }
}

}  // namespace

AwsS3Settings ReadAwsS3(const BlockReader& reader, const XmlNode& wodle) {
  Module module;
  module.settings.present = true;
  module.settings.place = reader.PlaceOf(wodle);
  ReadBlock(reader, wodle, ModuleBlock(), "<wodle name=\"aws-s3\">", module);
  CheckSchedule(reader, wodle, module);
  ApplyLegacy(reader, wodle, module);
  const bool any = wodle.Child("bucket") != nullptr || wodle.Child("service") != nullptr || wodle.Child("subscriber") != nullptr;
  if (!any)
    reader.Error(wodle, "<wodle name=\"aws-s3\"> without a <bucket>, <service> or <subscriber>",
                 "add a <bucket type=\"cloudtrail\">");
  return std::move(module.settings);
}

}  // namespace trailsift
