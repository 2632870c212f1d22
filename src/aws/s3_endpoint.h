// Where a bucket is reached: the regional hosts of AWS, or an endpoint of the user's. Names: AWS general reference, "Amazon S3 endpoints
// and quotas".
#pragma once

#include <string>
#include <string_view>

#include "aws/endpoint_settings.h"
#include "base/status.h"
#include "net/url.h"

namespace trailsift {

struct S3Target {
  std::string origin;  // scheme://host[:port]
  std::string host;    // the Host header
  std::string path;    // percent-encoded, begins with `/`
};

class S3Endpoint {
 public:
  // `custom` empty: AWS, by the variant. kInvalid for a name that no bucket can have and for an endpoint that is no URL.
  static Result<S3Endpoint> Make(const std::string& bucket, const std::string& custom, const EndpointVariant& variant = {});

  // `key` empty: the bucket itself.
  S3Target Resolve(std::string_view region, std::string_view key) const;

  const std::string& bucket() const { return bucket_; }
  // The endpoint as the user gave it; empty for AWS.
  const std::string& custom() const { return custom_text_; }
  // The region that a custom endpoint's name holds (`https://s3.eu-west-1.amazonaws.com`); empty where it holds none.
  std::string RegionOfName() const;
  bool is_loopback() const { return !custom_text_.empty() && IsLoopbackHost(custom_.host); }

 private:
  std::string bucket_;
  std::string custom_text_;
  Url custom_;
  EndpointVariant variant_;
  bool path_style_ = false;
};

// `aws`, `aws-cn`, `aws-us-gov`: the partition in the ARNs of a region.
std::string_view PartitionOf(std::string_view region);

// `amazonaws.com`, `amazonaws.com.cn`: what the hosts of a region's services end with.
std::string_view DnsSuffixOf(std::string_view region);

// Letters, digits and hyphens, at most 32: only such a text may become part of a host name.
bool IsRegionName(std::string_view text);

// The region in a host of AWS such as `bucket.s3.eu-west-1.amazonaws.com`; empty where there is none.
std::string RegionOfHost(std::string_view host);

}  // namespace trailsift
