#include "cli/hunt_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace trailsift {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class HuntOutputTest : public testing::Test {
 protected:
  HuntOutputTest() {
    rule_.id = "80254";
    rule_.level = 5;
    rule_.groups = {"aws"};
    alert_.rule = &rule_;
    alert_.event_time = *ParseIsoTime("2026-01-15T10:00:05.678Z");
    alert_.arrival = alert_.event_time;
    alert_.id = FastHash("alert");
    alert_.description = "ann did it";
    alert_.actor = ActorInfo{"ann", "user", "111122223333"};
    alert_.account = "111122223333";
    alert_.region = "us-east-1";
    alert_.event_source = "ec2.amazonaws.com";
    alert_.event_name = "RunInstances";
    alert_.source_address = "192.0.2.1";
    alert_.events = {"e1", "e2"};
    origin_.agent_name = origin_.manager_name = "host";
  }
  std::string Line(HuntFormat format, int width = 0, bool color = false) const {
    return HuntLine(format, alert_, origin_, width, color);
  }

  RuleInfo rule_;
  Alert alert_;
  Origin origin_;
};

TEST_F(HuntOutputTest, CsvHasACellForEachColumn) {
  const std::string header = HuntHeader(HuntFormat::kCsv, true);
  EXPECT_EQ(header,
            "event_time,level,rule_id,description,actor,actor_kind,account,region,event_source,event_name,source_address,error_"
            "code,target,"
            "instances,alert_id,event_ids,account_name\n");
  const std::string line = Line(HuntFormat::kCsv);
  EXPECT_EQ(line,
            "2026-01-15T10:00:05Z,5,80254,ann did it,ann,user,111122223333,us-east-1,ec2.amazonaws.com,RunInstances,192.0.2.1,,,," +
                alert_.id.ToHex() + ",e1 e2,");
  EXPECT_EQ(std::count(line.begin(), line.end(), ','), std::count(header.begin(), header.end(), ','));
}

TEST_F(HuntOutputTest, CsvQuotesWhatWouldBreakACellAndNothingElse) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"plain", "plain"},
                                                                  {"a,b", "\"a,b\""},
                                                                  {"say \"hi\"", "\"say \"\"hi\"\"\""},
                                                                  {"two\nlines", "\"two\nlines\""},
                                                                  {"two\rlines", "\"two\rlines\""},
                                                                  {"\"", "\"\"\"\""},
                                                                  {"semi;colon 'quoted'", "semi;colon 'quoted'"},
                                                                  {"", ""}};
  for (const auto& [text, cell] : cases) {
    alert_.description = text;
    EXPECT_THAT(Line(HuntFormat::kCsv), StartsWith("2026-01-15T10:00:05Z,5,80254," + cell + ",ann,")) << text;
  }
  alert_.actor.reset();
  alert_.description = "x";
  EXPECT_THAT(Line(HuntFormat::kCsv), HasSubstr(",x,,,111122223333,"));
}

TEST_F(HuntOutputTest, TheTableCutsAtTheTerminalsEdgeAndNotWithoutOne) {
  alert_.description = std::string(300, 'd');
  EXPECT_THAT(Line(HuntFormat::kTable), EndsWith("  " + std::string(300, 'd')));
  const std::string head = HuntHeader(HuntFormat::kTable, false);
  const std::size_t used = head.find("WHAT HAPPENED");
  for (const int width : {120, 200}) {
    const std::string row = Line(HuntFormat::kTable, width);
    const auto columns = std::count_if(row.begin(), row.end(), [](char c) { return (c & 0xC0) != 0x80; });
    EXPECT_EQ(columns, width);
    EXPECT_THAT(row, EndsWith("d…"));
    EXPECT_EQ(row.find("ddd"), used);
  }
  // Too narrow for a sentence: whole, the terminal folds it.
  EXPECT_THAT(Line(HuntFormat::kTable, static_cast<int>(used) + 20), EndsWith("  " + std::string(300, 'd')));
  alert_.description = std::string(120 - used, 'd');
  EXPECT_THAT(Line(HuntFormat::kTable, 120), EndsWith("  " + alert_.description)) << "what just fits is not cut";
}

