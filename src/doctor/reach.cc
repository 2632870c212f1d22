#include "doctor/reach.h"

#include <algorithm>

#include "aws/s3_error.h"
#include "net/url.h"

namespace trailsift {
namespace {

// AWS refuses what is signed more than 15 minutes off.
constexpr Millis kWarnAt = 30 * kSecond;
constexpr Millis kFailAt = 5 * kMinute;

struct Words {
  const char* what;
  const char* todo;
};

Words WordsFor(HttpFault fault) {
  switch (fault) {
    case HttpFault::kName:
      return {"the name is not known", "check the name server and the spelling of the endpoint and the region"};
    case HttpFault::kProxyName: return {"the proxy's name is not known", "check HTTPS_PROXY"};
    case HttpFault::kConnect: return {"no connection (TCP)", "check routes, firewall, security group and VPC endpoint"};
    case HttpFault::kProxy:
      return {"the proxy refuses the connection", "let the proxy pass the host, or name the host in NO_PROXY"};
    case HttpFault::kTls: return {"no TLS handshake", "something between may break TLS open, or the port speaks no TLS"};
    case HttpFault::kCertificate:
      return {"the certificate is not trusted", "where a proxy breaks TLS open, name its authority's file in AWS_CA_BUNDLE"};
    case HttpFault::kAuthorities: return {"the trusted certificates can't be read", "check AWS_CA_BUNDLE; install ca-certificates"};
    case HttpFault::kTimeout: return {"no answer in time", "a firewall may drop packets; check routes and the proxy"};
    case HttpFault::kNone:
    case HttpFault::kOther: break;
  }
  return {"no HTTP answer", "check that the endpoint is one of S3"};
}

std::string Clean(const std::string& text) {
  std::string out = text.substr(0, 200);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

}  // namespace

std::string ProxyOf(const std::string& origin, const Environment& environment) {
  const bool tls = origin.rfind("https:", 0) == 0;
  // Never asked for this machine itself.
  if (const Result<Url> url = ParseUrl(origin); url.ok() && IsLoopbackHost(url->host)) return {};
  // As curl: HTTP_PROXY in capitals is not read, because CGI programs get it from strangers.
  for (const char* name : {tls ? "https_proxy" : "http_proxy", tls ? "HTTPS_PROXY" : "http_proxy", "all_proxy", "ALL_PROXY"}) {
    std::string value = environment(name);
    if (value.empty()) continue;
    if (const std::size_t scheme = value.find("://"); scheme != std::string::npos) value.erase(0, scheme + 3);
    value.resize(std::min(value.find('/'), value.size()));
    if (const std::size_t user = value.rfind('@'); user != std::string::npos) value.erase(0, user + 1);
    std::string text(name);
    return text.append(" ").append(Clean(value));
  }
  return {};
}

void DescribeFault(const HttpResponse& response, const std::string& origin, const Environment& environment, CheckResult& result) {
  const Words words = WordsFor(response.fault);
  result.detail = origin + ": " + words.what + ": " + Clean(response.transport_error);
  if (const std::string proxy = ProxyOf(origin, environment); !proxy.empty()) result.detail += " (by the proxy of " + proxy + ')';
  result.hint = words.todo;
}

CheckResult JudgeClock(const HttpResponse& response, Millis before, Millis after, const std::string& origin) {
  CheckResult result;
  result.area = CheckResult::Area::kState;
  result.check = "clock";
  result.subject = origin;
  const std::optional<Millis> server = ParseHttpDate(response.Header("date"));
  if (!server) {
    result.verdict = CheckResult::Verdict::kSkipped;
    result.detail = "the server's answer says no time";
    return result;
  }
  // The Date has whole seconds.
  Millis off = 0;
  if (*server > after) off = *server - after;
  else if (*server + kSecond < before) off = *server + kSecond - before;
  if (std::abs(off) < kWarnAt) {
    result.detail = std::abs(off) < kSecond ? "right" : "right within " + std::to_string(std::abs(off) / kSecond + 1) + " seconds";
    return result;
  }
  result.verdict = std::abs(off) < kFailAt ? CheckResult::Verdict::kWarn : CheckResult::Verdict::kFail;
  result.detail = "this machine's clock is " + std::to_string(std::abs(off) / kSecond) + " seconds " +
                  (off > 0 ? "behind" : "ahead of") + " the server's";
  result.hint = "set the clock, best by NTP: AWS refuses requests that are 15 minutes off";
  return result;
}

}  // namespace trailsift
