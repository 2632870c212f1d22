// The token of a session of IAM Identity Center, in the file that `aws sso login` left. Where the file holds a refresh token (profiles with
// an sso_session), the access token is renewed a quarter of an hour before it ends and written back, as the command line tool does; a file
// that can't be written costs a warning. Formats: AWS SDKs and tools reference guide, "IAM Identity Center credential provider", and
// CreateToken of the IAM Identity Center OIDC API reference.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/sso.h"
#include "net/http.h"

namespace trailsift {

// kAuth where nobody is signed in any more: the message says which command mends that; kInvalid for an endpoint that can't be; kUnavailable
// where the token has ended and nobody answers who could renew it. `done` is called at once where nothing is asked. Lifetimes and threads
// as in sts.h.
void FetchSsoToken(HttpClient& http, const CredentialOptions& options, const SsoRole& role,
                   std::function<void(Result<std::string>)> done);

// What may be sent in a header as a token or a key.
bool IsToken(std::string_view text);
// kAuth: why, and the command that signs in.
Status SignIn(const SsoRole& role, const std::string& why);

}  // namespace trailsift
