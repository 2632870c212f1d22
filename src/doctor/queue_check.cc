#include "doctor/queue_check.h"

#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "doctor/service_visit.h"

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;

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
  std::string detail = attribute("ApproximateNumberOfMessages") + " messages wait, " +
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
  visit.Say(hint.empty() ? Verdict::kOk : Verdict::kWarn, "sqs:GetQueueAttributes", std::move(detail), std::move(hint));
  if (const std::string key = attribute("KmsMasterKeyId"); !key.empty())
    visit.Say(Verdict::kSkipped, ActionsOf(Need::kDecrypt).front(),
              "encrypted with " + key + ": only a message shows whether it may be used",
              "let the policy allow kms:Decrypt on that key");
}

}  // namespace

void CheckQueue(const SubscriberSettings& subscriber, const DoctorOptions& options, const Tell& tell) {
  const PolicyStatement needed = StatementFor(subscriber);
  ServiceVisit visit(subscriber, options, "sqs", "SQS", "", "queue", "queue " + subscriber.sqs_name, tell);
  const auto skip = [&](std::size_t from) {
    for (std::size_t i = from; i < needed.actions.size(); ++i) visit.Say(Verdict::kSkipped, needed.actions[i], "not tried");
  };
  if (!visit.Open()) return skip(0);

  const Result<std::string> found =
      visit.Ask(Request("GetQueueUrl", "{\"QueueName\":" + Text(subscriber.sqs_name) + '}'), "sqs:GetQueueUrl");
  std::string url;
  if (found.ok())
    if (const auto body = JsonDocument::Parse(*found)) url = FindText(body->root(), "QueueUrl").value_or("");
  if (url.empty()) {
    visit.Refused("sqs:GetQueueUrl", found.ok() ? Status(Code::kCorrupt, "the answer names no queue") : found.status(), needed);
    return skip(1);
  }
  visit.Say(Verdict::kOk, "sqs:GetQueueUrl", url);

  const std::string name = "{\"QueueUrl\":" + Text(url);
  const Result<std::string> attributes =
      visit.Ask(Request("GetQueueAttributes", name + ",\"AttributeNames\":[\"All\"]}"), "sqs:GetQueueAttributes");
  const auto body = attributes.ok() ? JsonDocument::Parse(*attributes) : std::nullopt;
  if (body) TellAttributes(body->root(), visit);

  // What is refused is told at once, with one statement for all of it.
  PolicyStatement missing = needed;
  missing.actions.clear();
  Status first;
  if (!attributes.ok()) {
    first = attributes.status();
    missing.actions.emplace_back("sqs:GetQueueAttributes");
  }
  // No message has this receipt.
  const std::string receipt = ",\"ReceiptHandle\":\"trailsift-doctor-never-received-this\"";
  const std::pair<const char*, std::string> kTries[] = {
      {"ReceiveMessage", name + ",\"MaxNumberOfMessages\":0,\"VisibilityTimeout\":0}"},
      {"DeleteMessage", name + receipt + '}'},
      {"ChangeMessageVisibility", name + receipt + ",\"VisibilityTimeout\":0}"}};
  for (const auto& [operation, text] : kTries) {
    const std::string action = std::string("sqs:") + operation;
    const Status status = visit.Ask(Request(operation, text), action).status();
    if (ServiceVisit::IsAllowed(status)) {
      visit.Say(Verdict::kOk, action, "allowed; no message was touched");
      continue;
    }
    if (first.ok()) first = status;
    if (status.code() == first.code()) missing.actions.push_back(action);
  }
  if (!missing.actions.empty()) visit.Refused(missing.actions.front(), first, missing);
}

}  // namespace trailsift
