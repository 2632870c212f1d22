#include "source/public_key_lister.h"

#include "aws/s3_endpoint.h"
#include "base/json.h"
#include "source/store_factory.h"

namespace trailsift {
namespace {

// A key is good for some weeks or months, so a page holds them all.
constexpr int kMaxPages = 50;

std::string Seconds(Millis time) { return std::to_string(time / kSecond); }

// A continuation token is theirs: it may hold what JSON must escape.
std::string Quoted(std::string_view text) {
  std::string out(1, '"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out += '"';
}

std::string NextToken(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view token;
  if (parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) return {};
  if (object.at_key("NextToken").get(token) != simdjson::SUCCESS) return {};
  return std::string(token);
}

}  // namespace

Result<std::vector<PublicKeyEntry>> PublicKeyLister::List(const std::string& region, Millis from, Millis to) {
  if (!IsRegionName(region)) return Status(Code::kInvalid, "\"" + region + "\" is no name of an AWS region");
  ServiceClientOptions options;
  options.service = "cloudtrail";
  options.endpoint_suffix = "CLOUDTRAIL";
  options.region = region;
  options.attempts.most = max_attempts_;
  if (bucket_ != nullptr) options.credentials = CredentialsOf(*bucket_, pool_);
  const Result<std::unique_ptr<ServiceClient>> client = ServiceClient::Create(std::move(options));
  if (!client.ok()) return client.status();
  Result<std::vector<PublicKeyEntry>> keys = Ask(**client, region, from, to);
  traffic_ += (*client)->traffic();
  return keys;
}

Result<std::vector<PublicKeyEntry>> PublicKeyLister::Ask(ServiceClient& client, const std::string& region, Millis from,
                                                         Millis to) const {
  std::vector<PublicKeyEntry> keys;
  std::string token;
  for (int page = 0; page < kMaxPages; ++page) {
    ServiceRequest request;
    request.target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListPublicKeys";
    request.content_type = "application/x-amz-json-1.1";
    request.subject = "public keys of CloudTrail in " + region;
    request.permission = "cloudtrail:ListPublicKeys on *";
    request.timeout = timeout_;
    request.body = "{\"StartTime\":" + Seconds(from) + ",\"EndTime\":" + Seconds(to);
    if (!token.empty()) request.body += ",\"NextToken\":" + Quoted(token);
    request.body += '}';
    const std::string subject = request.subject;
    const Result<std::string> answer = client.Ask(std::move(request));
    if (!answer.ok()) return answer.status();
    Result<std::vector<PublicKeyEntry>> read = ReadPublicKeyList(*answer);
    if (!read.ok()) return read.status().Annotate(subject);
    keys.insert(keys.end(), std::make_move_iterator(read->begin()), std::make_move_iterator(read->end()));
    const std::string next = NextToken(*answer);
    if (next.empty() || next == token) break;
    token = next;
  }
  return keys;
}

}  // namespace trailsift
