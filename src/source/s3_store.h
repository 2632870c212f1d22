// A bucket of S3 behind the ObjectStore interface.
#pragma once

#include <memory>
#include <string>

#include "aws/s3.h"
#include "source/object_store.h"

namespace trailsift {

class S3Store : public ObjectStore {
 public:
  explicit S3Store(std::unique_ptr<S3Client> client) : client_(std::move(client)) {}

  Result<StorePage> List(const StoreQuery& query) override;
  Result<std::string> Get(const std::string& key) override { return client_->Get(key); }
  void GetAsync(const std::string& key, std::uint64_t size, std::function<void(Result<std::string>)> done) override {
    client_->GetAsync(key, size, std::move(done));
  }
  void GetWithMetadata(const std::string& key, std::function<void(Result<ObjectWithMetadata>)> done) override;
  Status Delete(const std::string& key) override { return client_->Delete(key); }
  std::vector<std::string> TakeKeys() override { return client_->TakeKeys(); }
  void Cancel() override { client_->Cancel(); }
  std::string name() const override { return "s3://" + client_->bucket() + '/'; }
  StoreSite site() const override { return {client_->region(), client_->foreign_endpoint()}; }
  StoreTraffic traffic() const override;
  bool local() const override { return false; }

 private:
  std::unique_ptr<S3Client> client_;
};

}  // namespace trailsift
