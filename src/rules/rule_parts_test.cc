// The small parts of a rule: lists, times, group texts, sentences, the MITRE table.
#include <gtest/gtest.h>

#include "rules/compliance.h"
#include "rules/description.h"
#include "rules/lists.h"
#include "rules/mitre.h"
#include "rules/text_file.h"
#include "rules/time_window.h"

namespace trailsift {
namespace {

TEST(ValueList, ReadsLines) {
  const ValueList list = ValueList::Parse("a:one\nb:\r\n\nno colon\n\"c:d\":\"e:f\"\ng:h:i\na:two\n x:y\n[\"z\"]:q\nlast:");
  using Value = std::optional<std::string_view>;
  EXPECT_EQ(list.Find("a"), Value("one"));
  EXPECT_EQ(list.Find("A"), Value());
  EXPECT_EQ(list.Find("b"), Value(""));
  EXPECT_EQ(list.Find("no colon"), Value());
  EXPECT_EQ(list.Find("c:d"), Value("e:f"));
  EXPECT_EQ(list.Find("g"), Value("h:i"));
  EXPECT_EQ(list.Find("x"), Value());
  EXPECT_EQ(list.Find(" x"), Value("y"));
  EXPECT_EQ(list.Find("[\"z\"]"), Value());
  EXPECT_EQ(list.Find("last"), Value(""));
  EXPECT_EQ(list.size(), 6u);
}

TEST(ValueList, FindsAddressesByTheirBeginning) {
  const ValueList list = ValueList::Parse("10.0.0.5:host\n10.1.:net\n192.168:no dot\n.:root\n");
  using Value = std::optional<std::string_view>;
  EXPECT_EQ(list.FindAddress("10.0.0.5"), Value("host"));
  EXPECT_EQ(list.FindAddress("10.0.0.6"), Value());
  EXPECT_EQ(list.FindAddress("10.1.9.9"), Value("net"));
  EXPECT_EQ(list.FindAddress("10.10.0.1"), Value());
  EXPECT_EQ(list.FindAddress("192.168.0.1"), Value());
  EXPECT_EQ(list.FindAddress(".5"), Value("root"));
  EXPECT_EQ(list.FindAddress(""), Value());
}

TEST(DayTime, Holds) {
  struct Case {
    const char* text;
    int minute;
    bool holds;
  };
  const std::vector<Case> cases = {
      {"9:00 - 17:00", 9 * 60, true},     {"9:00 - 17:00", 17 * 60, true},        {"9:00 - 17:00", 17 * 60 + 1, false},
      {"9:00-17:00", 8 * 60 + 59, false}, {"9 am - 5:30 pm", 17 * 60 + 30, true}, {"9 am - 5:30 pm", 17 * 60 + 31, false},
      {"12 am - 12 pm", 0, true},         {"12 am - 12 pm", 12 * 60, true},       {"12 am - 12 pm", 13 * 60, false},
      {"!9:00 - 17:00", 9 * 60, false},   {"!9:00 - 17:00", 8 * 60, true},        {"22:00 - 6:00", 23 * 60, true},
      {"22:00 - 6:00", 22 * 60, false},   {"22:00 - 6:00", 6 * 60, false},        {"22:00 - 6:00", 5 * 60 + 59, true},
      {"22:00 - 6:00", 12 * 60, false},   {"!22:00 - 6:00", 12 * 60, true},
  };
  for (const Case& c : cases) {
    const Result<DayTime> time = DayTime::Parse(c.text);
    ASSERT_TRUE(time.ok()) << c.text;
    EXPECT_EQ(time->Holds(c.minute), c.holds) << c.text << " at minute " << c.minute;
  }
  for (const char* text : {"", "9:00", "9 - 17", "9:60 - 10:00", "25:00 - 26:00", "0 am - 1 am", "13 pm - 14 pm", "a - b"})
    EXPECT_FALSE(DayTime::Parse(text).ok()) << text;
}

TEST(Weekdays, Holds) {
  struct Case {
    const char* text;
    const char* days;  // Sunday first
  };
  for (const Case& c : {Case{"monday", "0100000"}, Case{"Sun, sat", "1000001"}, Case{"weekdays", "0111110"},
                        Case{"weekends", "1000001"}, Case{"!tuesday", "1101111"}, Case{"weekends friday", "1000011"}}) {
    const Result<Weekdays> weekdays = Weekdays::Parse(c.text);
    ASSERT_TRUE(weekdays.ok()) << c.text;
    for (int day = 0; day < 7; ++day) EXPECT_EQ(weekdays->Holds(day), c.days[day] == '1') << c.text << " on day " << day;
  }
  for (const char* text : {"", "!", "someday", "mondays"}) EXPECT_FALSE(Weekdays::Parse(text).ok()) << text;
}

TEST(SplitGroups, TellsComplianceApart) {
  std::vector<std::string> groups;
  Compliance compliance;
  SplitGroups("aws, x y,,tsc_A1,pci_dss_,pci_dss_2,tsc_B2,tscx,cis_aws_5", groups, compliance);
  EXPECT_EQ(groups, (std::vector<std::string>{"aws", " x y", "tscx"}));
  EXPECT_EQ(compliance, (Compliance{{"tsc", {"A1", "B2"}}, {"pci_dss", {"", "2"}}, {"cis", {"aws_5"}}}));
  groups.clear();
  SplitGroups(std::string(1020, 'a') + ",bcd", groups, compliance);
  EXPECT_EQ(groups, (std::vector<std::string>{std::string(1020, 'a'), "bc"}));
}

TEST(ExpandDescription, PutsValuesIn) {
  const DescriptionLookup lookup = [](std::string_view name) -> std::optional<std::string_view> {
    if (name == "who") return "Ann";
    if (name == "empty") return "";
    return std::nullopt;
  };
  EXPECT_EQ(ExpandDescription("plain", lookup), "plain");
  EXPECT_EQ(ExpandDescription("$(who) and $(who)$(nobody)!", lookup), "Ann and Ann!");
  EXPECT_EQ(ExpandDescription("$($(who)) $() $(empty)", lookup), ")  ");
  EXPECT_EQ(ExpandDescription("open $(who", lookup), "open $(who");
  EXPECT_EQ(ExpandDescription("$who (who)", lookup), "$who (who)");
}

TEST(ExpandDescription, GivesUpAt1024Bytes) {
  std::string value(1019, 'x');
  const DescriptionLookup lookup = [&](std::string_view) { return std::optional<std::string_view>(value); };
  EXPECT_EQ(ExpandDescription("a $(v) b", lookup), "a " + value + " b");
  value += 'x';
  EXPECT_EQ(ExpandDescription("a $(v) b", lookup), "a $(v) b");
}

TEST(MitreTable, NamesTechniques) {
  const MitreTable table =
      MitreTable::Parse("# note\nTA0001\tInitial Access\nT1078\tValid Accounts\tPersistence|Initial Access\nbroken\n");
  EXPECT_EQ(table.Technique("T1078").technique, "Valid Accounts");
  EXPECT_EQ(table.Technique("T1078").tactics, (std::vector<std::string>{"Persistence", "Initial Access"}));
  EXPECT_EQ(table.Technique("T9999").technique, "");
  EXPECT_EQ(table.Technique("T9999").id, "T9999");
  EXPECT_EQ(table.TacticName("TA0001"), "Initial Access");
  EXPECT_EQ(table.TacticName("TA9999"), "TA9999");
}

TEST(MitreTable, OursHoldsEveryTechniqueWithItsTactics) {
  const Result<std::string> text = ReadTextFile("rules/mitre.tsv");
  ASSERT_TRUE(text.ok()) << text.status().message();
  const MitreTable table = MitreTable::Parse(*text);
  for (const char* id : {"T1078.004", "T1110", "T1485", "T1562.008", "T1666"}) {
    EXPECT_NE(table.Technique(id).technique, "") << id;
    EXPECT_FALSE(table.Technique(id).tactics.empty()) << id;
  }
  EXPECT_EQ(table.TacticName("TA0040"), "Impact");
}

}  // namespace
}  // namespace trailsift
