#include "aws/sts_endpoint.h"

#include "aws/s3_endpoint.h"
#include "net/url.h"

namespace trailsift {
namespace {

// Where STS is on in every account of the partition.
std::string_view DefaultRegionOf(std::string_view partition) {
  if (partition == "aws-cn") return "cn-north-1";
  if (partition == "aws-us-gov") return "us-gov-west-1";
  if (partition == "aws-iso") return "us-iso-east-1";
  if (partition == "aws-iso-b") return "us-isob-east-1";
  return "us-east-1";
}

std::string RegionFor(std::string_view region, std::string_view role_arn) {
  const std::string_view partition = PartitionOfArn(role_arn);
  const bool usable = IsRegionName(region) && (partition.empty() || PartitionOf(region) == partition);
  return std::string(usable ? region : DefaultRegionOf(partition));
}

}  // namespace

std::string_view PartitionOfArn(std::string_view arn) {
  if (arn.substr(0, 4) != "arn:") return {};
  arn.remove_prefix(4);
  const std::size_t colon = arn.find(':');
  return colon == std::string_view::npos ? std::string_view() : arn.substr(0, colon);
}

Result<StsEndpoint> ResolveSts(const std::string& custom, std::string_view region, std::string_view role_arn,
                               const EndpointVariant& variant) {
  StsEndpoint endpoint;
  endpoint.region = RegionFor(region, role_arn);
  TRAILSIFT_RETURN_IF_ERROR(CheckVariant(variant, custom, endpoint.region).Annotate("STS endpoint"));
  if (custom.empty()) {
    endpoint.host = ServiceHost("sts", endpoint.region, variant);
    endpoint.origin = "https://" + endpoint.host;
    endpoint.path = "/";
    return endpoint;
  }
  const Result<Url> url = ParseUrl(custom);
  if (!url.ok()) return url.status().Annotate("STS endpoint");
  if (!url->query.empty()) return Status(Code::kInvalid, "STS endpoint: it has a query (?…)");
  endpoint.host = url->Authority();
  endpoint.origin = url->Origin();
  endpoint.path = url->path.empty() ? "/" : url->path;
  endpoint.is_loopback = IsLoopbackHost(url->host);
  endpoint.is_custom = true;
  // The host of all regions signs for the one where it stood first.
  if (url->host == "sts.amazonaws.com") endpoint.region = "us-east-1";
  else if (std::string named = RegionOfHost(url->host); !named.empty()) endpoint.region = std::move(named);
  return endpoint;
}

}  // namespace trailsift
