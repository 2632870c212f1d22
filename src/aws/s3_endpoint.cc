#include "aws/s3_endpoint.h"

#include <algorithm>

#include "aws/sigv4.h"

namespace trailsift {
namespace {

bool StartsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

// The names of today and the capitals and underscores of old buckets.
bool IsBucketName(std::string_view name) {
  return name.size() >= 3 && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
         });
}

// A dot would break the wildcard certificate, a capital or underscore the host name.
bool FitsHostName(std::string_view name) {
  return name.size() <= 63 && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

// The names that AWS shows for an interface endpoint of a VPC lack their first label: `*.vpce-….s3.us-east-1.vpce.amazonaws.com`. Buckets
// are behind `bucket.` (Amazon S3 user guide, "AWS PrivateLink for Amazon S3").
std::string WithBucketLabel(const std::string& endpoint) {
  const std::size_t scheme = endpoint.find("://");
  if (scheme == std::string::npos) return endpoint;
  const std::size_t host = scheme + 3;
  const std::string_view rest = std::string_view(endpoint).substr(host);
  const std::string_view name = rest.substr(0, rest.find_first_of("/:?"));
  if (name.find(".s3.") == std::string_view::npos || name.find(".vpce.amazonaws.com") == std::string_view::npos) return endpoint;
  const bool starred = StartsWith(name, "*.vpce-");
  if (!starred && !StartsWith(name, "vpce-")) return endpoint;
  return endpoint.substr(0, host) + "bucket." + std::string(rest.substr(starred ? 2 : 0));
}

}  // namespace

std::string_view DnsSuffixOf(std::string_view region) {
  if (StartsWith(region, "cn-")) return "amazonaws.com.cn";
  if (StartsWith(region, "us-iso-")) return "c2s.ic.gov";
  if (StartsWith(region, "us-isob-")) return "sc2s.sgov.gov";
  return "amazonaws.com";
}

std::string_view PartitionOf(std::string_view region) {
  if (StartsWith(region, "cn-")) return "aws-cn";
  if (StartsWith(region, "us-gov-")) return "aws-us-gov";
  if (StartsWith(region, "us-iso-")) return "aws-iso";
  if (StartsWith(region, "us-isob-")) return "aws-iso-b";
  return "aws";
}

bool IsRegionName(std::string_view text) {
  return !text.empty() && text.size() <= 32 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string RegionOfHost(std::string_view host) {
  std::size_t suffix = host.rfind(".amazonaws.com");
  for (const std::string_view dual : {std::string_view(".api.aws"), std::string_view(".api.amazonwebservices.com.cn")}) {
    if (host.size() > dual.size() && host.substr(host.size() - dual.size()) == dual) suffix = host.size() - dual.size();
  }
  if (suffix == std::string_view::npos) return {};
  host = host.substr(0, suffix);
  if (const std::size_t vpce = host.rfind(".vpce"); vpce != std::string_view::npos && vpce + 5 == host.size())
    host = host.substr(0, vpce);
  const std::size_t dot = host.rfind('.');
  std::string_view region = dot == std::string_view::npos ? host : host.substr(dot + 1);
  // `s3-eu-west-1` and `s3.amazonaws.com` are the spellings of old.
  if (region == "s3" || region == "s3-external-1") return "us-east-1";
  if (StartsWith(region, "s3-")) region.remove_prefix(3);
  if (StartsWith(region, "fips-")) region.remove_prefix(5);
  return IsRegionName(region) && std::count(region.begin(), region.end(), '-') >= 2 ? std::string(region) : std::string();
}

Result<S3Endpoint> S3Endpoint::Make(const std::string& bucket, const std::string& custom, const EndpointVariant& variant) {
  if (!IsBucketName(bucket)) {
    return Status(Code::kInvalid,
                  "\"" + bucket + "\" is no name of a bucket; write the plain name, without s3:// and without a path");
  }
  S3Endpoint endpoint;
  endpoint.bucket_ = bucket;
  endpoint.variant_ = variant;
  endpoint.path_style_ = !custom.empty() || !FitsHostName(bucket);
  if (!custom.empty()) {
    Result<Url> url = ParseUrl(WithBucketLabel(custom));
    if (!url.ok()) return url.status().Annotate("S3 endpoint");
    if (!url->query.empty()) return Status(Code::kInvalid, "S3 endpoint: \"" + custom + "\" has a query (?…)");
    endpoint.custom_ = std::move(url).value();
    endpoint.custom_text_ = custom;
  }
  return endpoint;
}

S3Target S3Endpoint::Resolve(std::string_view region, std::string_view key) const {
  S3Target target;
  if (!custom_text_.empty()) {
    target.host = custom_.Authority();
    target.origin = custom_.Origin();
    target.path = custom_.path;
  } else {
    target.host = ServiceHost("s3", region, variant_);
    if (!path_style_) target.host = bucket_ + '.' + target.host;
    target.origin = "https://" + target.host;
  }
  if (path_style_) target.path += '/' + bucket_;
  if (!key.empty()) target.path += '/' + UriEncode(key, true);
  if (target.path.empty()) target.path = "/";
  return target;
}

std::string S3Endpoint::RegionOfName() const { return custom_text_.empty() ? std::string() : RegionOfHost(custom_.host); }

}  // namespace trailsift
