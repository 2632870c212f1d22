#include "rules/case_actors.h"

namespace trailsift {
namespace {

struct ActorText {
  std::string_view name;
  std::string_view actor_name;
  std::string_view address;
  std::string_view identity;  // YAML
};

// ACCOUNT stands for the account. The keys are those of AWS's own examples.
constexpr ActorText kActors[] = {
    {"user", "alice", "",
     R"({type: IAMUser, principalId: AIDAALICE23456EXAMPLE, arn: "arn:aws:iam::ACCOUNT:user/alice", accountId: "ACCOUNT",
         accessKeyId: AKIAIOSFODNN7EXAMPLE, userName: alice})"},
    {"sso", "jane@example.com", "",
     R"({type: AssumedRole, principalId: "AROAADMIN234567EXAMPLE:jane@example.com",
         arn: "arn:aws:sts::ACCOUNT:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com", accountId: "ACCOUNT",
         accessKeyId: ASIAIOSFODNN7EXAMPLE,
         sessionContext: {
           sessionIssuer: {type: Role, principalId: AROAADMIN234567EXAMPLE,
             arn: "arn:aws:iam::ACCOUNT:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
             accountId: "ACCOUNT", userName: AWSReservedSSO_Admin_0123456789abcdef},
           attributes: {creationDate: "2026-03-02T08:00:00Z", mfaAuthenticated: "false"}}})"},
    {"role", "deploy/build-7", "",
     R"({type: AssumedRole, principalId: "AROADEPLOY23456EXAMPLE:build-7", arn: "arn:aws:sts::ACCOUNT:assumed-role/deploy/build-7",
         accountId: "ACCOUNT", accessKeyId: ASIAIOSFODNN7EXAMPLE,
         sessionContext: {
           sessionIssuer: {type: Role, principalId: AROADEPLOY23456EXAMPLE, arn: "arn:aws:iam::ACCOUNT:role/deploy",
             accountId: "ACCOUNT", userName: deploy},
           attributes: {creationDate: "2026-03-02T08:00:00Z", mfaAuthenticated: "false"}}})"},
    {"root", "root of ACCOUNT", "",
     R"({type: Root, principalId: "ACCOUNT", arn: "arn:aws:iam::ACCOUNT:root", accountId: "ACCOUNT",
         accessKeyId: ASIAIOSFODNN7EXAMPLE,
         sessionContext: {attributes: {creationDate: "2026-03-02T08:00:00Z", mfaAuthenticated: "true"}}})"},
    {"service", "autoscaling.amazonaws.com", "autoscaling.amazonaws.com",
     "{type: AWSService, invokedBy: autoscaling.amazonaws.com}"},
    {"instance", "web/i-0123456789abcdef0", "",
     R"({type: AssumedRole, principalId: "AROAWEB23456789EXAMPLE:i-0123456789abcdef0",
         arn: "arn:aws:sts::ACCOUNT:assumed-role/web/i-0123456789abcdef0", accountId: "ACCOUNT", accessKeyId: ASIAIOSFODNN7EXAMPLE,
         sessionContext: {
           sessionIssuer: {type: Role, principalId: AROAWEB23456789EXAMPLE, arn: "arn:aws:iam::ACCOUNT:role/web",
             accountId: "ACCOUNT", userName: web},
           attributes: {creationDate: "2026-03-02T08:00:00Z", mfaAuthenticated: "false"}, ec2RoleDelivery: "2.0"}})"},
};

std::string WithAccount(std::string_view text, std::string_view account) {
  constexpr std::string_view kMark = "ACCOUNT";
  std::string out(text);
  for (std::size_t at = out.find(kMark); at != std::string::npos; at = out.find(kMark, at + account.size()))
    out.replace(at, kMark.size(), account);
  return out;
}

}  // namespace

std::vector<std::string_view> CaseActorNames() {
  std::vector<std::string_view> names;
  for (const ActorText& actor : kActors) names.push_back(actor.name);
  return names;
}

std::optional<CaseActor> MakeCaseActor(std::string_view name, std::string_view account) {
  for (const ActorText& actor : kActors) {
    if (actor.name != name) continue;
    Diagnostics none;
    // The account comes from a person: it must not end the quotes around it.
    std::optional<YamlNode> identity = ParseYaml(std::string(actor.identity), "", none);
    if (!identity) return std::nullopt;
    const auto fill = [&](auto& self, YamlNode& node) -> void {
      node.text = WithAccount(node.text, account);
      for (YamlMember& member : node.members) self(self, member.value);
    };
    fill(fill, *identity);
    return CaseActor{std::move(*identity), WithAccount(actor.actor_name, account), std::string(actor.address)};
  }
  return std::nullopt;
}

}  // namespace trailsift
