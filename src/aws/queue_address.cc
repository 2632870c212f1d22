#include "aws/queue_address.h"

#include "aws/s3_endpoint.h"
#include "net/url.h"

namespace trailsift {
namespace {

bool IsAccount(const std::string& text) { return text.size() == 12 && text.find_first_not_of("0123456789") == std::string::npos; }

}  // namespace

Result<QueueAddress> ReadQueueAddress(const std::string& text) {
  QueueAddress address;
  if (text.rfind("http://", 0) != 0 && text.rfind("https://", 0) != 0) {
    address.name = text;
    return address;
  }
  const Result<Url> url = ParseUrl(text);
  if (!url.ok()) return url.status().Annotate("queue");
  const std::size_t slash = url->path.rfind('/');
  if (slash == std::string::npos || !url->query.empty()) return Status(Code::kInvalid, "queue: no name at the end of " + text);
  address.name = url->path.substr(slash + 1);
  address.url = text;
  const std::string before = url->path.substr(0, slash);
  const std::string account = before.substr(before.rfind('/') + 1);
  if (IsAccount(account)) address.account = account;
  address.region = RegionOfHost(url->host);
  if (address.region.empty()) address.endpoint = url->Origin();
  return address;
}

}  // namespace trailsift