TEST_F(HuntOutputTest, TheTableCutsLongNamesAtWholeCharacters) {
  const std::size_t column = HuntHeader(HuntFormat::kTable, false).find("ACTOR");
  std::string name;
  for (int i = 0; i < 26; ++i) name += "é";
  alert_.actor->name = name;
  EXPECT_EQ(Line(HuntFormat::kTable).substr(column), name + "  ann did it");
  alert_.actor->name += 'x';
  EXPECT_EQ(Line(HuntFormat::kTable).substr(column), name.substr(0, 50) + "…  ann did it");
  alert_.actor.reset();
  EXPECT_EQ(Line(HuntFormat::kTable).substr(column), std::string(28, ' ') + "ann did it");
}

TEST_F(HuntOutputTest, NothingOfARecordControlsTheTerminal) {
  // ESC and the rest of C0, DEL, and C1 (U+009B is an escape sequence's beginning of its own).
  const std::string evil =
      "a\x1b[31mb\r\n\t\x07"
      "c\x7F"
      "d\xC2\x9B"
      "2J\xC2\x80"
      "e";
  alert_.description = alert_.actor->name = alert_.region = alert_.account = evil;
  for (const int width : {0, 150}) {
    const std::string row = Line(HuntFormat::kTable, width);
    for (const char c : row) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      EXPECT_FALSE(row[i] == '\xC2' && static_cast<unsigned char>(row[i + 1]) < 0xA0) << i;
  }
  alert_.description = "naïve ©\xC2\xA0§ 日本 …";  // near misses: what begins with the same byte
  EXPECT_THAT(Line(HuntFormat::kTable), EndsWith(alert_.description));
}

TEST_F(HuntOutputTest, ColoursAreAskedForAndGoByLevel) {
  struct Case {
    int level;
    const char* color;
  };
  for (const Case& c :
       {Case{4, ""}, Case{5, "\x1b[33m"}, Case{7, "\x1b[33m"}, Case{8, "\x1b[31m"}, Case{11, "\x1b[31m"}, Case{12, "\x1b[1;31m"}}) {
    rule_.level = c.level;
    const std::string plain = Line(HuntFormat::kTable);
    EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
    EXPECT_EQ(Line(HuntFormat::kTable, 0, true), *c.color == 0 ? plain : c.color + plain + "\x1b[0m") << c.level;
  }
  EXPECT_THAT(HuntHeader(HuntFormat::kTable, false), Not(HasSubstr("\x1b")));
}

TEST_F(HuntOutputTest, LinesOfJsonTakeTheOffsetThatTheirWriterKnows) {
  alert_.description = R"(a "quoted",",\"id\":\"9.@\" trap)";
  alert_.data_json = R"({"aws":{"x":"1","id":"7.@"}})";
  const std::string line = Line(HuntFormat::kNdjson);
  EXPECT_EQ(line, Line(HuntFormat::kJson, 80, true));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_THAT(line, HasSubstr("\"timestamp\":\"2026-01-15T10:00:05.678+0000\""));
  const std::string with = WithId(line, 4711);
  EXPECT_THAT(with, HasSubstr(",\"id\":\"1768471205.4711\""));
  EXPECT_THAT(with, HasSubstr(",\"id\":\"7.@\"")) << "only Wazuh's own id";
  EXPECT_THAT(with, HasSubstr("\"id\":\"80254\""));
  EXPECT_EQ(with.size(), line.size() + 3);
  for (const char* other : {"", "{}", R"({"a":1,"id":"x"})", R"({"a":1,"id":")", R"({"a":1,"id":""})"})
    EXPECT_EQ(WithId(other, 7), other);
}

TEST_F(HuntOutputTest, HeadersOfTheOthers) {
  EXPECT_EQ(HuntHeader(HuntFormat::kJson, false), "[");
  EXPECT_EQ(HuntHeader(HuntFormat::kNdjson, false), "");
  EXPECT_THAT(HuntHeader(HuntFormat::kTable, false), EndsWith("WHAT HAPPENED\n"));
}

}  // namespace
}  // namespace trailsift
