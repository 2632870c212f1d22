// What a change of security groups or network ACLs opens to the world, over however many permissions one call holds.
//
// Read are AuthorizeSecurityGroupIngress and -Egress (a list of permissions, or one laid flat into the request),
// ModifySecurityGroupRules, and CreateNetworkAclEntry and ReplaceNetworkAclEntry where they allow and are ingress. Ranges that name a
// security group or a prefix list are nobody's world. Pure functions over a bare record; views borrow from `arena`.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"

namespace trailsift {

// The ranges that are the world or a large part of it (enrich/cidr.h): `0.0.0.0/0, ::/0`. Nothing when the call opens nothing to it.
std::optional<std::string_view> OpenCidrs(JsonValue record, Arena& arena);

// The ports of TCP and UDP that are opened to such a range: `22, 443, 8000-8100`, or `all`; of more than thirty the first, and how many
// more. ICMP has none.
std::optional<std::string_view> OpenPorts(JsonValue record, Arena& arena);

// Those of 22, 3389, 445, 1433, 3306, 5432, 6379, 9200 and 27017 that are opened over TCP to such a range, or `all`.
std::optional<std::string_view> SensitivePorts(JsonValue record, Arena& arena);

}  // namespace trailsift
