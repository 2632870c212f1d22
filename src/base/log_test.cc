#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace trailsift {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

std::string Logged(LogLevel level, std::string_view message) {
  testing::internal::CaptureStderr();
  Log(level, "source", message);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, OneLineWithTimeLevelAndPart) {
  EXPECT_THAT(Logged(LogLevel::kWarning, "no {such} bucket"),
              MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+Z W source: no \\{such\\} bucket\n"));
}

TEST(Log, StrangersBytesStayOnTheirLineAndOffTheTerminal) {
  const std::string line = Logged(LogLevel::kError, "key a\nb\x1b[2J\x7f caf\xc3\xa9");
  EXPECT_THAT(line, HasSubstr("key a\\x0ab\\x1b[2J\\x7f caf\xc3\xa9\n"));
}

TEST(Log, HoldsBackWhatIsBelowTheLevel) {
  SetLogLevel(LogLevel::kWarning);
  EXPECT_EQ(Logged(LogLevel::kInfo, "quiet"), "");
  EXPECT_NE(Logged(LogLevel::kWarning, "loud"), "");
  SetLogLevel(LogLevel::kInfo);
  EXPECT_NE(Logged(LogLevel::kInfo, "loud"), "");
  EXPECT_EQ(Logged(LogLevel::kDebug, "quiet"), "");
}

}  // namespace
}  // namespace trailsift
