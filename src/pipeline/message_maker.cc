#include "pipeline/message_maker.h"

#include <memory>
#include <optional>
#include <utility>

#include "event/full_log.h"
#include "event/short_message.h"
#include "formats/log_reader.h"
#include "pipeline/discard.h"
#include "sink/queue_socket.h"

namespace trailsift {
namespace {

// A message is longer than its record by the envelope, blanks behind colons and commas, and escapes.
constexpr std::size_t kGuessPercent = 115;

}  // namespace

void MessageMaker::AddRecord(JsonValue record, std::uint32_t index, const Envelope& envelope, const FlowObject& object,
                             bool is_trail, Millis time, MessageReport& report) const {
  if (object.discard != nullptr && !object.discard->empty() && IsDiscarded(record, *object.discard)) {
    ++report.discarded;
    return;
  }
  simdjson::dom::object members;
  if (record.get(members) != simdjson::SUCCESS) return;
  Datagram made;
  made.at = report.text.size();
  // An id that another service's log happens to have says nothing of CloudTrail's events.
  const RecordHeader header = is_trail ? ReadHeader(record) : RecordHeader{};
  made.event = EventIdentity(header, envelope.bucket, envelope.log_file, index);
  made.time = is_trail ? ParseIsoTime(header.event_time).value_or(time) : time;
  report.text += kQueueHeader;
  AppendFullLog(members, envelope, report.text);
  made.size = report.text.size() - made.at;
  if (made.size > max_datagram_) {
    const std::size_t begin = made.at + kQueueHeader.size();
    const ShortMessage shorter = ShortenMessage(std::string_view(report.text).substr(begin), max_datagram_ - kQueueHeader.size());
    ShortenedRecord whole;
    whole.index = index;
    AppendJson(record, whole.record);
    whole.reason = "a message of " + std::to_string(made.size) + " bytes, more than the " + std::to_string(max_datagram_) +
                   " that Wazuh takes; sent without all of ";
    for (std::size_t i = 0; i < shorter.shortened.size(); ++i) whole.reason.append(i == 0 ? "" : ", ").append(shorter.shortened[i]);
    report.text.replace(begin, std::string::npos, shorter.text);
    made.size = report.text.size() - made.at;
    made.shortened = static_cast<std::int32_t>(report.shortened.size());
    report.shortened.push_back(std::move(whole));
  }
  report.datagrams.push_back(made);
}

MessageReport MessageMaker::Make(std::string bytes, const FlowObject& object) const {
  MessageReport report;
  const Envelope& envelope = *object.envelope;
  const Millis time = object.name_time;
  if (!object.format) {
    const std::unique_ptr<Batch> batch = Batch::Decode(std::move(bytes), envelope.log_file);
    report.text.reserve(batch->inflated_size() / 100 * kGuessPercent + batch->records().size() * (envelope.log_file.size() + 300));
    report.datagrams.reserve(batch->records().size());
    for (std::size_t i = 0; i < batch->records().size(); ++i)
      AddRecord(batch->records()[i], batch->indexes()[i], envelope, object, true, time, report);
    report.bad_records = batch->bad_records();
    report.object_fault = batch->object_fault();
    if (batch->kind() == ObjectKind::kDigest) ++report.digests;
    return report;
  }
  LogReader reader(*object.format, std::move(bytes), envelope.log_file);
  Envelope mine = envelope;
  while (const std::optional<LogPart> part = reader.Next()) {
    if (part->batch == nullptr) continue;  // messages, which no bucket's log has
    for (std::size_t i = 0; i < part->batch->records().size(); ++i) {
      const std::uint32_t index = part->batch->indexes()[i];
      const LogFacts& facts = part->facts[index];
      mine.source = facts.source;
      mine.as_is = facts.as_is;
      AddRecord(part->batch->records()[i], part->first + index, mine, object, false, facts.time.value_or(time), report);
    }
  }
  report.bad_records = reader.TakeBadRecords();
  report.object_fault = reader.object_fault();
  return report;
}

std::string ErrorMessage(const Envelope& envelope, std::string_view error) {
  std::string text(kQueueHeader);
  text += R"({"integration": "aws", "aws": {"log_info": {"aws_account_alias": )";
  AppendAsciiJsonString(envelope.account_alias, text);
  text += R"(, "log_file": )";
  AppendAsciiJsonString(envelope.log_file, text);
  text += R"(, "s3bucket": )";
  AppendAsciiJsonString(envelope.bucket, text);
  text += '}';
  if (!envelope.account_id.empty()) {
    text += R"(, "aws_account_id": )";
    AppendAsciiJsonString(envelope.account_id, text);
  }
  text += R"(}, "error_msg": )";
  AppendAsciiJsonString(error, text);
  return text += '}';
}

}  // namespace trailsift
