// The append-only log of what must survive a restart beside the ledger: remembered window events, seen identities, the numbers under which
// windows refer to objects. HOME/state/state-NNNNNN.log (docs/format/state.md): a header line, then frames
//   u8 type, u32 size, payload, u64 XXH3 of type and payload
// The checkpoint says how far the file is good; what lies behind it was never committed and is cut at the start. When the log has grown
// far beyond what it holds, everything is written to a new file, and the next commit points there. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "source/checkpoint.h"

namespace trailsift {

enum class StateFrame : std::uint8_t {
  kWindowEvents = 'w',  // Windows::AppendChanges
  kSeen = 's',          // SeenEvents::AppendFrame
  kSigmaWindows = 'g',  // SigmaWindows::AppendChanges
  kObject = 'o',        // an object that windows refer to
  kCut = 'c',           // Windows::cut
  kEarlier = 'e',       // an alert that stands in the files while its event was not committed
  kCameAgain = 'x',     // such an event has come again
};

class StateLog {
 public:
  explicit StateLog(std::string home) : home_(std::move(home)) {}
  ~StateLog();
  StateLog(const StateLog&) = delete;
  StateLog& operator=(const StateLog&) = delete;

  // Opens the file of `position` (a new one where it names none), hands every good frame to `visit`, and cuts what lies behind. Damage
  // within the good part, or a file that is shorter, is an error (kCorrupt) that names the place; the frames before it were handed out.
  Status Open(const FilePosition& position, const std::function<Status(StateFrame, std::string_view)>& visit);

  void Append(StateFrame type, std::string_view payload);
  // Writes and syncs what was appended. The new position is good once the checkpoint has it.
  Status Sync();
  FilePosition position() const { return {file_, offset_}; }

  // Begins a new file; `write_all` appends everything to it. Sync and a commit follow, then RemoveOthers.
  Status Rotate(const std::function<void()>& write_all);
  void RemoveOthers();
  // Bytes appended since the file was begun with its whole content.
  std::uint64_t growth() const { return offset_ - whole_; }
  std::uint64_t whole() const { return whole_; }

 private:
  Status OpenFile(const std::string& file, bool fresh);

  std::string home_;
  std::string file_;  // relative to home_
  int descriptor_ = -1;
  std::uint64_t offset_ = 0;
  std::uint64_t whole_ = 0;
  std::string buffer_;
};

}  // namespace trailsift
