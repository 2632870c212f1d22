// The tags that <bucket>, <service> and <subscriber> share: credentials, endpoints, accounts, regions, discard_regex. Internal to
// config/.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "config/block_reader.h"
#include "config/settings.h"

namespace trailsift {

void ReadSecret(const BlockReader& reader, const XmlNode& node, std::string& out);
void ReadEndpoint(const BlockReader& reader, const XmlNode& node, std::string& out);
void ReadRoleArn(const BlockReader& reader, const XmlNode& node, std::string& out);
void ReadRoleDuration(const BlockReader& reader, const XmlNode& node, std::optional<int>& out);
void ReadAccountIds(const BlockReader& reader, const XmlNode& node, std::vector<std::string>& out);
void ReadRegions(const BlockReader& reader, const XmlNode& node, std::vector<std::string>& out);
void ReadOnlyLogsAfter(const BlockReader& reader, const XmlNode& node, std::optional<std::int64_t>& out);
// A path or suffix: empty, or with a `/` at its end.
void ReadKeyPath(const BlockReader& reader, const XmlNode& node, std::string& out);
void ReadDiscard(const BlockReader& reader, const XmlNode& node, bool field_needed, std::vector<DiscardRegex>& out);

// What only the whole block tells: half a key pair, keys beside a profile, a duration without a role.
void CheckAccess(const BlockReader& reader, const XmlNode& node, AwsAccessSettings& access);

// Wraps a reader of one member into the shape of a table's line. A type cannot stand in parentheses.
// NOLINTNEXTLINE(bugprone-macro-parentheses)
#define TRAILSIFT_READ(T, Reader, member) [](const BlockReader& r, const XmlNode& n, T& out) { Reader(r, n, out.member); }

inline void ReadText(const BlockReader& reader, const XmlNode& node, std::string& out) { out = Unquote(reader.WantedText(node)); }
inline void ReadNeeded(const BlockReader& reader, const XmlNode& node, std::string& out) { out = reader.NeededText(node); }
inline void ReadYesNo(const BlockReader& reader, const XmlNode& node, bool& out) { reader.YesNo(node, out); }

// The tags that all three have.
template <typename T>
void AddCommonTags(std::vector<Tag<T>>& tags) {
  tags.push_back({"aws_profile", TRAILSIFT_READ(T, ReadText, aws_profile)});
  tags.push_back({"iam_role_arn", TRAILSIFT_READ(T, ReadRoleArn, iam_role_arn)});
  tags.push_back({"iam_role_duration", TRAILSIFT_READ(T, ReadRoleDuration, iam_role_duration)});
  tags.push_back({"sts_endpoint", TRAILSIFT_READ(T, ReadEndpoint, sts_endpoint)});
  tags.push_back({"service_endpoint", TRAILSIFT_READ(T, ReadEndpoint, service_endpoint)});
}

// The tags that <bucket> and <service> have besides.
template <typename T>
void AddSourceTags(std::vector<Tag<T>>& tags) {
  AddCommonTags(tags);
  tags.push_back({"access_key", TRAILSIFT_READ(T, ReadSecret, access_key)});
  tags.push_back({"secret_key", TRAILSIFT_READ(T, ReadSecret, secret_key)});
  tags.push_back({"aws_account_id", TRAILSIFT_READ(T, ReadAccountIds, account_ids)});
  tags.push_back({"aws_account_alias", TRAILSIFT_READ(T, ReadText, account_alias)});
  tags.push_back({"regions", TRAILSIFT_READ(T, ReadRegions, regions)});
  tags.push_back({"only_logs_after", TRAILSIFT_READ(T, ReadOnlyLogsAfter, only_logs_after)});
}

}  // namespace trailsift
