// Address ranges as requests and policies write them. Pure functions.
#pragma once

#include <string_view>

namespace trailsift {

// The range is the world, or so much of it that it is no restriction: wider than /8 (IPv6: /32), which is where S3 too calls a policy
// public (source: Amazon S3 user guide, "The meaning of public"). False for text that is no range.
bool IsWideCidr(std::string_view text);

// `0.0.0.0/0` or `::/0` for the world however it is written (`0.0.0.0/00`, `0::0/0`); every other range as it is.
std::string_view PlainCidr(std::string_view text);

}  // namespace trailsift
