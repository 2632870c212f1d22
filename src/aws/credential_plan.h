// What the configuration, the environment and the shared files say about keys, read once, without a word to any server: where the first
// keys come from, and which roles are to be assumed with them, one after the other. The order is boto3's; credentials.h says it. The
// settings of profiles are those of the AWS SDKs and tools reference guide, "Assume role credential provider".
//
// Pure but for the files and the environment. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "aws/credentials.h"
#include "aws/sso.h"
#include "aws/sts.h"
#include "base/status.h"

namespace trailsift {

struct CredentialPlan {
  enum class Base {
    kKeys,         // `keys`
    kWebIdentity,  // `web_role` by the token in `token_file`
    kSso,          // `sso`
    kProcess,      // the keys that `process` prints
    kContainer,
    kInstance,
    kServers,  // the container, else the instance
  };
  Base base = Base::kServers;
  Credentials keys;
  RoleRequest web_role;
  std::string token_file;
  SsoRole sso;
  std::string process;             // a command line
  std::string process_source;      // for messages
  std::vector<RoleRequest> roles;  // the first is assumed with the base's keys, each other one with those of the role before
  std::string looked;              // kServers: where no keys were found
};

// kInvalid: a broken file, or settings that contradict each other, a circle among profiles included; kNotFound: a profile that does not
// exist; kAuth: half a pair of keys, or a way that we don't have; kDenied, kIo: a file.
Result<CredentialPlan> PlanCredentials(const CredentialOptions& options);

}  // namespace trailsift
