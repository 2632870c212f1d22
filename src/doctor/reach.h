// What it means that a host did not answer, in words that tell name, network, proxy and TLS apart, and what its clock says of ours. Pure
// functions but for the environment that they are given.
#pragma once

#include <string>

#include "aws/environment.h"
#include "doctor/check.h"
#include "net/http.h"

namespace trailsift {

// Fills in detail and hint of a host at `origin` that could not be reached. No password of a proxy's address is repeated.
void DescribeFault(const HttpResponse& response, const std::string& origin, const Environment& environment, CheckResult& result);

// The proxy that a request to `origin` would go through by the environment, `host:port` with the variable's name; empty without one.
// NO_PROXY is not looked at.
std::string ProxyOf(const std::string& origin, const Environment& environment);

// What the Date of an answer says of this machine's clock, which was `before` and `after` at the request's ends.
CheckResult JudgeClock(const HttpResponse& response, Millis before, Millis after, const std::string& origin);

}  // namespace trailsift
