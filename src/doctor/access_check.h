// What every check at AWS begins with: that there are keys, and that the configured role can be assumed with them.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/status.h"
#include "config/settings.h"
#include "doctor/check.h"

namespace trailsift {

// Where keys come from; asks whom it must.
using KeySource = std::function<Result<std::string>()>;

// Tells `credentials` and, where there is a role, `assume`. Answers whose keys they are; nothing where there are none. `keys`: with the role,
// `caller_keys`: without it; called only where there is a role.
std::optional<std::string> CheckKeys(const AwsAccessSettings& access, const std::string& subject, const KeySource& caller_keys,
                                     const KeySource& keys, const Tell& tell);

}  // namespace trailsift
