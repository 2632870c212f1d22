#include "net/url.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(Url, Parts) {
  struct Case {
    const char* text;
    const char* origin;
    const char* host;
    int port;
    const char* path;
    const char* query;
  };
  const Case cases[] = {
      {"https://s3.eu-west-1.amazonaws.com", "https://s3.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com", 443, "", ""},
      {"HTTPS://S3.Example.COM/", "https://s3.example.com", "s3.example.com", 443, "", ""},
      {"http://127.0.0.1:9000/base//", "http://127.0.0.1:9000", "127.0.0.1", 9000, "/base", ""},
      {"http://host:80", "http://host", "host", 80, "", ""},
      {"https://host:80", "https://host:80", "host", 80, "", ""},
      {"http://[fd00:ec2::254]:81/a/b?c=d&e", "http://[fd00:ec2::254]:81", "fd00:ec2::254", 81, "/a/b", "c=d&e"},
      {"http://host?x=1", "http://host", "host", 80, "", "x=1"},
  };
  for (const Case& c : cases) {
    const Result<Url> url = ParseUrl(c.text);
    ASSERT_TRUE(url.ok()) << c.text << ": " << url.status().message();
    EXPECT_EQ(url->Origin(), c.origin) << c.text;
    EXPECT_EQ(url->host, c.host) << c.text;
    EXPECT_EQ(url->port, c.port) << c.text;
    EXPECT_EQ(url->path, c.path) << c.text;
    EXPECT_EQ(url->query, c.query) << c.text;
  }
}

TEST(Url, Refused) {
  for (const char* text : {"", "s3.amazonaws.com", "ftp://host", "http://", "http://:80", "http:///path", "http://host:0",
                           "http://host:65536", "http://host:8x", "http://host:", "http://[::1", "http://[host]", "http://[::1]x",
                           "http://ho st", "http://host\n", "http://a,b", "http://host/#x", "file:///etc"}) {
    EXPECT_FALSE(ParseUrl(text).ok()) << text;
  }
}

TEST(Url, PasswordIsNotRepeated) {
  const Result<Url> url = ParseUrl("https://user:hunter2@host/");
  ASSERT_FALSE(url.ok());
  EXPECT_EQ(url.status().message().find("hunter2"), std::string::npos);
}

TEST(Url, Loopback) {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.8.7", "::1"}) EXPECT_TRUE(IsLoopbackHost(host)) << host;
  for (const char* host :
       {"127.0.0.1.example.com", "127.evil.0.1", "127.1", "128.0.0.1", "localhost.example.com", "::2", "", "127."}) {
    EXPECT_FALSE(IsLoopbackHost(host)) << host;
  }
}

}  // namespace
}  // namespace trailsift
