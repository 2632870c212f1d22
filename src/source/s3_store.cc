#include "source/s3_store.h"

namespace trailsift {

Result<StorePage> S3Store::List(const StoreQuery& query) {
  ListRequest request;
  request.prefix = query.prefix;
  request.delimiter = query.delimiter;
  request.start_after = query.start_after;
  request.continuation_token = query.token;
  request.max_keys = query.max_keys;
  Result<ListPage> listed = client_->List(request);
  if (!listed.ok()) return listed.status();
  StorePage page;
  page.objects.reserve(listed->objects.size());
  for (auto& object : listed->objects) {
    const bool archived = object.storage_class == "GLACIER" || object.storage_class == "DEEP_ARCHIVE";
    page.objects.push_back({std::move(object.key), object.size, archived});
  }
  page.prefixes = std::move(listed->common_prefixes);
  page.next = std::move(listed->next_token);
  return page;
}

StoreTraffic S3Store::traffic() const {
  const S3Counters& counters = client_->counters();
  StoreTraffic traffic;
  traffic.list_requests = counters.list_requests;
  traffic.get_requests = counters.get_requests;
  traffic.put_requests = counters.put_requests;
  traffic.delete_requests = counters.delete_requests;
  traffic.retries = counters.retries;
  traffic.bytes_received = counters.bytes_received;
  return traffic;
}

void S3Store::GetWithMetadata(const std::string& key, std::function<void(Result<ObjectWithMetadata>)> done) {
  client_->GetWithMetadata(key, [done = std::move(done)](Result<S3ObjectData> answer) {
    if (!answer.ok()) return done(answer.status());
    done(ObjectWithMetadata{std::move(answer->body), std::move(answer->metadata)});
  });
}

}  // namespace trailsift
