// Keys of a role by the session that `aws sso login` left in ~/.aws/sso/cache (IAM Identity Center). A token that can be
// renewed is (sso_token.h). Formats: AWS SDKs and tools reference guide, "IAM Identity Center credential
// provider", and GetRoleCredentials of the IAM Identity Center portal API reference.
#pragma once

#include <string>

#include "aws/credentials.h"
#include "net/http.h"

namespace trailsift {

struct SsoRole {
  std::string profile;     // for messages
  std::string cache_file;  // of SsoCacheFile
  std::string region;      // of the portal
  std::string account_id;
  std::string role_name;
};

// The file that holds the token of a session, or, without sso_session, of a start URL. Empty where no home is known.
std::string SsoCacheFile(const Environment& environment, const std::string& session_or_url);

// kAuth where nobody is signed in any more: the message says which command mends that. kDenied where the person has no such role;
// kInvalid for a portal that can't be; kUnavailable for one that is silent. Lifetimes and threads as in sts.h.
void FetchSsoCredentials(HttpClient& http, const CredentialOptions& options, const SsoRole& role, CredentialsCallback done);

}  // namespace trailsift
