// A queue of Amazon SQS, or of a server that speaks its JSON protocol (Amazon SQS API reference; `AmazonSQS.ReceiveMessage` and others).
// Busy servers, resets and expired keys are dealt with inside (service_client.h); what remains names the queue and the permission that is
// missing.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "aws/message_queue.h"
#include "aws/service_client.h"

namespace trailsift {

struct SqsOptions {
  std::string queue;             // its name, or its URL
  std::string service_endpoint;  // empty: that of a URL of another server than AWS, AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL, AWS
  CredentialOptions credentials;
};

// How the client for such a queue is made. kInvalid for a URL that can't be.
Result<ServiceClientOptions> SqsClientOptions(const SqsOptions& options);

class SqsQueue : public MessageQueue {
 public:
  // kInvalid for a URL or endpoint that can't be; kNotFound for a profile that does not exist. Nothing is sent yet.
  static Result<std::unique_ptr<SqsQueue>> Create(const SqsOptions& options);

  void Receive(std::chrono::seconds wait, std::chrono::seconds hidden,
               std::function<void(Result<std::vector<QueueMessage>>)> done) override;
  void Delete(const std::vector<std::string>& receipts, std::function<void(Status)> done) override;
  void Hide(const std::vector<std::string>& receipts, std::chrono::seconds hidden, std::function<void(Status)> done) override;
  void After(std::chrono::milliseconds delay, std::function<void()> task) override { client_->After(delay, std::move(task)); }
  void Cancel() override { client_->Cancel(); }
  std::string name() const override { return name_; }
  ServiceTraffic traffic() const override { return client_->traffic(); }

 private:
  SqsQueue(std::string name, std::string url, std::unique_ptr<ServiceClient> client)
      : name_(std::move(name)), url_(std::move(url)), client_(std::move(client)) {}
  // Sends `{"QueueUrl":…,` and `members`, once the URL is known.
  void Send(const char* action, std::string members, std::chrono::seconds wait, std::function<void(Result<std::string>)> done);
  void SendBatch(const char* action, const std::vector<std::string>& receipts, const std::string& member,
                 std::function<void(Status)> done);
  ServiceRequest RequestOf(const char* action, std::string body) const;

  const std::string name_;
  std::mutex mutex_;
  std::string url_;  // empty until the queue's name was looked up; guarded by mutex_
  std::unique_ptr<ServiceClient> client_;
};

}  // namespace trailsift
