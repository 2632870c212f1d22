#include "enrich/target.h"

#include "enrich/instances.h"
#include "enrich/record_text.h"

namespace trailsift {
namespace {

// Where a request or an answer tells its target. Order matters: AddUserToGroup is about the user, AttachRolePolicy about the role.
// A value that is an ARN is cut to its name, and its account is the target's.
constexpr std::string_view kRequestNames[] = {
    "userName",
    "roleName",
    "roleArn",
    "groupName",
    "policyName",
    "policyArn",
    "instanceProfileName",
    "bucketName",
    "secretId",
    "functionName",
    "keyId",
    "instanceId",
    "networkInterfaceId",
    "groupId",
    "name",
    "names",
    "trailName",
    "allocationId",
    "snapshotId",
    "imageId",
    "dBInstanceIdentifier",
    "dBSnapshotIdentifier",
    "eventDataStore",
    "DeleteFlowLogsRequest.FlowLogId",
    "logGroupName",
    "alarmNames",
    "rule",
    "resolverQueryLogConfigId",
    "resourceArn",
    "configRuleName",
    "configurationRecorderName",
    "accountId",
    "policyId",
    "handshakeId",
    "servicePrincipal",
    "rootId",
};
constexpr std::string_view kAnswerNames[] = {
    "user.userName",         "role.roleName",     "group.groupName", "accessKey.userName",
    "loginProfile.userName", "policy.policyName", "groupId",         "allocationId",
};
constexpr std::string_view kAnswerArns[] = {"user.arn", "role.arn", "group.arn", "policy.arn", "instanceProfile.arn"};

struct Target {
  std::string_view name;
  std::string_view account;
};

Target FromText(std::string_view text) {
  const ArnView arn = ParseArn(text);
  return arn.service.empty() ? Target{text, {}} : Target{ArnName(arn), arn.account};
}

// The text at `path`, or the first one of a list there (DeleteAlarms takes a hundred names). EC2's newer calls write each text as an
// object, `{"tag": 1, "content": "fl-1"}`.
std::optional<std::string_view> FirstTextAt(JsonValue part, std::string_view path) {
  std::optional<std::string_view> found;
  const auto value = FindJson(part, path);
  if (!value) return found;
  ForEachItem(*value, [&](JsonValue item) {
    if (found) return;
    std::string_view text;
    if (item.is_object()) {
      found = FilledText(item, "content");
    } else if (item.get(text) == simdjson::SUCCESS && !text.empty()) {
      found = text;
    }
  });
  return found;
}

template <std::size_t kCount>
Target FirstNamed(std::optional<JsonValue> part, const std::string_view (&paths)[kCount]) {
  if (!part || !part->is_object()) return {};
  for (const std::string_view path : paths) {
    if (const auto text = FirstTextAt(*part, path)) {
      const Target target = FromText(*text);
      if (!target.name.empty()) return target;
    }
  }
  return {};
}

// The word after `on resource: `: an ARN, or a kind and a name (`user bob`, `policy arn:… version v2`).
Target FromErrorMessage(JsonValue record) {
  constexpr std::string_view kMark = "on resource: ";
  const std::string_view message = FindText(record, "errorMessage").value_or("");
  const std::size_t at = message.find(kMark);
  if (at == std::string_view::npos) return {};
  std::string_view rest = message.substr(at + kMark.size());
  std::string_view word = rest.substr(0, rest.find(' '));
  for (const std::string_view kind : {"user", "role", "group", "policy"}) {
    if (word != kind) continue;
    if (word.size() == rest.size()) return {};
    rest.remove_prefix(word.size() + 1);
    word = rest.substr(0, rest.find(' '));
    break;
  }
  if (word.find('*') != std::string_view::npos && !word.starts_with("arn:")) return {};
  return FromText(word);
}

std::optional<JsonValue> Part(JsonValue record, std::string_view name) { return FindJson(record, name); }

Target FindTarget(JsonValue record, Arena& arena) {
  const auto answer = Part(record, "responseElements");
  Target target = FirstNamed(Part(record, "requestParameters"), kRequestNames);
  if (target.name.empty()) target = FirstNamed(answer, kAnswerNames);
  if (target.name.empty()) target = FromErrorMessage(record);
  if (target.name.empty()) target.name = Instances(record, arena).value_or("");
  if (target.account.empty()) target.account = FirstNamed(answer, kAnswerArns).account;
  if (target.account.empty()) target.account = FromErrorMessage(record).account;
  return target;
}

// The owner of the first resource that has one.
std::string_view ResourceOwner(JsonValue record) {
  std::string_view owner;
  const auto resources = FindJson(record, "resources");
  if (!resources) return owner;
  ForEachItem(*resources, [&](JsonValue resource) {
    if (owner.empty()) owner = FindText(resource, "accountId").value_or("");
  });
  return owner;
}

}  // namespace

std::optional<std::string_view> TargetName(JsonValue record, Arena& arena) {
  const Target target = FindTarget(record, arena);
  return target.name.empty() ? std::nullopt : std::optional(target.name);
}

std::optional<std::string_view> TargetAccount(JsonValue record, Arena& arena) {
  const Target target = FindTarget(record, arena);
  if (target.name.empty()) return std::nullopt;
  if (!target.account.empty()) return target.account;
  const std::string_view owner = ResourceOwner(record);
  return owner.empty() ? FilledText(record, "recipientAccountId") : std::optional(owner);
}

}  // namespace trailsift
