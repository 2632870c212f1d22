// The addresses of <srcip> and <dstip>: single ones and networks (10.0.0.0/8, 2001:db8::/32, 10.0.0.0/255.0.0.0), each with a leading
// `!` when it is to be left out. A value is inside when it lies in one of the plain ones (or there are none) and in no left-out one. A
// value that is no address is never inside. An immutable value, to be used by any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace trailsift {

class AddressSet {
 public:
  // One address of one element. kInvalid when it is none.
  Status Add(std::string_view text);

  bool Holds(std::string_view text) const;

 private:
  // IPv4 as ::ffff:a.b.c.d.
  using Address = std::array<std::uint8_t, 16>;
  struct Network {
    Address address{};
    int bits = 128;
    bool left_out = false;
  };
  static bool Parse(std::string_view text, Address& address, bool& is_v4);
  static bool Inside(const Address& address, const Network& network);

  std::vector<Network> networks_;
};

}  // namespace trailsift
