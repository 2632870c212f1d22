#include "enrich/cidr.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

struct CidrCase {
  const char* text;
  bool wide;
  const char* plain;
};

const CidrCase kCidrs[] = {
    {"0.0.0.0/0", true, "0.0.0.0/0"},
    {"0.0.0.0/00", true, "0.0.0.0/0"},
    {"192.0.2.1/0", true, "0.0.0.0/0"},
    {"::/0", true, "::/0"},
    {"0:0::0/0", true, "::/0"},
    {"0.0.0.0/1", true, "0.0.0.0/1"},
    {"16.0.0.0/7", true, "16.0.0.0/7"},
    {"10.0.0.0/8", false, "10.0.0.0/8"},
    {"0.0.0.0/32", false, "0.0.0.0/32"},
    {"2000::/3", true, "2000::/3"},
    {"2001:db8::/31", true, "2001:db8::/31"},
    {"2001:db8::/32", false, "2001:db8::/32"},
    {"0.0.0.0", false, "0.0.0.0"},
    {"0.0.0.0/", false, "0.0.0.0/"},
    {"0.0.0.0/0x", false, "0.0.0.0/0x"},
    {"0.0.0.0/-1", false, "0.0.0.0/-1"},
    {"/0", false, "/0"},
    {"0.0.0.0/99999999999", false, "0.0.0.0/99999999999"},
    {"", false, ""},
};

TEST(CidrTest, Cases) {
  for (const CidrCase& c : kCidrs) {
    EXPECT_EQ(IsWideCidr(c.text), c.wide) << c.text;
    EXPECT_EQ(PlainCidr(c.text), c.plain) << c.text;
  }
}

}  // namespace
}  // namespace trailsift
