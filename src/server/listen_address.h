// Where a server listens, as the command line names it: `127.0.0.1:9144`, `[::1]:9144`, `localhost:9144`, `:9144` (loopback, too). Names other
// than localhost are not looked up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trailsift {

struct ListenAddress {
  std::string host;        // of IPv4 or IPv6, without brackets
  std::uint16_t port = 0;  // 0: any free one

  bool is_loopback() const;
  // As in a URL: `127.0.0.1:9144`, `[::1]:9144`.
  std::string ToString() const;
};

std::optional<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace trailsift
