#include "source/store_factory.h"

#include "source/folder_store.h"
#include "source/layout.h"
#include "source/s3_store.h"

namespace trailsift {
namespace {

Result<std::unique_ptr<ObjectStore>> FromOptions(S3Options options) {
  Result<std::unique_ptr<S3Client>> client = S3Client::Create(std::move(options));
  if (!client.ok()) return client.status();
  return std::unique_ptr<ObjectStore>(std::make_unique<S3Store>(std::move(client).value()));
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> MakeStore(const BucketSettings& bucket) {
  if (bucket.is_folder()) return std::unique_ptr<ObjectStore>(std::make_unique<FolderStore>(bucket.folder));
  S3Options options;
  options.bucket = bucket.name;
  options.service_endpoint = bucket.service_endpoint;
  options.credentials.access_key = bucket.access_key;
  options.credentials.secret_key = bucket.secret_key;
  options.credentials.profile = bucket.aws_profile;
  // As Wazuh's module: the first of the configured regions is where the client begins.
  if (!bucket.regions.empty()) options.region = bucket.regions.front();
  return FromOptions(std::move(options));
}

Result<std::unique_ptr<ObjectStore>> MakeS3Store(const std::string& bucket) {
  S3Options options;
  options.bucket = bucket;
  return FromOptions(std::move(options));
}

std::string SourceName(const BucketSettings& bucket) {
  std::string name = bucket.is_folder() ? bucket.name : "s3://" + bucket.name;
  name += '/';
  if (bucket.type == "cloudtrail") return name += AccountsPrefix(bucket);
  name += ServiceFolder(bucket.type).empty() ? bucket.path : AccountsPrefix(bucket);
  return name += '#' + bucket.type;
}

}  // namespace trailsift
