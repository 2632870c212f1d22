#include "aws/sqs.h"

#include <charconv>
#include <utility>

#include "aws/queue_address.h"
#include "aws/s3_endpoint.h"
#include "base/json.h"

namespace trailsift {
namespace {

// Of an answer: ten messages of 256 KiB, escaped.
constexpr std::size_t kMaxAnswer = 32 << 20;

std::uint64_t NumberIn(JsonValue value, const char* path) {
  const auto text = FindText(value, path);
  std::uint64_t number = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

Result<std::vector<QueueMessage>> ReadMessages(const std::string& answer) {
  std::vector<QueueMessage> messages;
  const std::optional<JsonDocument> document = JsonDocument::Parse(answer);
  if (!document || !document->root().is_object()) return Status(Code::kUnavailable, "an answer that is no JSON object");
  const auto list = FindJson(document->root(), "Messages");
  simdjson::dom::array items;
  if (!list || list->get(items) != simdjson::SUCCESS) return messages;
  for (const JsonValue item : items) {
    QueueMessage message;
    message.id = FindText(item, "MessageId").value_or("");
    message.receipt = FindText(item, "ReceiptHandle").value_or("");
    message.body = FindText(item, "Body").value_or("");
    message.sent = static_cast<Millis>(NumberIn(item, "Attributes.SentTimestamp"));
    // Without them it can't be told from others or deleted.
    if (!message.id.empty() && !message.receipt.empty()) messages.push_back(std::move(message));
  }
  return messages;
}

// The first failure of a batch.
Status ReadBatch(const std::string& answer, const std::string& name) {
  const std::optional<JsonDocument> document = JsonDocument::Parse(answer);
  if (!document) return {Code::kUnavailable, name + ": an answer that is no JSON"};
  const auto failed = FindJson(document->root(), "Failed");
  simdjson::dom::array items;
  JsonValue first;
  if (!failed || failed->get(items) != simdjson::SUCCESS || items.at(0).get(first) != simdjson::SUCCESS) return Status::Ok();
  return {Code::kInvalid, name + ": " + std::string(FindText(first, "Code").value_or("refused")) + ' ' +
                              std::string(FindText(first, "Message").value_or("")).substr(0, 200)};
}

}  // namespace

Result<ServiceClientOptions> SqsClientOptions(const SqsOptions& options) {
  const Result<QueueAddress> address = ReadQueueAddress(options.queue);
  if (!address.ok()) return address.status();
  ServiceClientOptions client;
  client.service = "sqs";
  client.endpoint_suffix = "SQS";
  client.service_endpoint = options.service_endpoint.empty() ? address->endpoint : options.service_endpoint;
  client.region = address->region;
  client.credentials = options.credentials;
  return client;
}

Result<std::unique_ptr<SqsQueue>> SqsQueue::Create(const SqsOptions& options) {
  Result<ServiceClientOptions> client = SqsClientOptions(options);
  if (!client.ok()) return client.status();
  Result<std::unique_ptr<ServiceClient>> made = ServiceClient::Create(std::move(client).value());
  if (!made.ok()) return made.status();
  const Result<QueueAddress> address = ReadQueueAddress(options.queue);
  return std::unique_ptr<SqsQueue>(new SqsQueue(address->name, address->url, std::move(made).value()));
}

ServiceRequest SqsQueue::RequestOf(const char* action, std::string body) const {
  ServiceRequest request;
  request.target = std::string("AmazonSQS.") + action;
  request.body = std::move(body);
  request.subject = "queue " + name_;
  // The batch actions have no permission of their own.
  std::string permission(action);
  if (const std::size_t batch = permission.find("Batch"); batch != std::string::npos) permission.resize(batch);
  request.permission =
      "sqs:" + permission + " on arn:" + std::string(PartitionOf(client_->region())) + ":sqs:" + client_->region() + ":*:" + name_;
  request.max_body = kMaxAnswer;
  return request;
}

void SqsQueue::Send(const char* action, std::string members, std::chrono::seconds wait,
                    std::function<void(Result<std::string>)> done) {
  std::string url;
  {
    std::lock_guard lock(mutex_);
    url = url_;
  }
  if (url.empty()) {
    std::string body("{\"QueueName\":");
    AppendJsonString(name_, body);
    body += '}';
    client_->Send(RequestOf("GetQueueUrl", std::move(body)),
                  [this, action, members = std::move(members), wait, done = std::move(done)](Result<std::string> answer) mutable {
                    if (!answer.ok()) return done(answer.status());
                    const std::optional<JsonDocument> document = JsonDocument::Parse(*answer);
                    const auto found = document ? FindText(document->root(), "QueueUrl") : std::nullopt;
                    if (!found || found->empty())
                      return done(Status(Code::kUnavailable, "queue " + name_ + ": an answer without QueueUrl"));
                    {
                      std::lock_guard lock(mutex_);
                      url_ = *found;
                    }
                    Send(action, std::move(members), wait, std::move(done));
                  });
    return;
  }
  std::string body("{\"QueueUrl\":");
  AppendJsonString(url, body);
  body += members + '}';
  ServiceRequest request = RequestOf(action, std::move(body));
  request.timeout += wait;
  client_->Send(std::move(request), std::move(done));
}

void SqsQueue::Receive(std::chrono::seconds wait, std::chrono::seconds hidden,
                       std::function<void(Result<std::vector<QueueMessage>>)> done) {
  std::string members(R"(,"MaxNumberOfMessages":10,"WaitTimeSeconds":)");
  members += std::to_string(wait.count());
  members += ",\"VisibilityTimeout\":";
  members += std::to_string(hidden.count());
  members += R"(,"AttributeNames":["SentTimestamp"])";
  Send("ReceiveMessage", std::move(members), wait,
       [name = "queue " + name_, done = std::move(done)](const Result<std::string>& answer) {
         if (!answer.ok()) return done(answer.status());
         Result<std::vector<QueueMessage>> messages = ReadMessages(*answer);
         done(messages.ok() ? std::move(messages) : messages.status().Annotate(name));
       });
}

void SqsQueue::SendBatch(const char* action, const std::vector<std::string>& receipts, const std::string& member,
                         std::function<void(Status)> done) {
  std::string members(",\"Entries\":[");
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    members += i == 0 ? "{\"Id\":\"" : ",{\"Id\":\"";
    members += std::to_string(i);
    members += "\",\"ReceiptHandle\":";
    AppendJsonString(receipts[i], members);
    members += member;
    members += '}';
  }
  members += ']';
  Send(action, std::move(members), std::chrono::seconds(0),
       [name = "queue " + name_, done = std::move(done)](const Result<std::string>& answer) {
         done(answer.ok() ? ReadBatch(*answer, name) : answer.status());
       });
}

void SqsQueue::Delete(const std::vector<std::string>& receipts, std::function<void(Status)> done) {
  SendBatch("DeleteMessageBatch", receipts, "", std::move(done));
}

void SqsQueue::Hide(const std::vector<std::string>& receipts, std::chrono::seconds hidden, std::function<void(Status)> done) {
  SendBatch("ChangeMessageVisibilityBatch", receipts, ",\"VisibilityTimeout\":" + std::to_string(hidden.count()), std::move(done));
}

}  // namespace trailsift
