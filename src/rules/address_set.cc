#include "rules/address_set.h"

#include <arpa/inet.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <string>

#include "rules/ascii.h"

namespace trailsift {

bool AddressSet::Parse(std::string_view text, Address& address, bool& is_v4) {
  if (text.size() >= INET6_ADDRSTRLEN) return false;
  const std::string terminated(text);
  address = {};
  is_v4 = inet_pton(AF_INET, terminated.c_str(), address.data() + 12) == 1;
  if (is_v4) {
    address[10] = address[11] = 0xff;
    return true;
  }
  return inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1;
}

Status AddressSet::Add(std::string_view text) {
  const std::string shown(text);
  text = TrimBlank(text);
  Network network;
  if (!text.empty() && text.front() == '!') {
    network.left_out = true;
    text.remove_prefix(1);
  }
  const std::size_t slash = text.find('/');
  bool is_v4 = false;
  if (!Parse(text.substr(0, slash), network.address, is_v4)) return Status(Code::kInvalid, "`" + shown + "` is no address");
  if (slash != std::string_view::npos) {
    const std::string_view mask = text.substr(slash + 1);
    int bits = -1;
    Address mask_address{};
    bool mask_is_v4 = false;
    if (AllDigits(mask) && mask.size() <= 3) {
      std::from_chars(mask.data(), mask.data() + mask.size(), bits);
      if (bits > (is_v4 ? 32 : 128)) bits = -1;
    } else if (is_v4 && Parse(mask, mask_address, mask_is_v4) && mask_is_v4) {
      bits = 0;
      for (std::size_t i = 12; i < 16; ++i) bits += std::popcount(mask_address[i]);
    }
    if (bits < 0) return Status(Code::kInvalid, "`" + shown + "` has no valid network length");
    network.bits = is_v4 ? bits + 96 : bits;
  }
  networks_.push_back(network);
  return Status::Ok();
}

bool AddressSet::Inside(const Address& address, const Network& network) {
  const auto whole = static_cast<std::size_t>(network.bits / 8);
  if (std::memcmp(address.data(), network.address.data(), whole) != 0) return false;
  const int rest = network.bits % 8;
  return rest == 0 || ((address[whole] ^ network.address[whole]) >> (8 - rest)) == 0;
}

bool AddressSet::Holds(std::string_view text) const {
  Address address{};
  bool is_v4 = false;
  if (!Parse(text, address, is_v4)) return false;
  bool any_plain = false;
  bool inside_plain = false;
  for (const Network& network : networks_) {
    const bool inside = Inside(address, network);
    if (network.left_out && inside) return false;
    if (!network.left_out) {
      any_plain = true;
      inside_plain = inside_plain || inside;
    }
  }
  return inside_plain || !any_plain;
}

}  // namespace trailsift
