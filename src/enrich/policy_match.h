// The texts of policies: actions, resources, and the values of conditions. Pure functions.
#pragma once

#include <string_view>

#include "base/json.h"

namespace trailsift {

// `*` stands for any text, `?` for one character; letters without case, as IAM compares actions. Time: the product of both lengths at
// worst.
bool MatchesGlob(std::string_view pattern, std::string_view text);

// The pattern allows every action (`*`, `*:*`) or every action of IAM (`iam:*`).
bool CoversIam(std::string_view action);

// The resource may be one of IAM's: `*`, an ARN of iam, an ARN whose service has a wildcard.
bool MayBeOfIam(std::string_view resource);

// `*`, or every role of an account: `arn:aws:iam::111122223333:role/*`.
bool CoversEveryRole(std::string_view resource);

// A condition on the key with such a value tells who may come in: an account, an organisation, a network, a source. A value that begins
// with a wildcard, an ARN without account and name, and half of the internet tell nobody.
bool IsNarrowingKey(std::string_view key);
bool IsNarrowingValue(std::string_view value);

// The account in `111122223333` or in an ARN; empty where there is none.
std::string_view AccountIn(std::string_view text);

}  // namespace trailsift
