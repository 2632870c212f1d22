// Keys of a role, from STS: AssumeRole with keys that we have, AssumeRoleWithWebIdentity with a token (EKS and others). Query protocol of
// the AWS Security Token Service API reference.
//
// Faults that pass (busy servers, resets, damaged answers, a wrong clock) are dealt with inside, as s3.h does; what remains is a Status
// for the person who must act: kDenied names role and caller and holds the missing statement, kAuth keys, token or an answer that is
// none, kUnavailable a silent server, kInvalid a role or endpoint that can't be. Where this machine's clock differs from the server's, the
// end of the keys is told in our time.
//
// `http`, and `options` with its environment and clock, must stay until `done` is called: once, at once where nothing is sent, else on
// the loop thread. The end of the client answers with kCancelled.
#pragma once

#include <optional>
#include <string>

#include "aws/credentials.h"
#include "net/http.h"

namespace trailsift {

struct RoleRequest {
  std::string arn;
  std::string session_name;
  std::string external_id;       // empty: none; AssumeRole only
  std::optional<int> duration;   // seconds; without one the service's default, an hour
  std::string duration_setting;  // where `duration` stands, for messages: `<iam_role_duration>`
  std::string region;            // where we are; empty: not known
};

void AssumeRole(HttpClient& http, const CredentialOptions& options, const RoleRequest& role, const Credentials& caller,
                CredentialsCallback done);

// `token_source`: where the token came from, for messages.
void AssumeRoleWithWebIdentity(HttpClient& http, const CredentialOptions& options, const RoleRequest& role,
                               const std::string& token, const std::string& token_source, CredentialsCallback done);

}  // namespace trailsift
