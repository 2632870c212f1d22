#include "server/listen_address.h"

#include <arpa/inet.h>

#include <charconv>

namespace trailsift {
namespace {

bool IsAddress(const std::string& host, int family) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(family, host.c_str(), bytes) == 1;
}

}  // namespace

bool ListenAddress::is_loopback() const {
  in_addr four{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

std::string ListenAddress::ToString() const {
  const bool six = host.find(':') != std::string::npos;
  std::string text = six ? '[' + host + ']' : host;
  return text += ':' + std::to_string(port);
}

std::optional<ListenAddress> ParseListenAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  ListenAddress address;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (host.empty() || host == "localhost") {
    address.host = "127.0.0.1";
  } else if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    address.host = host.substr(1, host.size() - 2);
    if (!IsAddress(address.host, AF_INET6)) return std::nullopt;
  } else {
    address.host = host;
    if (!IsAddress(address.host, AF_INET)) return std::nullopt;
  }
  return address;
}

}  // namespace trailsift
