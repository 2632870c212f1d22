#include "server/listen_address.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(ListenAddress, Reads) {
  const struct {
    const char* text;
    const char* shown;  // nothing: refused
    bool loopback;
  } kCases[] = {
      {"127.0.0.1:9144", "127.0.0.1:9144", true},
      {"127.9.9.9:1", "127.9.9.9:1", true},
      {"localhost:0", "127.0.0.1:0", true},
      {":9144", "127.0.0.1:9144", true},
      {"[::1]:9144", "[::1]:9144", true},
      {"[::]:9144", "[::]:9144", false},
      {"0.0.0.0:65535", "0.0.0.0:65535", false},
      {"192.0.2.1:80", "192.0.2.1:80", false},
      {"128.0.0.1:80", "128.0.0.1:80", false},
      {"127.0.0.1", nullptr, false},
      {"9144", nullptr, false},
      {"127.0.0.1:", nullptr, false},
      {"127.0.0.1:65536", nullptr, false},
      {"127.0.0.1:-1", nullptr, false},
      {"127.0.0.1:91x", nullptr, false},
      {"127.0.0.1: 91", nullptr, false},
      {"::1:9144", nullptr, false},  // an IPv6 address needs its brackets
      {"[127.0.0.1]:9144", nullptr, false},
      {"[]:9144", nullptr, false},
      {"127.1:9144", nullptr, false},
      {"example.com:9144", nullptr, false},
      {"", nullptr, false},
  };
  for (const auto& c : kCases) {
    const std::optional<ListenAddress> address = ParseListenAddress(c.text);
    ASSERT_EQ(address.has_value(), c.shown != nullptr) << c.text;
    if (!address) continue;
    EXPECT_EQ(address->ToString(), c.shown);
    EXPECT_EQ(address->is_loopback(), c.loopback) << c.text;
  }
}

}  // namespace
}  // namespace trailsift
