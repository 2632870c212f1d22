#include "source/iam_policy.h"

#include <algorithm>

#include "aws/queue_address.h"
#include "aws/s3_endpoint.h"
#include "source/layout.h"

namespace trailsift {
namespace {

void AddOnce(const std::string& text, std::vector<std::string>& list) {
  if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

void AddAll(const std::vector<std::string>& texts, std::vector<std::string>& list) {
  for (const std::string& text : texts) AddOnce(text, list);
}

// `arn:PARTITION:iam::ACCOUNT:…`: the part of that number, from 0; empty where the text is none.
std::string PartOfArn(const std::string& arn, int part) {
  if (arn.rfind("arn:", 0) != 0) return {};
  std::size_t begin = 0;
  for (; part > 0; --part) {
    begin = arn.find(':', begin);
    if (begin == std::string::npos) return {};
    ++begin;
  }
  return arn.substr(begin, arn.find(':', begin) - begin);
}

// The partition: that of the role, else of the first region.
std::string PartitionOfAccess(const AwsAccessSettings& access, const std::vector<std::string>& regions) {
  const std::string partition = PartOfArn(access.iam_role_arn, 1);
  return !partition.empty() ? partition : std::string(regions.empty() ? "aws" : PartitionOf(regions.front()));
}

// The configuration has seen to it that it is one.
QueueAddress AddressOf(const SubscriberSettings& subscriber) {
  const Result<QueueAddress> address = ReadQueueAddress(subscriber.sqs_name);
  return address.ok() ? *address : QueueAddress();
}

std::string PartitionOfQueue(const SubscriberSettings& subscriber) {
  const std::string region = AddressOf(subscriber).region;
  return PartitionOfAccess(subscriber, region.empty() ? std::vector<std::string>() : std::vector{region});
}

std::string Arn(const std::string& partition, const std::string& rest) {
  std::string arn("arn:");
  return arn.append(partition).append(":").append(rest);
}

// What stands before the keys that are read.
std::string KeyPrefix(const BucketSettings& bucket) {
  // Findings may lie in account folders or, from Firehose, right below the path.
  if (ServiceFolder(bucket.type).empty() || bucket.type == "guardduty") return bucket.path;
  return AccountsPrefix(bucket);
}

const char* SidOf(Need need) {
  switch (need) {
    case Need::kList: return "List";
    case Need::kRead: return "Read";
    case Need::kRemove: return "Remove";
    case Need::kDecrypt: return "Decrypt";
    case Need::kAssume: return "Assume";
    case Need::kFindQueue: return "FindQueue";
    case Need::kReceive: return "Receive";
    case Need::kLookAtQueue: return "LookAtQueue";
    case Need::kKeys: return "Keys";
    case Need::kFindings: return "Findings";
    case Need::kLogs: return "Logs";
    case Need::kRemoveStreams: return "RemoveStreams";
  }
  return "";
}

PolicyStatement Empty(Need need) { return {SidOf(need), ActionsOf(need), {}, {}}; }

void AppendList(const std::vector<std::string>& list, std::string& out) {
  out += list.size() == 1 ? "" : "[";
  for (std::size_t i = 0; i < list.size(); ++i) {
    out += i == 0 ? "\"" : ", \"";
    for (const char c : list[i]) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  out += list.size() == 1 ? "" : "]";
}

// `before` stands before each member but the first, which follows `open`.
void AppendStatement(const PolicyStatement& statement, std::string_view open, std::string_view before, std::string_view close,
                     std::string& out) {
  out.append(open);
  if (!statement.sid.empty()) out.append("\"Sid\": \"").append(statement.sid).append("\",").append(before);
  out.append("\"Effect\": \"Allow\",").append(before).append("\"Action\": ");
  AppendList(statement.actions, out);
  out.append(",").append(before).append("\"Resource\": ");
  AppendList(statement.resources, out);
  if (!statement.prefixes.empty()) {
    out.append(",").append(before).append("\"Condition\": {\"StringLike\": {\"s3:prefix\": ");
    AppendList(statement.prefixes, out);
    out += "}}";
  }
  out += close;
}

// Puts what two statements of one kind need into one.
void Join(const PolicyStatement& from, PolicyStatement& into) {
  AddAll(from.resources, into.resources);
  AddAll(from.prefixes, into.prefixes);
}

void AddBuckets(const AwsS3Settings& settings, const std::string& role, std::vector<PolicyStatement>& statements) {
  // One bucket may be configured several times: for its types, or for accounts of its own.
  std::vector<std::string> names;
  for (const BucketSettings& bucket : settings.buckets)
    if (!bucket.is_folder() && bucket.iam_role_arn == role) AddOnce(bucket.name, names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const Need need : {Need::kList, Need::kRead, Need::kRemove}) {
      PolicyStatement joined = Empty(need);
      if (names.size() > 1) joined.sid += std::to_string(i + 1);
      for (const BucketSettings& bucket : settings.buckets) {
        if (bucket.is_folder() || bucket.iam_role_arn != role || bucket.name != names[i]) continue;
        if (need != Need::kRemove || bucket.remove_from_bucket) Join(StatementFor(bucket, need), joined);
      }
      if (!joined.resources.empty()) statements.push_back(std::move(joined));
    }
  }
}

void AddSubscribers(const AwsS3Settings& settings, const std::string& role, const PolicyFacts& facts,
                    std::vector<PolicyStatement>& statements) {
  PolicyStatement find = Empty(Need::kFindQueue);
  PolicyStatement receive = Empty(Need::kReceive);
  PolicyStatement read = Empty(Need::kRead);
  read.sid += "Named";
  std::vector<std::string> buckets = facts.buckets;
  if (buckets.empty()) buckets.emplace_back(kUnknownBucket);
  for (const SubscriberSettings& subscriber : settings.subscribers) {
    if (subscriber.iam_role_arn != role) continue;
    if (AddressOf(subscriber).url.empty()) Join(StatementFor(subscriber, Need::kFindQueue), find);
    Join(StatementFor(subscriber, Need::kReceive), receive);
    for (const std::string& bucket : buckets) Join(StatementFor(subscriber, bucket), read);
  }
  for (PolicyStatement* statement : {&find, &receive, &read})
    if (!statement->resources.empty()) statements.push_back(std::move(*statement));
}

void AddServices(const AwsS3Settings& settings, const std::string& role, std::vector<PolicyStatement>& statements) {
  for (const Need need : {Need::kFindings, Need::kLogs, Need::kRemoveStreams}) {
    PolicyStatement joined = Empty(need);
    for (const ServiceSettings& service : settings.services) {
      const bool logs = service.type == "cloudwatchlogs";
      const bool needed =
          need == Need::kFindings ? service.type == "inspector" : logs && (need == Need::kLogs || service.remove_log_streams);
      if (service.iam_role_arn == role && needed) Join(StatementFor(service, need), joined);
    }
    if (!joined.resources.empty()) statements.push_back(std::move(joined));
  }
}

}  // namespace

const std::vector<std::string>& ActionsOf(Need need) {
  static const std::vector<std::string> kActions[kNeeds] = {
      {"s3:ListBucket"},
      {"s3:GetObject"},
      {"s3:DeleteObject"},
      {"kms:Decrypt"},
      {"sts:AssumeRole"},
      {"sqs:GetQueueUrl"},
      {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"},
      {"sqs:GetQueueAttributes"},
      {"cloudtrail:ListPublicKeys"},
      {"inspector2:ListFindings"},
      {"logs:DescribeLogStreams", "logs:GetLogEvents"},
      {"logs:DeleteLogStream"},
  };
  return kActions[static_cast<std::size_t>(need)];
}

std::vector<std::string> AssumedRoles(const AwsS3Settings& settings) {
  std::vector<std::string> roles;
  for (const BucketSettings& bucket : settings.buckets)
    if (!bucket.is_folder()) AddOnce(bucket.iam_role_arn, roles);
  for (const ServiceSettings& service : settings.services) AddOnce(service.iam_role_arn, roles);
  for (const SubscriberSettings& subscriber : settings.subscribers) AddOnce(subscriber.iam_role_arn, roles);
  return roles;
}

bool HasSubscriber(const AwsS3Settings& settings, const std::string& role) {
  return std::any_of(settings.subscribers.begin(), settings.subscribers.end(),
                     [&](const SubscriberSettings& subscriber) { return subscriber.iam_role_arn == role; });
}

PolicyStatement StatementFor(const BucketSettings& bucket, Need need) {
  PolicyStatement statement = Empty(need);
  const std::string arn = Arn(PartitionOfAccess(bucket, bucket.regions), "s3:::" + bucket.name);
  const std::string prefix = KeyPrefix(bucket) + '*';
  if (need == Need::kList) {
    statement.resources.push_back(arn);
    statement.prefixes.push_back(prefix);
  } else {
    statement.resources.push_back(arn + '/' + prefix);
  }
  return statement;
}

PolicyStatement StatementFor(const SubscriberSettings& subscriber, Need need) {
  PolicyStatement statement = Empty(need);
  QueueAddress queue = AddressOf(subscriber);
  // Without a URL the queue is one of the account that asks; which one that is, only a role says.
  if (queue.account.empty()) queue.account = PartOfArn(subscriber.iam_role_arn, 4);
  std::string rest("sqs:");
  rest.append(queue.region.empty() ? "*" : queue.region).append(":");
  rest.append(queue.account.empty() ? "*" : queue.account).append(":").append(queue.name);
  statement.resources.push_back(Arn(PartitionOfQueue(subscriber), rest));
  return statement;
}

PolicyStatement StatementFor(const SubscriberSettings& subscriber, const std::string& bucket) {
  PolicyStatement statement = Empty(Need::kRead);
  statement.resources.push_back(Arn(PartitionOfQueue(subscriber), "s3:::" + bucket + "/*"));
  return statement;
}

PolicyStatement StatementFor(const ServiceSettings& service, Need need) {
  PolicyStatement statement = Empty(need);
  if (need == Need::kFindings) {
    statement.resources = {"*"};  // no resource can be named for it
    return statement;
  }
  const std::string account = PartOfArn(service.iam_role_arn, 4);
  std::vector<std::string> regions = service.regions;
  if (regions.empty()) regions = {"*"};
  for (const std::string& region : regions)
    for (const std::string& group : service.log_groups) {
      std::string rest("logs:");
      rest.append(region).append(":").append(account.empty() ? "*" : account).append(":log-group:").append(group);
      const std::string arn = Arn(PartitionOfAccess(service, service.regions), rest);
      if (need == Need::kLogs) AddOnce(arn, statement.resources);
      AddOnce(arn + ":*", statement.resources);
    }
  return statement;
}

PolicyStatement DecryptStatement(const std::vector<std::string>& keys) {
  PolicyStatement statement = Empty(Need::kDecrypt);
  statement.resources = keys;
  return statement;
}

PolicyStatement AssumeStatement(const std::vector<std::string>& roles) {
  PolicyStatement statement = Empty(Need::kAssume);
  statement.resources = roles;
  return statement;
}

std::vector<PolicyStatement> LeastPolicy(const AwsS3Settings& settings, const std::string& role, const PolicyFacts& facts) {
  std::vector<PolicyStatement> statements;
  AddBuckets(settings, role, statements);
  AddSubscribers(settings, role, facts, statements);
  if (!statements.empty() && !facts.kms_keys.empty()) statements.push_back(DecryptStatement(facts.kms_keys));
  AddServices(settings, role, statements);
  if (role.empty()) {
    const std::vector<std::string> roles = AssumedRoles(settings);
    if (!roles.empty()) statements.push_back(AssumeStatement(roles));
  }
  return statements;
}

PolicyStatement KeysStatement() {
  PolicyStatement statement = Empty(Need::kKeys);
  statement.resources = {"*"};  // the action knows no resources
  return statement;
}

bool NeedsKeys(const Settings& settings, const std::string& role) {
  const auto checked = [&](const BucketSettings& bucket) {
    // The digests of a folder are checked with the keys that the environment's credentials get.
    return bucket.type == "cloudtrail" && (bucket.is_folder() ? role.empty() : bucket.iam_role_arn == role);
  };
  const std::vector<BucketSettings>& buckets = settings.aws_s3.buckets;
  return settings.own.log_integrity && std::any_of(buckets.begin(), buckets.end(), checked);
}

std::string PolicyJson(const std::vector<PolicyStatement>& statements) {
  std::string out = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [";
  for (std::size_t i = 0; i < statements.size(); ++i)
    AppendStatement(statements[i], i == 0 ? "\n    {\n      " : ",\n    {\n      ", "\n      ", "\n    }", out);
  return out += "\n  ]\n}\n";
}

std::string StatementJson(const PolicyStatement& statement) {
  PolicyStatement unnamed = statement;
  unnamed.sid.clear();
  std::string out;
  AppendStatement(unnamed, "{", " ", "}", out);
  return out;
}

}  // namespace trailsift
