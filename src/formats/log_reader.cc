#include "formats/log_reader.h"

#include <algorithm>
#include <utility>

#include "event/inflate.h"
#include "event/json_scan.h"
#include "formats/json_logs.h"
#include "formats/subscriber_logs.h"
#include "parquet/rows.h"

namespace trailsift {
namespace {

constexpr std::size_t kPart = 4u << 20;
constexpr std::size_t kMaxLine = 1u << 20;
// An object with more faults than this is something else altogether.
constexpr std::size_t kMaxBad = 1000;

bool IsText(LogFormat format) {
  switch (format) {
    case LogFormat::kVpcFlow:
    case LogFormat::kAlb:
    case LogFormat::kClb:
    case LogFormat::kNlb:
    case LogFormat::kServerAccess:
    case LogFormat::kUmbrella: return true;
    default: return false;
  }
}

bool IsOfSubscriber(LogFormat format) {
  return format == LogFormat::kSubscribed || format == LogFormat::kSecurityHub || format == LogFormat::kInspector ||
         format == LogFormat::kLogEvents;
}

}  // namespace

LogReader::LogReader(LogFormat format, std::string bytes, std::string_view name)
    : format_(format), name_(name), bytes_(std::move(bytes)) {
  if (IsGzip(bytes_)) {
    Inflated inflated = InflateGzip(bytes_, Batch::kMaxInflated);
    inflated_ = std::move(inflated.text);
    if (!inflated.fault.ok()) fault_ = inflated.fault.Annotate(name_);
    std::string().swap(bytes_);
    text_ = inflated_.view();
  } else {
    text_ = bytes_;
    if (text_.size() > Batch::kMaxInflated) {
      Fault("is larger than " + std::to_string(Batch::kMaxInflated >> 20) + " MiB");
      text_ = {};
    }
  }
  if (format == LogFormat::kSecurityLake) {
    if (text_.empty()) return;
    rows_ = std::make_unique<ParquetRows>(text_);
    return;
  }
  if (text_.substr(0, 3) == "\xEF\xBB\xBF") text_.remove_prefix(3);
  const std::size_t begin = SkipJsonSpace(text_, 0);
  // A custom bucket may hold flow logs.
  const bool flow = format == LogFormat::kCustom && begin < text_.size() && text_[begin] != '{' && text_[begin] != '[';
  // Beside a queue anything may lie.
  if (format == LogFormat::kSubscribed && begin < text_.size() && text_[begin] != '{') loose_.emplace(text_);
  if (IsText(format) || flow) lines_.emplace(flow ? LogFormat::kVpcFlow : format, name);
  if (lines_ && !lines_->fault().empty()) {
    Fault(lines_->fault());
    text_ = {};
  }
}

LogReader::~LogReader() = default;

void LogReader::Fault(std::string message) {
  if (fault_.ok()) fault_ = Status(Code::kCorrupt, std::move(message)).Annotate(name_);
}

bool LogReader::IsHopeless() {
  if (bad_.size() < kMaxBad) return false;
  Fault("has more than " + std::to_string(kMaxBad) + " pieces that can't be read; the rest is left out");
  return true;
}

bool LogReader::NextLine(std::string_view& line) {
  if (at_ >= text_.size()) return false;
  const std::size_t end = std::min(text_.find('\n', at_), text_.size());
  line = text_.substr(at_, end - at_);
  at_ = end + 1;
  return true;
}

void LogReader::ReadLines(LogChunk& chunk) {
  std::string record;
  std::string_view line;
  while (chunk.size() < kPart && !IsHopeless() && NextLine(line)) {
    LogFacts facts;
    if (line.size() > kMaxLine) {
      bad_.push_back({count_ + chunk.facts.size(), "a line of " + std::to_string(line.size()) + " bytes, more than 1 MiB",
                      std::string(line.substr(0, Batch::kMaxBadBytes))});
    } else if (lines_ ? lines_->Read(line, record, facts) : loose_->Read(line, record, facts)) {
      chunk.Add(record, std::move(facts));
    }
  }
}

void LogReader::ReadDocuments(LogChunk& chunk) {
  while (chunk.size() < kPart && !IsHopeless()) {
    at_ = SkipJsonSpace(text_, at_);
    if (at_ >= text_.size()) return;
    const std::size_t begin = at_;
    const std::size_t end = SkipJsonValue(text_, at_);
    at_ = std::min(end, text_.size());
    const std::string_view document = text_.substr(begin, at_ - begin);
    const std::string place = "document at byte " + std::to_string(begin) + ": ";
    if (end == std::string_view::npos) {
      Fault("it ends in the middle of the " + place.substr(0, place.size() - 2));
      return;
    }
    if (at_ == begin) ++at_;  // a stray bracket or comma
    std::string wrapped("{\"Records\":[");
    wrapped.append(document).append("]}");
    const std::unique_ptr<Batch> parsed = Batch::Decode(std::move(wrapped), {});
    std::string why = "no JSON object";
    if (!parsed->bad_records().empty())
      why = parsed->bad_records().front().reason.substr(parsed->bad_records().front().reason.find(": ") + 2);
    if (parsed->records().size() == 1)
      why = IsOfSubscriber(format_) ? AddSubscriberLog(format_, name_, parsed->records().front(), chunk)
                                    : AddJsonLog(format_, name_, parsed->records().front(), chunk);
    if (why.empty()) continue;
    bad_.push_back({count_ + chunk.facts.size(), place + why, std::string(document.substr(0, Batch::kMaxBadBytes))});
  }
}

// OCSF's events: messages that begin with their first column.
void LogReader::ReadRows(LogChunk& chunk) {
  std::string row;
  while (chunk.size() < kPart && rows_->Next(row)) {
    LogFacts facts;
    facts.time = rows_->time();
    chunk.AddMessage(row, std::move(facts));
  }
  if (!rows_->fault().ok()) Fault(rows_->fault().message());
}

std::optional<LogPart> LogReader::Next() {
  LogChunk chunk;
  if (rows_ != nullptr) ReadRows(chunk);
  else if (lines_ || loose_) ReadLines(chunk);
  else ReadDocuments(chunk);
  if (chunk.facts.empty()) return std::nullopt;
  LogPart part;
  part.first = count_;
  count_ += static_cast<std::uint32_t>(chunk.facts.size());
  part.facts = std::move(chunk.facts);
  if (!chunk.messages.empty()) {
    part.messages = std::move(chunk.messages);
    return part;
  }
  std::string json("{\"Records\":[");
  json.append(chunk.json).append("]}");
  part.batch = Batch::Decode(std::move(json), name_);
  for (BadRecord bad : part.batch->bad_records()) {
    bad.index += part.first;
    bad_.push_back(std::move(bad));
  }
  if (!part.batch->object_fault().ok() && fault_.ok()) fault_ = part.batch->object_fault();
  return part;
}

}  // namespace trailsift
