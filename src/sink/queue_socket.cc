#include "sink/queue_socket.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace trailsift {
namespace {

constexpr std::size_t kBatch = 64;
// Room for some hundred messages, so that the two processes need not take turns; without the right to it the kernel gives less.
constexpr int kSendBuffer = 4 << 20;

int Connect(const std::string& path, int& descriptor) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
  std::copy(path.begin(), path.end(), address.sun_path);
  descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return 0;
  const int error = errno;
  close(descriptor);
  return error;
}

bool IsGone(int error) {
  return error == ECONNREFUSED || error == ENOENT || error == ECONNRESET || error == ENOTCONN || error == EPIPE ||
         error == EDESTADDRREQ;
}

Status ConnectFailure(const std::string& path, int error) {
  std::string text = path + ": cannot connect to the queue of Wazuh: " + std::strerror(error);
  if (IsGone(error)) return {Code::kUnavailable, text + "; is Wazuh running?"};
  if (error == ENAMETOOLONG) text += "; the name of a socket has at most 107 bytes";
  return {error == EACCES ? Code::kDenied : Code::kIo, text};
}

}  // namespace

Result<std::unique_ptr<QueueSocket>> QueueSocket::Open(const std::string& path) {
  int descriptor = -1;
  if (const int error = Connect(path, descriptor); error != 0) return ConnectFailure(path, error);
  std::unique_ptr<QueueSocket> socket(new QueueSocket(path, descriptor));
  if (setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &kSendBuffer, sizeof kSendBuffer) != 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
  Result<Identity> identity = socket->Identify();
  if (!identity.ok()) return identity.status();
  socket->identity_ = *identity;
  return socket;
}

QueueSocket::~QueueSocket() { close(descriptor_); }

Status QueueSocket::Failed(int error) const {
  if (IsGone(error)) return {Code::kUnavailable, path_ + ": the queue of Wazuh has gone: " + std::strerror(error)};
  return {Code::kIo, path_ + ": not sent: " + std::strerror(error)};
}

Result<QueueSocket::Identity> QueueSocket::Identify() const {
  struct stat found {};
  if (stat(path_.c_str(), &found) != 0) return Failed(errno);
  return Identity{found.st_dev, found.st_ino, found.st_ctim.tv_sec, found.st_ctim.tv_nsec};
}

Result<std::size_t> QueueSocket::Send(const std::vector<std::string_view>& datagrams, std::chrono::milliseconds patience) {
  const auto limit = std::chrono::steady_clock::now() + patience;
  std::size_t sent = 0;
  while (sent < datagrams.size()) {
    std::array<mmsghdr, kBatch> headers{};
    std::array<iovec, kBatch> parts{};
    const std::size_t count = std::min(kBatch, datagrams.size() - sent);
    for (std::size_t i = 0; i < count; ++i) {
      parts[i] = {const_cast<char*>(datagrams[sent + i].data()), datagrams[sent + i].size()};
      headers[i].msg_hdr.msg_iov = &parts[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    const int taken = sendmmsg(descriptor_, headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken > 0) {
      sent += static_cast<std::size_t>(taken);
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    const bool full = error == EAGAIN || error == EWOULDBLOCK;
    if (!full && error != ENOBUFS && error != ENOMEM) {
      if (sent > 0) return sent;
      return Failed(error);
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(limit - std::chrono::steady_clock::now());
    if (left.count() <= 0) return sent;
    pollfd wanted{descriptor_, POLLOUT, 0};
    // Without memory there is nothing to be told of: look again soon.
    if (full) poll(&wanted, 1, static_cast<int>(left.count()));
    else poll(nullptr, 0, static_cast<int>(std::min<std::int64_t>(left.count(), 20)));
  }
  return sent;
}

Status QueueSocket::Probe() const {
  int descriptor = -1;
  if (const int error = Connect(path_, descriptor); error != 0) return Failed(error);
  close(descriptor);
  return Status::Ok();
}

Result<bool> QueueSocket::Drained(std::chrono::milliseconds patience) {
  const auto limit = std::chrono::steady_clock::now() + patience;
  for (;;) {
    int unread = 0;
    if (ioctl(descriptor_, SIOCOUTQ, &unread) != 0) unread = 0;  // a kernel that does not tell
    // A receiver that ends takes its queue with it, so it is asked for only then.
    if (unread == 0) break;
    if (std::chrono::steady_clock::now() >= limit) return false;
    poll(nullptr, 0, 1);
  }
  const Result<Identity> now = Identify();
  if (!now.ok()) return now.status();
  if (*now != identity_) return Status(Code::kUnavailable, path_ + ": the queue of Wazuh was made anew while messages were in it");
  TRAILSIFT_RETURN_IF_ERROR(Probe());
  return true;
}

}  // namespace trailsift
