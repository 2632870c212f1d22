// Temporary keys from the machine we run on: the container endpoint (ECS and EKS pod identity) and the instance metadata service,
// version 2 only. Neither is ever asked through a proxy. Formats: "Container credential provider" of the AWS SDKs and tools reference
// guide, and "Retrieve instance metadata" of the EC2 user guide.
#pragma once

#include "aws/credentials.h"

namespace trailsift {

// kNotFound when no container endpoint is configured; kInvalid when the environment names a host that keys must not be asked from;
// kAuth when the endpoint refuses or answers nonsense; kUnavailable when it is silent. `done` may be called before this returns.
void FetchContainerCredentials(HttpClient& http, const Environment& environment, CredentialsCallback done);

// kNotFound when the service is switched off, absent or knows of no role. `done` may be called before this returns.
void FetchInstanceCredentials(HttpClient& http, const Environment& environment, CredentialsCallback done);

}  // namespace trailsift
