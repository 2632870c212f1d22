#include "doctor/queue_check.h"

#include <charconv>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aws/queue_address.h"
#include "aws/s3.h"
#include "aws/sqs.h"
#include "base/json.h"
#include "doctor/access_check.h"
#include "doctor/home_check.h"
#include "doctor/service_visit.h"
#include "source/store_factory.h"

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;

constexpr const char* kLook = "sqs:GetQueueAttributes";

std::string Text(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

ServiceRequest Request(const char* operation, std::string body) {
  ServiceRequest request;
  request.target = std::string("AmazonSQS.") + operation;
  request.body = std::move(body);
  return request;
}

long Number(std::string_view text) {
  long value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// What its attributes say of a queue.
void TellAttributes(const JsonValue& root, const ServiceVisit& visit) {
  const auto attribute = [&](const char* name) -> std::string {
    const auto value = FindText(root, std::string("Attributes.") + name);
    return value ? std::string(*value) : std::string();
  };
  std::string detail = "allowed: " + attribute("ApproximateNumberOfMessages") + " messages wait, " +
                       attribute("ApproximateNumberOfMessagesNotVisible") + " are being worked on, hidden for " +
                       attribute("VisibilityTimeout") + " seconds once received";
  const std::string redrive = attribute("RedrivePolicy");
  std::string hint;
  if (redrive.empty()) {
    hint = "give it a dead-letter queue: a message that can never be read comes again for ever";
  } else if (const auto policy = JsonDocument::Parse(redrive)) {
    Arena arena;
    const auto target = FindText(policy->root(), "deadLetterTargetArn");
    const auto count = FindJson(policy->root(), "maxReceiveCount");
    const auto times = count ? ScalarText(*count, arena) : std::nullopt;
    if (target && times) {
      detail += "; given up after " + std::string(*times) + " receives to " + std::string(*target);
      if (Number(*times) < 3) hint = "a maxReceiveCount below 3 gives messages up that only met a busy server or a restart";
    }
  }
  const Verdict verdict = hint.empty() ? Verdict::kOk : Verdict::kWarn;
  visit.Say(verdict, kLook, std::move(detail), std::move(hint));
  if (const std::string key = attribute("KmsMasterKeyId"); !key.empty())
    visit.Say(Verdict::kSkipped, ActionsOf(Need::kDecrypt).front(),
              "encrypted with " + key + ": only a message shows whether it may be used",
              "let the policy allow kms:Decrypt on that key");
}

class QueueCheck {
 public:
  QueueCheck(const SubscriberSettings& subscriber, QueueAddress address, ServiceClientOptions client, const DoctorOptions& options,
             const Tell& tell)
      : subscriber_(subscriber),
        address_(std::move(address)),
        options_(options),
        tell_(tell),
        visit_(subscriber, std::move(client), options, "queue", "queue " + address_.name, tell) {}

  void Run() {
    const bool reached = visit_.Reach();
    // Both, so that not each run shows one fault more.
    const bool can_ask = visit_.FindKeys() && reached;
    if (can_ask && FindUrl() && Look()) {
      TryMessages();
    } else {
      if (!can_ask && address_.url.empty()) Skip(Need::kFindQueue);
      Skip(Need::kReceive);
    }
    ReadObjects(can_ask);
  }

 private:
  void Skip(Need need) const {
    for (const std::string& action : ActionsOf(need)) visit_.Say(Verdict::kSkipped, action, "not tried");
  }

  bool FindUrl() {
    url_ = address_.url;
    if (!url_.empty()) return true;
    const std::string& action = ActionsOf(Need::kFindQueue).front();
    const Result<std::string> found = visit_.Ask(Request("GetQueueUrl", "{\"QueueName\":" + Text(address_.name) + '}'), action);
    if (found.ok())
      if (const auto body = JsonDocument::Parse(*found)) url_ = FindText(body->root(), "QueueUrl").value_or("");
    if (!url_.empty()) {
      visit_.Say(Verdict::kOk, action, "allowed: " + url_);
      return true;
    }
    // With what comes next, so that not each run shows one more.
    PolicyStatement all = StatementFor(subscriber_, Need::kFindQueue);
    const std::vector<std::string>& more = ActionsOf(Need::kReceive);
    all.actions.insert(all.actions.end(), more.begin(), more.end());
    visit_.Refused(action,
                   found.ok() ? Status(Code::kCorrupt, "the answer names no queue; is the endpoint one of SQS?") : found.status(),
                   all);
    return false;
  }

  // What tells a queue from something else that answers; false where it is none.
  bool Look() {
    const Result<std::string> attributes =
        visit_.Ask(Request("GetQueueAttributes", "{\"QueueUrl\":" + Text(url_) + ",\"AttributeNames\":[\"All\"]}"), kLook);
    const auto body = attributes.ok() ? JsonDocument::Parse(*attributes) : std::nullopt;
    if (body) return TellAttributes(body->root(), visit_), true;
    if (attributes.status().code() == Code::kDenied) {
      visit_.Say(Verdict::kSkipped, kLook, "not allowed: how many messages wait and where failed ones go was not looked at",
                 "nothing else needs it; allow it to have doctor look there, too");
      return true;
    }
    visit_.Refused(kLook, attributes.ok() ? Status(Code::kCorrupt, "an answer that is no JSON") : attributes.status(),
                   StatementFor(subscriber_, Need::kLookAtQueue));
    return false;
  }

  void TryMessages() {
    const std::string name = "{\"QueueUrl\":" + Text(url_);
    // No message has this receipt.
    const std::string receipt = ",\"ReceiptHandle\":\"trailsift-doctor-never-received-this\"";
    const std::pair<const char*, std::string> kTries[] = {
        {"ReceiveMessage", name + ",\"MaxNumberOfMessages\":0,\"VisibilityTimeout\":0}"},
        {"DeleteMessage", name + receipt + '}'},
        {"ChangeMessageVisibility", name + receipt + ",\"VisibilityTimeout\":0}"}};
    // What is refused is told at the end, with one statement for all of it.
    PolicyStatement missing = StatementFor(subscriber_, Need::kReceive);
    missing.actions.clear();
    Status first;
    bool hopeless = false;
    for (const auto& [operation, text] : kTries) {
      const std::string action = std::string("sqs:") + operation;
      if (hopeless) {
        visit_.Say(Verdict::kSkipped, action, "not tried");
        continue;
      }
      const Status status = visit_.Ask(Request(operation, text), action).status();
      if (ServiceVisit::IsAllowed(status)) {
        visit_.Say(Verdict::kOk, action, "allowed; no message was touched");
      } else {
        if (first.ok()) first = status;
        missing.actions.push_back(action);
        hopeless = ServiceVisit::IsHopeless(status);
      }
    }
    if (!missing.actions.empty()) visit_.Refused(missing.actions.front(), first, missing);
  }

  void ReadObjects(bool can) const {
    if (options_.objects.empty() || !can) {
      CheckResult result = visit_.Make(Verdict::kSkipped, "", "not tried");
      result.check = "get";
      result.action = ActionsOf(Need::kRead).front();
      if (can) {
        result.detail = "not tried: no setting says which buckets the messages name";
        result.hint = "name an object of each bucket with --object s3://BUCKET/KEY";
      }
      tell_(std::move(result));
      result = visit_.Make(Verdict::kSkipped, "", "not tried");
      result.check = "decrypt";
      result.action = ActionsOf(Need::kDecrypt).front();
      return tell_(std::move(result));
    }
    for (const NamedObject& object : options_.objects) ReadObject(object);
  }

  void ReadObject(const NamedObject& object) const {
    CheckResult result;
    result.check = "get";
    result.subject = "s3://" + object.bucket + '/' + object.key;
    result.action = ActionsOf(Need::kRead).front();
    const Result<std::unique_ptr<S3Client>> client =
        S3Client::Create(WithLimits(ClientOptions(subscriber_, object.bucket), options_));
    const Result<std::string> bytes = client.ok() ? (*client)->Get(object.key) : Result<std::string>(client.status());
    if (!bytes.ok()) {
      result.verdict = Verdict::kFail;
      result.identity = visit_.identity();
      result.detail = bytes.status().message();
      ReadRefusal(bytes.status(), StatementFor(subscriber_, object.bucket), result);
      return tell_(std::move(result));
    }
    result.detail = "read, " + InBytes(static_cast<double>(bytes->size())) + ", with the keys of queue " + address_.name;
    tell_(result);
    result.check = "decrypt";
    result.action = ActionsOf(Need::kDecrypt).front();
    result.detail = DescribeKeys((*client)->TakeKeys());
    tell_(std::move(result));
  }

  const SubscriberSettings& subscriber_;
  const QueueAddress address_;
  const DoctorOptions& options_;
  const Tell& tell_;
  ServiceVisit visit_;
  std::string url_;
};

}  // namespace

void CheckQueue(const SubscriberSettings& subscriber, const DoctorOptions& options, const Tell& tell) {
  const Result<QueueAddress> address = ReadQueueAddress(subscriber.sqs_name);
  Result<ServiceClientOptions> client = SqsClientOptions(QueueOptions(subscriber));
  if (!address.ok() || !client.ok()) {
    CheckResult result;
    result.verdict = Verdict::kFail;
    result.area = CheckResult::Area::kConfiguration;
    result.check = "queue";
    result.detail = address.ok() ? client.status().message() : address.status().message();
    return tell(std::move(result));
  }
  QueueCheck(subscriber, *address, std::move(client).value(), options, tell).Run();
}

}  // namespace trailsift
