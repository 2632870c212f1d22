// The door of a Wazuh agent or manager: its Unix datagram socket `queue/sockets/queue` (shared facts 1.6, 10). A datagram is either in the
// receiver's queue or not; what Send has given is read by the receiver once Drained says so. One thread; the file descriptor is owned.
//
// A receiver that is not there, or goes, is kUnavailable; anything else that a send can end with is kIo.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace trailsift {

// What stands before a message: a local log, and the place that Wazuh's own module names.
inline constexpr std::string_view kQueueHeader = "1:Wazuh-AWS:";

// The longest datagram that arrives whole on every way: a receiver reads 65,535 bytes; an agent passes on 65,408; on the manager up to 193
// more stand before it (`[id] (name) address->`).
inline constexpr std::size_t kMaxQueueDatagram = 65'300;

class QueueSocket {
 public:
  static Result<std::unique_ptr<QueueSocket>> Open(const std::string& path);
  ~QueueSocket();
  QueueSocket(const QueueSocket&) = delete;
  QueueSocket& operator=(const QueueSocket&) = delete;

  // Sends datagrams in order and answers how many were taken: all, or fewer where the receiver's queue stayed full for `patience` or a part
  // of them was sent before something failed (the next call says what).
  Result<std::size_t> Send(const std::vector<std::string_view>& datagrams, std::chrono::milliseconds patience);

  // True: the receiver has read everything that was sent, and is still the one that was there at Open. False: not within `patience`.
  Result<bool> Drained(std::chrono::milliseconds patience);

 private:
  // Which file the name leads to; a receiver that starts anew binds another.
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t changed_seconds = 0;
    std::int64_t changed_nanos = 0;
    bool operator==(const Identity&) const = default;
  };
  QueueSocket(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  Status Failed(int error) const;
  Result<Identity> Identify() const;
  Status Probe() const;

  const std::string path_;
  const int descriptor_;
  Identity identity_;
};

}  // namespace trailsift
