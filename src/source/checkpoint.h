// What has been done, durably: HOME/state/trailsift.db. One transaction moves the world: the objects that are finished, how far
// alerts.json is good, and how far the state log is good commit together, so a kill at any moment leaves either all of a group or
// nothing of it. Thread-safe; SQLite is named only in checkpoint.cc.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/status.h"

namespace trailsift {

struct FilePosition {
  std::string file;          // relative to HOME
  std::uint64_t offset = 0;  // bytes of it that are good
};

struct FinishedObject {
  std::int64_t source = 0;
  std::int64_t day = 0;  // of its folder, days since 1970-01-01
  Hash128 key;           // ObjectKeyHash
};

// One (account, region) of a source.
struct Stream {
  std::int64_t from_day = 0;             // nothing before it is ever listed
  std::optional<std::int64_t> done_day;  // of the last pass that listed it to its end
  std::string start_after;               // keys up to this one were another collector's; empty: there was none
};

// Something small that a part of the program must remember exactly as far as the alerts do: `PART/WHAT` and a text. Without a value it is
// forgotten.
struct Note {
  std::string name;
  std::optional<std::string> value;
};

Hash128 ObjectKeyHash(std::string_view key);

class Checkpoint {
 public:
  // Opens or makes the database below `home`. A database of a newer schema is refused.
  static Result<std::unique_ptr<Checkpoint>> Open(const std::string& home);
  ~Checkpoint();

  // The number of a source, kept for ever; a new one starts at `from_day`.
  Result<std::int64_t> EnsureSource(const std::string& name, std::int64_t from_day);
  Result<std::vector<std::string>> SourceNames();
  // A stream's state; a new one begins where its source began.
  Result<Stream> EnsureStream(std::int64_t source, const std::string& account, const std::string& region);
  // Another collector has read the stream's keys up to this one. kInvalid where a pass of ours has listed it already.
  Status BeginStream(std::int64_t source, const std::string& account, const std::string& region, const std::string& start_after);
  Status FinishStream(std::int64_t source, const std::string& account, const std::string& region, std::int64_t today);
  // Forgets objects of days that no listing of this source will reach again.
  Status ForgetBefore(std::int64_t source, std::int64_t day);

  Result<bool> IsFinished(const FinishedObject& object);

  // Becomes true with the next Commit, of the same name the last one.
  void SetNotes(std::vector<Note> notes);
  // The committed notes whose names begin so.
  Result<std::map<std::string, std::string>> ReadNotes(std::string_view prefix);

  // The last committed positions; empty file names before the first commit.
  const FilePosition& alerts() const { return alerts_; }
  const FilePosition& state_log() const { return state_log_; }
  // The transaction. Returns when it is on the disk.
  Status Commit(const std::vector<FinishedObject>& objects, const FilePosition& alerts, const FilePosition& state_log);

 private:
  struct Database;
  explicit Checkpoint(std::unique_ptr<Database> database);

  std::mutex mutex_;  // the database
  std::unique_ptr<Database> database_;
  FilePosition alerts_;  // of the committing thread
  FilePosition state_log_;
  std::vector<Note> notes_;  // of the next commit; guarded by mutex_
};

}  // namespace trailsift
