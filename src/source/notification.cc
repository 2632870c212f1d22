#include "source/notification.h"

#include "base/json.h"

namespace trailsift {
namespace {

// A message holds 256 KiB at most; S3 puts one record in it, CloudTrail a few keys.
constexpr std::size_t kMaxObjects = 1000;
// SNS in SNS does not happen; EventBridge or S3 in SNS does.
constexpr int kMaxEnvelopes = 2;
constexpr std::size_t kMaxBucket = 63;
constexpr std::size_t kMaxKey = 1024;  // bytes, as S3 allows

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// application/x-www-form-urlencoded
std::string FormDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

bool Add(std::optional<std::string_view> bucket, std::string key, std::uint64_t size, Notification& notification) {
  if (!bucket || bucket->empty() || bucket->size() > kMaxBucket || key.empty() || key.size() > kMaxKey) return false;
  if (notification.objects.size() >= kMaxObjects) return false;
  notification.objects.push_back({std::string(*bucket), std::move(key), size});
  return true;
}

std::uint64_t SizeIn(JsonValue value, const char* path) {
  const auto found = FindJson(value, path);
  std::uint64_t size = 0;
  return found && found->get(size) == simdjson::SUCCESS ? size : 0;
}

Notification Finished(Notification notification) {
  notification.kind = notification.objects.empty() ? Notification::Kind::kNothing : Notification::Kind::kObjects;
  return notification;
}

Notification FromS3(simdjson::dom::array records) {
  Notification notification;
  if (records.size() == 0) return notification;
  for (const JsonValue record : records) {
    const auto event = FindText(record, "eventName");
    const auto key = FindText(record, "s3.object.key");
    if (!event || !key) return {};
    // With `s3:` in front as the rule names it, without as the message does.
    const std::string_view name = event->substr(event->rfind("s3:", 0) == 0 ? 3 : 0);
    if (name.rfind("ObjectCreated:", 0) != 0) continue;
    if (!Add(FindText(record, "s3.bucket.name"), FormDecoded(*key), SizeIn(record, "s3.object.size"), notification)) return {};
  }
  return Finished(std::move(notification));
}

Notification FromEventBridge(JsonValue root, std::string_view key) {
  Notification notification;
  const auto type = FindText(root, "detail-type");
  if (type && *type != "Object Created") return Finished({});
  if (!Add(FindText(root, "detail.bucket.name"), std::string(key), SizeIn(root, "detail.object.size"), notification)) return {};
  return Finished(std::move(notification));
}

Notification FromCloudTrail(std::string_view bucket, simdjson::dom::array keys) {
  Notification notification;
  if (keys.size() == 0) return notification;
  for (const JsonValue key : keys) {
    std::string_view text;
    if (key.get(text) != simdjson::SUCCESS || !Add(bucket, std::string(text), 0, notification)) return {};
  }
  return Finished(std::move(notification));
}

Notification Read(std::string_view text, int envelopes) {
  // CloudTrail's, when notifications are switched on.
  if (text.find("CloudTrail validation message") != std::string_view::npos && text.size() < 200) return Finished({});
  const std::optional<JsonDocument> document = JsonDocument::Parse(text);
  if (!document || !document->root().is_object()) return {};
  const JsonValue root = document->root();
  if (FindText(root, "Event") == "s3:TestEvent") return Finished({});
  if (FindText(root, "Type") == "Notification") {
    const auto message = FindText(root, "Message");
    return message && envelopes < kMaxEnvelopes ? Read(*message, envelopes + 1) : Notification();
  }
  simdjson::dom::array list;
  if (const auto records = FindJson(root, "Records"); records && records->get(list) == simdjson::SUCCESS) return FromS3(list);
  if (const auto key = FindText(root, "detail.object.key")) return FromEventBridge(root, *key);
  const auto bucket = FindText(root, "s3Bucket");
  const auto keys = FindJson(root, "s3ObjectKey");
  if (bucket && keys && keys->get(list) == simdjson::SUCCESS) return FromCloudTrail(*bucket, list);
  return {};
}

}  // namespace

Notification ReadNotification(std::string_view text) { return Read(text, 0); }

}  // namespace trailsift
