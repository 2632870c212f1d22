#include "event/inflate.h"

#include "event/event_testing.h"

namespace trailsift {
namespace {

constexpr std::size_t kLimit = 1u << 20;

std::string Text(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; out.size() < size; ++i) out += "line " + std::to_string(i * 2654435761u) + "\n";
  out.resize(size);
  return out;
}

TEST(Inflate, IsGzip) {
  EXPECT_TRUE(IsGzip("\x1f\x8b"));
  EXPECT_FALSE(IsGzip("\x1f"));
  EXPECT_FALSE(IsGzip("\x1f\x8c"));
  EXPECT_FALSE(IsGzip("{}"));
}

TEST(Inflate, Members) {
  const std::string a = Text(70000);
  const std::string b = Text(100);
  for (const std::string& expected : {a, a + b, b + a, std::string(), std::string() + b}) {
    std::string bytes = GzipOf(expected);
    if (expected == a + b) bytes = GzipOf(a) + GzipOf(b);
    if (expected == b + a) bytes = GzipOf(b) + GzipOf("") + GzipOf(a);
    const Inflated out = InflateGzip(bytes, kLimit);
    EXPECT_TRUE(out.fault.ok()) << out.fault.message();
    EXPECT_EQ(out.text.view(), expected);
  }
}

TEST(Inflate, DamageKeepsWhatCameBefore) {
  const std::string text = Text(200000);
  const std::string good = GzipOf(text);
  std::string flipped = good;
  flipped[good.size() / 2] = static_cast<char>(flipped[good.size() / 2] ^ 0x55);
  std::string checksum = good;
  checksum[good.size() - 8] = static_cast<char>(checksum[good.size() - 8] ^ 1);
  const struct {
    const char* what;
    std::string bytes;
    std::size_t at_least;
    const char* message;
  } cases[] = {
      {"half", good.substr(0, good.size() / 2), 60000, "gzip is cut off: it ends after "},
      {"without its last byte", good.substr(0, good.size() - 1), text.size(),
       "gzip is cut off: it ends after 200000 inflated bytes"},
      {"a header alone", good.substr(0, 10), 0, "gzip is cut off: it ends after 0 inflated bytes"},
      {"a magic alone", good.substr(0, 2), 0, "gzip is cut off"},
      {"a bit in the middle", flipped, 0, "gzip is damaged at byte "},
      {"the checksum", checksum, text.size(), "incorrect data check"},
      {"zeros behind", good + std::string(512, '\0'), text.size(), "512 bytes that are no gzip follow its last member"},
      {"a second member cut", good + good.substr(0, good.size() / 2), text.size() + 60000, "gzip is cut off"},
  };
  for (const auto& c : cases) {
    const Inflated out = InflateGzip(c.bytes, kLimit);
    EXPECT_EQ(out.fault.code(), Code::kCorrupt) << c.what;
    EXPECT_NE(out.fault.message().find(c.message), std::string::npos) << c.what << ": " << out.fault.message();
    EXPECT_GE(out.text.size(), c.at_least) << c.what;
    if (out.text.size() <= text.size() && c.bytes != flipped) {
      EXPECT_EQ(out.text.view(), std::string_view(text).substr(0, out.text.size())) << c.what;
    }
  }
}

TEST(Inflate, TheLimitIsExact) {
  const std::string text = Text(kLimit);
  EXPECT_TRUE(InflateGzip(GzipOf(text), kLimit).fault.ok());
  const Inflated over = InflateGzip(GzipOf(text + "x"), kLimit);
  EXPECT_EQ(over.fault.message(), "inflates to more than 1 MiB");
  EXPECT_EQ(over.text.size(), 0u);
  const std::string bomb = GzipOf(std::string(40 * kLimit, 'a'));
  EXPECT_EQ(InflateGzip(bomb, kLimit).fault.message(), "inflates to more than 1 MiB");
  EXPECT_EQ(InflateGzip(bomb.substr(0, bomb.size() / 2), kLimit).fault.message(), "inflates to more than 1 MiB");
}

}  // namespace
}  // namespace trailsift
