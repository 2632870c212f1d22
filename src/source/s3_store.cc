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
  for (auto& object : listed->objects) page.objects.push_back({std::move(object.key), object.size});
  page.prefixes = std::move(listed->common_prefixes);
  page.next = std::move(listed->next_token);
  return page;
}

void S3Store::GetWithMetadata(const std::string& key, std::function<void(Result<ObjectWithMetadata>)> done) {
  client_->GetWithMetadata(key, [done = std::move(done)](Result<S3ObjectData> answer) {
    if (!answer.ok()) return done(answer.status());
    done(ObjectWithMetadata{std::move(answer->body), std::move(answer->metadata)});
  });
}

}  // namespace trailsift
