#include "source/store_factory.h"

#include <algorithm>
#include <utility>

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

// A subscriber has one endpoint for two services. One whose host names a service is that service's.
std::string EndpointFor(const SubscriberSettings& subscriber, std::string_view service, std::string_view other) {
  const std::string& endpoint = subscriber.service_endpoint;
  const std::size_t host = endpoint.find("://") + 3;
  const auto names = [&](std::string_view label) {
    const std::string dotted = '.' + endpoint.substr(std::min(host, endpoint.size()));
    return dotted.find('.' + std::string(label) + '.') != std::string::npos;
  };
  return !endpoint.empty() && names(other) && !names(service) ? std::string() : endpoint;
}

}  // namespace

CredentialOptions CredentialsOf(const AwsAccessSettings& access, CredentialPoolPtr pool) {
  CredentialOptions options;
  options.access_key = access.access_key;
  options.secret_key = access.secret_key;
  options.profile = access.aws_profile;
  options.role_arn = access.iam_role_arn;
  options.role_duration = access.iam_role_duration;
  options.external_id = access.external_id;
  options.sts_endpoint = access.sts_endpoint;
  options.pool = std::move(pool);
  return options;
}

S3Options ClientOptions(const BucketSettings& bucket, CredentialPoolPtr pool) {
  S3Options options;
  options.bucket = bucket.name;
  options.service_endpoint = bucket.service_endpoint;
  options.credentials = CredentialsOf(bucket, std::move(pool));
  // As Wazuh's module: the first of the configured regions is where the client begins.
  if (!bucket.regions.empty()) options.region = bucket.regions.front();
  return options;
}

Result<std::unique_ptr<ObjectStore>> MakeStore(const BucketSettings& bucket, CredentialPoolPtr pool) {
  if (bucket.is_folder()) return std::unique_ptr<ObjectStore>(std::make_unique<FolderStore>(bucket.folder));
  return FromOptions(ClientOptions(bucket, std::move(pool)));
}

S3Options ClientOptions(const SubscriberSettings& subscriber, const std::string& bucket, CredentialPoolPtr pool) {
  S3Options options;
  options.bucket = bucket;
  options.service_endpoint = EndpointFor(subscriber, "s3", "sqs");
  options.credentials = CredentialsOf(subscriber, std::move(pool));
  return options;
}

Result<std::unique_ptr<ObjectStore>> MakeStore(const SubscriberSettings& subscriber, const std::string& bucket,
                                               CredentialPoolPtr pool) {
  return FromOptions(ClientOptions(subscriber, bucket, std::move(pool)));
}

SqsOptions QueueOptions(const SubscriberSettings& subscriber, CredentialPoolPtr pool) {
  SqsOptions options;
  options.queue = subscriber.sqs_name;
  options.service_endpoint = EndpointFor(subscriber, "sqs", "s3");
  options.credentials = CredentialsOf(subscriber, std::move(pool));
  return options;
}

Result<std::unique_ptr<MessageQueue>> MakeQueue(const SubscriberSettings& subscriber, CredentialPoolPtr pool) {
  Result<std::unique_ptr<SqsQueue>> queue = SqsQueue::Create(QueueOptions(subscriber, std::move(pool)));
  if (!queue.ok()) return queue.status();
  return std::unique_ptr<MessageQueue>(std::move(queue).value());
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
