#include "enrich/policy_match.h"

#include <algorithm>

#include "enrich/cidr.h"
#include "enrich/record_text.h"

namespace trailsift {
namespace {

constexpr std::size_t kAccountDigits = 12;
// Of a text with a wildcard so much must stand before it: an organisation, a VPC and an account have more, their kinds (`vpc-`) less.
constexpr std::size_t kFixedCharacters = 8;

// Keys whose values name callers or sources. Those that a caller chooses (tags, sts:ExternalId, user agents) are none.
// Source: AWS IAM user guide, "AWS global condition context keys"; Amazon S3 user guide, "The meaning of public".
constexpr std::string_view kNarrowingKeys[] = {
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
    "aws:userid",
    "kms:CallerAccount",
    "s3:DataAccessPointArn",
    "lambda:SourceFunctionArn",
    "s3:DataAccessPointAccount",
};

bool IsOnly(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

bool IsAccount(std::string_view text) {
  return text.size() == kAccountDigits && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool MatchesGlob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last one seen, which may take more
  std::size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || EqualsNoCase(pattern.substr(p, 1), text.substr(t, 1)))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool CoversIam(std::string_view action) {
  constexpr std::string_view kIam = "iam:";
  if (EqualsNoCase(action.substr(0, kIam.size()), kIam)) action.remove_prefix(kIam.size());
  return IsOnly(action, "*:") && action.find('*') != std::string_view::npos;
}

bool MayBeOfIam(std::string_view resource) {
  const std::string_view service = ParseArn(resource).service;
  return service.empty() || service == "iam" || service.find_first_of("*?") != std::string_view::npos;
}

bool CoversEveryRole(std::string_view resource) { return IsOnly(resource, "*") || resource.ends_with(":role/*"); }

bool IsNarrowingKey(std::string_view key) {
  return std::any_of(std::begin(kNarrowingKeys), std::end(kNarrowingKeys),
                     [&](std::string_view known) { return EqualsNoCase(known, key); });
}

bool IsNarrowingValue(std::string_view value) {
  const std::size_t wildcard = value.find_first_of("*?");
  if (wildcard == std::string_view::npos) return !value.empty() && !IsWideCidr(value);
  const ArnView arn = ParseArn(value);
  if (arn.service.empty()) return wildcard >= kFixedCharacters && !value.starts_with("arn:");
  return IsAccount(arn.account) || (arn.account.empty() && arn.resource.find_first_of("*?") > 0);
}

std::string_view AccountIn(std::string_view text) {
  const std::string_view account = IsAccount(text) ? text : ParseArn(text).account;
  return IsAccount(account) ? account : std::string_view();
}

}  // namespace trailsift
