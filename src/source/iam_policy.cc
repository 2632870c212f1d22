#include "source/iam_policy.h"

#include <algorithm>

#include "aws/s3_endpoint.h"
#include "source/layout.h"

namespace trailsift {
namespace {

void AddOnce(const std::string& text, std::vector<std::string>& list) {
  if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

// The partition of a bucket's ARN: that of the role that reads it, else of its first region.
std::string PartitionOfBucket(const BucketSettings& bucket) {
  if (bucket.iam_role_arn.rfind("arn:", 0) == 0) return bucket.iam_role_arn.substr(4, bucket.iam_role_arn.find(':', 4) - 4);
  return std::string(bucket.regions.empty() ? "aws" : PartitionOf(bucket.regions.front()));
}

// What stands before the keys that are read.
std::string KeyPrefix(const BucketSettings& bucket) {
  // Findings may lie in account folders or, from Firehose, right below the path.
  if (ServiceFolder(bucket.type).empty() || bucket.type == "guardduty") return bucket.path;
  return AccountsPrefix(bucket);
}

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

}  // namespace

std::vector<std::string> AssumedRoles(const AwsS3Settings& settings) {
  std::vector<std::string> roles;
  for (const BucketSettings& bucket : settings.buckets)
    if (!bucket.is_folder()) AddOnce(bucket.iam_role_arn, roles);
  return roles;
}

std::vector<PolicyStatement> LeastPolicy(const AwsS3Settings& settings, const std::string& role,
                                         const std::vector<std::string>& kms_keys) {
  std::vector<PolicyStatement> statements;
  // One bucket may be configured several times: for its types, or for accounts of its own.
  std::vector<std::string> names;
  for (const BucketSettings& bucket : settings.buckets)
    if (!bucket.is_folder() && bucket.iam_role_arn == role) AddOnce(bucket.name, names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string number = names.size() == 1 ? "" : std::to_string(i + 1);
    PolicyStatement list{"List" + number, {"s3:ListBucket"}, {}, {}};
    PolicyStatement read{"Read" + number, {"s3:GetObject"}, {}, {}};
    PolicyStatement remove{"Remove" + number, {"s3:DeleteObject"}, {}, {}};
    for (const BucketSettings& bucket : settings.buckets) {
      if (bucket.is_folder() || bucket.iam_role_arn != role || bucket.name != names[i]) continue;
      std::string arn("arn:");
      arn.append(PartitionOfBucket(bucket)).append(":s3:::").append(bucket.name);
      const std::string prefix = KeyPrefix(bucket) + '*';
      AddOnce(arn, list.resources);
      AddOnce(prefix, list.prefixes);
      AddOnce(arn + '/' + prefix, read.resources);
      if (bucket.remove_from_bucket) AddOnce(arn + '/' + prefix, remove.resources);
    }
    statements.push_back(std::move(list));
    statements.push_back(std::move(read));
    if (!remove.resources.empty()) statements.push_back(std::move(remove));
  }
  if (!names.empty() && !kms_keys.empty()) statements.push_back({"Decrypt", {"kms:Decrypt"}, kms_keys, {}});
  if (role.empty()) {
    const std::vector<std::string> roles = AssumedRoles(settings);
    if (!roles.empty()) statements.push_back({"Assume", {"sts:AssumeRole"}, roles, {}});
  }
  return statements;
}

std::optional<PolicyStatement> KeysStatement(const Settings& settings, const std::string& role) {
  const auto checked = [&](const BucketSettings& bucket) {
    return !bucket.is_folder() && bucket.type == "cloudtrail" && bucket.iam_role_arn == role;
  };
  const std::vector<BucketSettings>& buckets = settings.aws_s3.buckets;
  if (!settings.own.log_integrity || std::none_of(buckets.begin(), buckets.end(), checked)) return std::nullopt;
  // The action knows no resources.
  return PolicyStatement{"Keys", {"cloudtrail:ListPublicKeys"}, {"*"}, {}};
}

std::string PolicyJson(const std::vector<PolicyStatement>& statements) {
  std::string out = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [";
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const PolicyStatement& statement = statements[i];
    out += i == 0 ? "\n" : ",\n";
    out.append("    {\n      \"Sid\": \"").append(statement.sid).append("\",\n      \"Effect\": \"Allow\",\n      \"Action\": ");
    AppendList(statement.actions, out);
    out += ",\n      \"Resource\": ";
    AppendList(statement.resources, out);
    if (!statement.prefixes.empty()) {
      out += ",\n      \"Condition\": {\"StringLike\": {\"s3:prefix\": ";
      AppendList(statement.prefixes, out);
      out += "}}";
    }
    out += "\n    }";
  }
  return out += "\n  ]\n}\n";
}

}  // namespace trailsift
