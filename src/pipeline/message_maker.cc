#include "pipeline/message_maker.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/arena.h"
#include "event/full_log.h"
#include "event/message.h"
#include "formats/log_reader.h"
#include "formats/subscriber_logs.h"
#include "pipeline/discard.h"
#include "sink/queue_socket.h"

namespace trailsift {
namespace {

// A message is longer than its record by the envelope, blanks behind colons and commas, and escapes.
constexpr std::size_t kGuessPercent = 115;

}  // namespace

void MessageMaker::AddDatagram(Datagram made, std::uint32_t index, const std::function<std::string()>& whole,
                               ShortMessage (*shorten)(std::string_view, std::size_t), MessageReport& report) const {
  made.size = report.text.size() - made.at;
  if (made.size > max_datagram_) {
    const std::size_t begin = made.at + kQueueHeader.size();
    const ShortMessage shorter = shorten(std::string_view(report.text).substr(begin), max_datagram_ - kQueueHeader.size());
    ShortenedRecord kept;
    kept.index = index;
    kept.record = whole();
    kept.reason = "a message of " + std::to_string(made.size) + " bytes, more than the " + std::to_string(max_datagram_) +
                  " that Wazuh takes; sent without all of ";
    for (std::size_t i = 0; i < shorter.shortened.size(); ++i) kept.reason.append(i == 0 ? "" : ", ").append(shorter.shortened[i]);
    report.text.replace(begin, std::string::npos, shorter.text);
    made.size = report.text.size() - made.at;
    made.shortened = static_cast<std::int32_t>(report.shortened.size());
    report.shortened.push_back(std::move(kept));
  }
  report.datagrams.push_back(made);
}

void MessageMaker::AddRecord(JsonValue record, std::uint32_t index, const Envelope& envelope, const FlowObject& object,
                             const LogFacts* facts, MessageReport& report) const {
  if (object.discard != nullptr && !object.discard->empty() && IsDiscarded(record, *object.discard)) {
    ++report.discarded;
    return;
  }
  simdjson::dom::object members;
  if (record.get(members) != simdjson::SUCCESS) return;
  Datagram made;
  made.at = report.text.size();
  // An id that another service's log happens to have says nothing of CloudTrail's events.
  const RecordHeader header = facts == nullptr ? ReadHeader(record) : RecordHeader{};
  made.event =
      facts != nullptr && facts->identity ? *facts->identity : EventIdentity(header, envelope.bucket, envelope.log_file, index);
  made.time = (facts == nullptr ? ParseIsoTime(header.event_time) : facts->time).value_or(object.name_time);
  report.text += kQueueHeader;
  AppendFullLog(members, envelope, report.text);
  const auto whole = [&] {
    std::string text;
    AppendJson(record, text);
    return text;
  };
  AddDatagram(made, index, whole, ShortenMessage, report);
}

void MessageMaker::AddMessage(std::string_view line, const LogFacts& facts, std::uint32_t index, const FlowObject& object,
                              MessageReport& report) const {
  const bool too_long = line.size() + kQueueHeader.size() > max_datagram_;
  const bool judged = object.discard != nullptr && !object.discard->empty();
  MessageParser parser;
  const std::optional<JsonValue> json = judged || too_long ? parser.Parse(line) : std::nullopt;
  if (judged) {
    Arena arena;
    if (IsDiscarded(Event::Message(line, json, arena, nullptr), *object.discard)) {
      ++report.discarded;
      return;
    }
  }
  const Envelope& envelope = *object.envelope;
  Datagram made;
  made.at = report.text.size();
  made.event = facts.identity ? *facts.identity : EventIdentity({}, envelope.bucket, envelope.log_file, index);
  made.time = facts.time.value_or(object.name_time);
  report.text.append(kQueueHeader).append(line);
  AddDatagram(
      made, index, [&] { return std::string(line); }, json && json->is_object() ? ShortenObject : ShortenText, report);
}

void MessageMaker::MakeOfTrail(std::string bytes, const FlowObject& object, MessageReport& report) const {
  const Envelope& envelope = *object.envelope;
  const std::unique_ptr<Batch> batch = Batch::Decode(std::move(bytes), envelope.log_file);
  report.text.reserve(batch->inflated_size() / 100 * kGuessPercent + batch->records().size() * (envelope.log_file.size() + 300));
  report.datagrams.reserve(batch->records().size());
  for (std::size_t i = 0; i < batch->records().size(); ++i)
    AddRecord(batch->records()[i], batch->indexes()[i], envelope, object, nullptr, report);
  report.bad_records = batch->bad_records();
  report.object_fault = batch->object_fault();
  if (batch->kind() == ObjectKind::kDigest) ++report.digests;
}

MessageReport MessageMaker::Make(std::string bytes, const FlowObject& object) const {
  MessageReport report;
  if (!object.format || (object.format == LogFormat::kSubscribed && HoldsTrail(bytes))) {
    MakeOfTrail(std::move(bytes), object, report);
    return report;
  }
  LogReader reader(*object.format, std::move(bytes), object.envelope->log_file);
  Envelope mine = *object.envelope;
  while (const std::optional<LogPart> part = reader.Next()) {
    for (std::uint32_t i = 0; i < part->messages.size(); ++i)
      AddMessage(part->messages[i], part->facts[i], part->first + i, object, report);
    if (part->batch == nullptr) continue;
    for (std::size_t i = 0; i < part->batch->records().size(); ++i) {
      const std::uint32_t index = part->batch->indexes()[i];
      const LogFacts& facts = part->facts[index];
      mine.source = facts.source;
      mine.as_is = facts.as_is;
      AddRecord(part->batch->records()[i], part->first + index, mine, object, &facts, report);
    }
  }
  report.bad_records = reader.TakeBadRecords();
  report.object_fault = reader.object_fault();
  return report;
}

std::string ErrorMessage(const Envelope& envelope, std::string_view error) {
  std::string text(kQueueHeader);
  text += R"({"integration": "aws", "aws": {)";
  const auto add = [&](std::string_view before, std::string_view value) {
    text += before;
    AppendAsciiJsonString(value, text);
  };
  if (envelope.collector != Envelope::Collector::kService) {
    text += R"("log_info": {)";
    if (envelope.collector == Envelope::Collector::kBucket) {
      add(R"("aws_account_alias": )", envelope.account_alias);
      text += ", ";
    }
    add(R"("log_file": )", envelope.log_file);
    add(R"(, "s3bucket": )", envelope.bucket);
    text += '}';
    if (!envelope.account_id.empty()) add(R"(, "aws_account_id": )", envelope.account_id);
  }
  add(R"(}, "error_msg": )", error);
  return text += '}';
}

}  // namespace trailsift
