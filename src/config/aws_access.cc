#include "config/aws_access.h"

#include <utility>

namespace trailsift {

void ReadSecret(const BlockReader& reader, const XmlNode& node, std::string& out) {
  out = reader.WantedText(node);
  if (!out.empty())
    reader.Warning(node, "<" + node.name + "> in a configuration file is deprecated", "use <aws_profile> or the environment");
}

void ReadEndpoint(const BlockReader& reader, const XmlNode& node, std::string& out) {
  std::string text = reader.WantedText(node);
  if (text.empty()) return;
  // The text may hold a password: it is not repeated.
  if (IsEndpoint(text)) out = std::move(text);
  else reader.Error(node, "<" + node.name + "> is no endpoint", "write it as https://host:port, without a user name");
}

void ReadRoleArn(const BlockReader& reader, const XmlNode& node, std::string& out) {
  std::string text = reader.WantedText(node);
  if (text.empty()) return;
  if (IsRoleArn(text)) out = std::move(text);
  else reader.Error(node, "<iam_role_arn> is " + Quoted(text), "write it as arn:aws:iam::123456789012:role/name");
}

void ReadRoleDuration(const BlockReader& reader, const XmlNode& node, std::optional<int>& out) {
  const std::string text = reader.WantedText(node);
  if (text.empty()) return;
  const std::optional<std::uint64_t> seconds = ParseNumber(text, 3600);
  if (seconds && *seconds >= 900) out = static_cast<int>(*seconds);
  else reader.Error(node, "<iam_role_duration> is " + Quoted(text), "write seconds, 900 to 3600");
}

void ReadAccountIds(const BlockReader& reader, const XmlNode& node, std::vector<std::string>& out) {
  const std::string text = reader.NeededText(node);
  out.clear();
  if (text.empty()) return;
  for (const std::string_view id : SplitCommas(text)) {
    if (!IsAccountId(id))
      reader.Error(node, "account id " + Quoted(id) + " in <aws_account_id>", "an account id has exactly 12 digits");
    else if (std::find(out.begin(), out.end(), id) == out.end()) out.emplace_back(id);
  }
}

void ReadRegions(const BlockReader& reader, const XmlNode& node, std::vector<std::string>& out) {
  const std::string text = reader.WantedText(node);
  out.clear();
  if (text.empty()) return;
  for (const std::string_view region : SplitCommas(text)) {
    if (IsRegion(region)) out.emplace_back(region);
    else reader.Error(node, "region " + Quoted(region) + " in <regions>", "write them as us-east-1,eu-west-1");
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
}

void ReadOnlyLogsAfter(const BlockReader& reader, const XmlNode& node, std::optional<std::int64_t>& out) {
  const std::string text = reader.WantedText(node);
  if (text.empty()) return;
  if (const std::optional<std::int64_t> day = ParseOnlyLogsAfter(text)) {
    out = day;
    return;
  }
  const std::optional<Millis> iso = ParseIsoTime(text);
  const std::string example = iso && *iso >= 0 ? FormatOnlyLogsAfter(*iso / kDay) : "YYYY-MMM-DD, as 2026-JAN-15";
  reader.Error(node, "<only_logs_after> is " + Quoted(text), "write " + example);
}

void ReadKeyPath(const BlockReader& reader, const XmlNode& node, std::string& out) {
  std::string text = Unquote(reader.WantedText(node));
  if (text.empty()) return;
  if (const std::string bad = ForbiddenInPath(text); !bad.empty()) {
    reader.Error(node, "<" + node.name + "> holds " + bad, "Wazuh refuses that character");
    return;
  }
  if (text.front() == '/')
    reader.Warning(node, "<" + node.name + "> starts with /", "keys in S3 do not: remove it unless yours do");
  if (text.back() != '/') text += '/';
  out = std::move(text);
}

void ReadDiscard(const BlockReader& reader, const XmlNode& node, bool field_needed, std::vector<DiscardRegex>& out) {
  const std::string* field = node.Attribute("field");
  std::string path = field == nullptr ? std::string() : std::string(Trim(*field));
  if (path.empty() && (field_needed || field != nullptr)) {
    reader.Error(node, "<discard_regex> without a field", "write <discard_regex field=\"userIdentity.type\">");
    return;
  }
  const std::string text = reader.WantedText(node);
  if (text.empty()) return;
  Result<DiscardRegex> regex = DiscardRegex::Compile(std::move(path), Unquote(text));
  if (regex.ok()) out.push_back(std::move(regex).value());
  else reader.Error(node, "<discard_regex> is no regular expression: " + regex.status().message());
}

void CheckAccess(const BlockReader& reader, const XmlNode& node, AwsAccessSettings& access) {
  if (access.access_key.empty() != access.secret_key.empty()) {
    reader.Warning(
        node, std::string("<") + (access.access_key.empty() ? "secret_key" : "access_key") + "> stands alone and has no effect",
        "give both, or better a profile");
    access.access_key.clear();
    access.secret_key.clear();
  }
  if (!access.access_key.empty() && !access.aws_profile.empty())
    reader.Warning(node, "<access_key> and <aws_profile>: the key is used, the profile is not", "remove one of them");
  if (access.iam_role_duration && access.iam_role_arn.empty())
    reader.Error(node, "<iam_role_duration> without <iam_role_arn>", "add the role or remove the duration");
}

}  // namespace trailsift
