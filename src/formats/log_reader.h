// One object of a service other than CloudTrail, as the records that rules look at, some megabytes at a time so that memory stays bounded
// whatever the object holds. An object is gzip or plain text; what can't be read costs itself only: a line, a document, or the rest of a
// damaged file. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "event/batch.h"
#include "event/padded_text.h"
#include "formats/log_chunk.h"
#include "formats/log_format.h"
#include "formats/loose_lines.h"
#include "formats/text_logs.h"

namespace trailsift {

class ParquetRows;

// Records to look at: `batch` has those that parsed, facts[i] belongs to the record at batch position batch->indexes() of i. Or messages,
// which have no envelope: `batch` is nothing then, facts[i] belongs to messages[i].
struct LogPart {
  std::unique_ptr<Batch> batch;
  std::vector<std::string> messages;
  std::vector<LogFacts> facts;  // of every record or message of the part, also of bad ones
  std::uint32_t first = 0;      // how many of the object came before
};

class LogReader {
 public:
  // `name` is the object's key; it begins messages.
  LogReader(LogFormat format, std::string bytes, std::string_view name);

  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  // The next part; nothing at the end.
  std::optional<LogPart> Next();

  // Complete once Next has answered nothing.
  const Status& object_fault() const { return fault_; }
  std::vector<BadRecord> TakeBadRecords() { return std::move(bad_); }

 private:
  bool NextLine(std::string_view& line);
  bool IsHopeless();
  void ReadLines(LogChunk& chunk);
  void ReadDocuments(LogChunk& chunk);
  void ReadRows(LogChunk& chunk);
  void Fault(std::string message);

  LogFormat format_;
  std::string name_;
  PaddedText inflated_;
  std::string bytes_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<TextLog> lines_;
  std::optional<LooseLines> loose_;
  std::unique_ptr<ParquetRows> rows_;
  std::uint32_t count_ = 0;
  Status fault_;
  std::vector<BadRecord> bad_;
};

}  // namespace trailsift
