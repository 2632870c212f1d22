#include "source/service_feed.h"

#include <utility>

#include "aws/client_settings.h"
#include "aws/endpoint_settings.h"
#include "aws/s3_endpoint.h"
#include "source/inspector_feed.h"
#include "source/log_events_feed.h"
#include "source/store_factory.h"

namespace trailsift {
namespace {

// AWS general reference, "Regions and endpoints": the commercial regions. Others (GovCloud, China) are of other partitions, for which one
// names them.
constexpr const char* kRegions[] = {
    "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-south-2",     "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6",
    "ap-southeast-7", "ca-central-1",   "ca-west-1",      "eu-central-1",   "eu-central-2",   "eu-north-1",     "eu-south-1",
    "eu-south-2",     "eu-west-1",      "eu-west-2",      "eu-west-3",      "il-central-1",   "me-central-1",   "me-south-1",
    "mx-central-1",   "sa-east-1",      "us-east-1",      "us-east-2",      "us-west-1",      "us-west-2"};

}  // namespace

ServiceClientOptions ServiceClients::Options(const std::string& region) const {
  ServiceClientOptions options;
  const bool logs = settings_.type == "cloudwatchlogs";
  options.service = logs ? "logs" : "inspector2";
  options.endpoint_suffix = logs ? "CLOUDWATCH_LOGS" : "INSPECTOR2";
  options.service_endpoint = settings_.service_endpoint;
  options.region = region;
  options.credentials = CredentialsOf(settings_, pool_);
  return options;
}

Result<std::vector<std::string>> ServiceClients::Regions(bool& chosen) const {
  chosen = true;
  if (!settings_.regions.empty()) return settings_.regions;
  const ServiceClientOptions options = Options("");
  const Environment& environment = options.credentials.environment;
  const Result<EndpointSettings> endpoints = LoadEndpointSettings(environment, options.credentials.profile);
  if (!endpoints.ok()) return endpoints.status();
  const std::string custom = ConfiguredEndpoint(*endpoints, environment, options.service_endpoint, options.endpoint_suffix);
  const std::size_t host = custom.find("://");
  const std::string name =
      host == std::string::npos ? std::string() : custom.substr(host + 3, custom.find_first_of(":/", host + 3) - host - 3);
  const Result<ClientSettings> known = ReadClientSettings(options.credentials, "", RegionOfHost(name), 0);
  if (!known.ok()) return known.status();
  // A server of one's own is one, whatever the region is called.
  if (!known->sts_region.empty() || !custom.empty()) return std::vector<std::string>{known->region};
  chosen = false;
  return std::vector<std::string>(std::begin(kRegions), std::end(kRegions));
}

Result<ServiceClient*> ServiceClients::In(const std::string& region) {
  std::lock_guard lock(mutex_);
  if (cancelled_) return Status(Code::kCancelled, "stopped");
  std::unique_ptr<ServiceClient>& client = clients_[region];
  if (client == nullptr) {
    Result<std::unique_ptr<ServiceClient>> made = ServiceClient::Create(Options(region));
    if (!made.ok()) return made.status();
    client = std::move(made).value();
  }
  return client.get();
}

void ServiceClients::Cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  for (const auto& [region, client] : clients_)
    if (client != nullptr) client->Cancel();
}

ServiceTraffic ServiceClients::traffic() const {
  std::lock_guard lock(mutex_);
  ServiceTraffic traffic;
  for (const auto& [region, client] : clients_)
    if (client != nullptr) traffic += client->traffic();
  return traffic;
}

bool ServiceClients::cancelled() const {
  std::lock_guard lock(mutex_);
  return cancelled_;
}

std::unique_ptr<ServiceFeed> MakeServiceFeed(const ServiceSettings& settings, std::shared_ptr<CredentialPool> pool) {
  if (settings.type == "inspector") return std::make_unique<InspectorFeed>(settings, std::move(pool));
  return std::make_unique<LogEventsFeed>(settings, std::move(pool));
}

std::string ServiceName(const ServiceSettings& settings) {
  std::string name("service:");
  name += settings.type;
  // Two accounts are read by two roles, profiles or keys. A key's id is no secret.
  for (const std::string& part : {settings.iam_role_arn, settings.aws_profile, settings.access_key, settings.service_endpoint})
    name.append("/").append(part);
  return name;
}

}  // namespace trailsift
