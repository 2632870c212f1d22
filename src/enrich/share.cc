#include "enrich/share.h"

#include <algorithm>
#include <vector>

#include "enrich/joined.h"
#include "enrich/record_text.h"

namespace trailsift {
namespace {

struct Shares {
  bool told = false;  // the call shares, be it with nobody
  bool everybody = false;
  std::vector<std::string_view> accounts;  // views into the record

  void Add(std::string_view whom) {
    if (whom.empty()) return;
    told = true;
    if (EqualsNoCase(whom, "all")) everybody = true;
    else accounts.push_back(whom);
  }
};

// EC2: what is added to createVolumePermission (snapshots) or launchPermission (images). An organisation counts as its management account.
void ReadEc2(JsonValue request, Shares& shares) {
  for (const std::string_view list : {"createVolumePermission.add.items", "launchPermission.add.items"}) {
    const auto items = FindJson(request, list);
    if (!items) continue;
    ForEachItem(*items, [&](JsonValue item) {
      shares.Add(FindText(item, "userId").value_or(""));
      shares.Add(FindText(item, "group").value_or(""));
      for (const std::string_view arn : {"organizationArn", "organizationalUnitArn"})
        shares.Add(ParseArn(FindText(item, arn).value_or("")).account);
    });
  }
}

// RDS and Systems Manager: lists of account ids, or `all`.
void ReadLists(JsonValue request, Shares& shares) {
  for (const std::string_view list : {"valuesToAdd", "accountIdsToAdd"})
    if (const auto texts = FindJson(request, list)) ForEachItemText(*texts, [&](std::string_view text) { shares.Add(text); });
}

bool IsEverybodysGroup(std::string_view text) {
  return text.find("/groups/global/AllUsers") != std::string_view::npos ||
         text.find("/groups/global/AuthenticatedUsers") != std::string_view::npos;
}

// `id="…", uri="…"`. Source: Amazon S3 API reference, PutBucketAcl.
void ReadGrantHeader(std::string_view header, Shares& shares) {
  shares.told = true;
  shares.everybody = shares.everybody || IsEverybodysGroup(header);
  while (!header.empty()) {
    std::string_view grant = header.substr(0, header.find(','));
    header.remove_prefix(grant.size() == header.size() ? grant.size() : grant.size() + 1);
    constexpr std::string_view kId = "id=";
    grant.remove_prefix(std::min(grant.find_first_not_of(" \t"), grant.size()));
    if (!EqualsNoCase(grant.substr(0, kId.size()), kId)) continue;
    grant.remove_prefix(kId.size());
    while (!grant.empty() && (grant.front() == '"' || grant.front() == ' ')) grant.remove_prefix(1);
    shares.Add(grant.substr(0, grant.find_first_of("\" ")));
  }
}

void ReadGrants(JsonValue policy, Shares& shares) {
  const auto grants = FindJson(policy, "AccessControlList.Grant");
  if (!grants) return;
  const std::string_view owner = FindText(policy, "Owner.ID").value_or("");
  shares.told = true;
  ForEachItem(*grants, [&](JsonValue grant) {
    shares.everybody = shares.everybody || IsEverybodysGroup(FindText(grant, "Grantee.URI").value_or(""));
    const std::string_view id = FindText(grant, "Grantee.ID").value_or("");
    if (id != owner) shares.Add(id);
  });
}

void ReadS3(JsonValue request, Shares& shares) {
  if (const auto canned = FindJson(request, "x-amz-acl"))
    ForEachItemText(*canned, [&](std::string_view acl) {
      shares.told = true;
      shares.everybody = shares.everybody || acl.starts_with("public-") || acl == "authenticated-read";
    });
  for (const std::string_view header :
       {"x-amz-grant-read", "x-amz-grant-write", "x-amz-grant-read-acp", "x-amz-grant-write-acp", "x-amz-grant-full-control"})
    if (const auto grants = FindJson(request, header))
      ForEachItemText(*grants, [&](std::string_view text) { ReadGrantHeader(text, shares); });
  if (const auto policy = FindJson(request, "AccessControlPolicy")) ReadGrants(*policy, shares);
  if (const auto rules = FindJson(request, "ReplicationConfiguration.Rule"))
    ForEachItem(*rules, [&](JsonValue rule) { shares.Add(FindText(rule, "Destination.Account").value_or("")); });
}

Shares ReadShares(JsonValue record) {
  Shares shares;
  const auto request = FindJson(record, "requestParameters");
  if (!request) return shares;
  ReadEc2(*request, shares);
  ReadLists(*request, shares);
  ReadS3(*request, shares);
  return shares;
}

template <typename Holds>
std::optional<std::string_view> JoinAccounts(JsonValue record, Arena& arena, Holds holds) {
  JoinedTexts joined;
  for (const std::string_view account : ReadShares(record).accounts)
    if (holds(account)) joined.Add(account);
  return joined.Join(arena);
}

}  // namespace

std::optional<std::string_view> ShareIsPublic(JsonValue record) {
  const Shares shares = ReadShares(record);
  if (!shares.told) return std::nullopt;
  return shares.everybody ? "true" : "false";
}

std::optional<std::string_view> ShareForeignAccounts(JsonValue record, const KnownAccounts& accounts, Arena& arena) {
  return JoinAccounts(record, arena, [&](std::string_view account) { return !accounts.IsOwn(account); });
}

std::optional<std::string_view> ShareUnknownAccounts(JsonValue record, const KnownAccounts& accounts, Arena& arena) {
  return JoinAccounts(record, arena,
                      [&](std::string_view account) { return !accounts.IsOwn(account) && !accounts.IsVendor(account); });
}

}  // namespace trailsift
