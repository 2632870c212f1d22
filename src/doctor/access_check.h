// What every check at AWS has in common: that the host answers and its clock agrees, that there are keys, that the configured role can be
// assumed with them, and what a refusal says of the policy.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "aws/s3.h"
#include "aws/service_client.h"
#include "base/status.h"
#include "config/settings.h"
#include "doctor/check.h"
#include "doctor/options.h"
#include "net/http.h"

namespace trailsift {

// A client with doctor's limits.
S3Options WithLimits(S3Options client, const DoctorOptions& options);
ServiceClientOptions WithLimits(ServiceClientOptions client, const DoctorOptions& options);

// Where keys come from; asks whom it must.
using KeySource = std::function<Result<std::string>()>;

// Tells `credentials` and, where there is a role, `assume`. Answers whose keys they are; nothing where there are none. `keys`: with the role,
// `caller_keys`: without it; called only where there is a role.
std::optional<std::string> CheckKeys(const AwsAccessSettings& access, const std::string& subject, const KeySource& caller_keys,
                                     const KeySource& keys, const Tell& tell);

// Knocks at `origin` and tells `reach` and, where something answers, `clock`; `made` holds the other members of the findings. Whether
// something answers. With `quiet` only of failures is told.
bool CheckHost(const std::function<HttpResponse()>& knock, const std::string& origin, const DoctorOptions& options,
               CheckResult made, bool quiet, const Tell& tell);

// What `decrypt` says of an object that was read: the keys of KMS that encrypt it.
std::string DescribeKeys(const std::vector<std::string>& keys);

// Fills in what would allow what was refused: `needed`, or the use of a key of KMS; nothing where no statement helps.
void ReadRefusal(const Status& status, const PolicyStatement& needed, CheckResult& result);

}  // namespace trailsift
