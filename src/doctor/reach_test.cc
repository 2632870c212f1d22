#include "doctor/reach.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;

Environment Holding(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
}

TEST(Reach, TheClockOfTheServer) {
  const Millis at = *ParseIsoTime("2026-01-15T10:00:05Z");
  struct Case {
    const char* date;
    Millis ahead;  // ours, of the server's
    Verdict verdict;
    const char* detail;
  };
  const Case kCases[] = {
      {"Thu, 15 Jan 2026 10:00:05 GMT", 0, Verdict::kOk, "right"},
      {"Thu, 15 Jan 2026 10:00:05 GMT", 999, Verdict::kOk, "right"},
      {"Thu, 15 Jan 2026 10:00:05 GMT", 20'000, Verdict::kOk, "right within 20 seconds"},
      {"Thu, 15 Jan 2026 10:00:05 GMT", 60'000, Verdict::kWarn, "this machine's clock is 59 seconds ahead of the server's"},
      {"Thu, 15 Jan 2026 10:00:05 GMT", -60'000, Verdict::kWarn, "this machine's clock is 60 seconds behind the server's"},
      {"Thu, 15 Jan 2026 10:00:05 GMT", -299'000, Verdict::kWarn, "this machine's clock is 299 seconds behind the server's"},
      {"Thu, 15 Jan 2026 10:00:05 GMT", -300'000, Verdict::kFail, "this machine's clock is 300 seconds behind the server's"},
      {"yesterday", 0, Verdict::kSkipped, "the server's answer says no time"},
      {"", 0, Verdict::kSkipped, "the server's answer says no time"},
  };
  for (const Case& c : kCases) {
    HttpResponse response;
    response.headers = {{"date", c.date}};
    const CheckResult result = JudgeClock(response, at + c.ahead, at + c.ahead, "https://host");
    EXPECT_EQ(result.verdict, c.verdict) << c.detail;
    EXPECT_EQ(result.detail, c.detail);
    EXPECT_EQ(result.hint.empty(), c.verdict != Verdict::kWarn && c.verdict != Verdict::kFail);
  }
  // A slow answer is no wrong clock.
  HttpResponse response;
  response.headers = {{"date", "Thu, 15 Jan 2026 10:00:05 GMT"}};
  EXPECT_EQ(JudgeClock(response, at - 40'000, at + 40'000, "").detail, "right");
}

TEST(Reach, TheProxyWithoutItsPassword) {
  struct Case {
    const char* origin;
    std::map<std::string, std::string> variables;
    const char* proxy;
  };
  const Case kCases[] = {
      {"https://s3.amazonaws.com", {}, ""},
      {"https://s3.amazonaws.com", {{"HTTPS_PROXY", "http://me:secret@proxy:3128/"}}, "HTTPS_PROXY proxy:3128"},
      {"https://s3.amazonaws.com", {{"https_proxy", "low:1"}, {"HTTPS_PROXY", "high:2"}}, "https_proxy low:1"},
      {"https://s3.amazonaws.com", {{"http_proxy", "plain:1"}}, ""},
      {"http://s3.example.com", {{"http_proxy", "plain:1"}}, "http_proxy plain:1"},
      {"http://s3.example.com", {{"HTTP_PROXY", "plain:1"}}, ""},
      {"http://s3.example.com", {{"ALL_PROXY", "a@b@every:1"}}, "ALL_PROXY every:1"},
      {"http://127.0.0.1:9000", {{"http_proxy", "plain:1"}}, ""},
  };
  for (const Case& c : kCases) EXPECT_EQ(ProxyOf(c.origin, Holding(c.variables)), c.proxy) << c.origin;
}

TEST(Reach, EachFaultHasItsWords) {
  std::set<std::string> seen;
  for (const HttpFault fault : {HttpFault::kName, HttpFault::kProxyName, HttpFault::kConnect, HttpFault::kProxy, HttpFault::kTls,
                                HttpFault::kCertificate, HttpFault::kAuthorities, HttpFault::kTimeout, HttpFault::kOther}) {
    HttpResponse response;
    response.fault = fault;
    response.transport_error = "said\x1b[1m";
    CheckResult result;
    DescribeFault(response, "https://h", Holding({{"https_proxy", "u:p@q:1"}}), result);
    EXPECT_EQ(result.detail.rfind("https://h: ", 0), 0u);
    EXPECT_NE(result.detail.find("said [1m (by the proxy of https_proxy q:1)"), std::string::npos) << result.detail;
    EXPECT_FALSE(result.hint.empty());
    EXPECT_TRUE(seen.insert(result.detail).second) << result.detail;
  }
}

}  // namespace
}  // namespace trailsift
