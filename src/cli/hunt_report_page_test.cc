#include "cli/hunt_report_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sha256.h"
#include "cli/hunt_report_style.h"

namespace trailsift {
namespace {

using testing::HasSubstr;
using testing::Not;

HuntFacts Facts() {
  HuntFacts facts;
  facts.version = "1.2.3";
  facts.made = *ParseIsoTime("2026-02-01T00:00:00Z");
  facts.inputs = {"s3://trail/AWSLogs/"};
  facts.rules = "131 rules, 28 lists";
  facts.min_level = 3;
  facts.first = *ParseIsoTime("2026-01-15T00:00:00Z");
  facts.last = *ParseIsoTime("2026-01-16T12:00:00Z");
  facts.counters.objects = 2;
  facts.counters.records = 1234;
  facts.counters.bytes = 4096;
  return facts;
}

class HuntReportPageTest : public testing::Test {
 protected:
  HuntReportPageTest() {
    rule_.id = "80222";
    rule_.level = 12;
    rule_.description = "$(trailsift.actor.name)$(x) made $(y) and (z)";
    rule_.mitre = {{"T1136.003", "Cloud Account", {"Persistence"}}, {"T1999", "", {}}};
    alert_.rule = &rule_;
    alert_.event_time = *ParseIsoTime("2026-01-15T10:00:05Z");
    alert_.description = "ann made bob";
    alert_.actor = ActorInfo{"ann", "user", "111122223333"};
    alert_.fields = {{"aws.eventName", "CreateUser"}};
  }
  void Raise() { report_.Take(report_.Pack(alert_)); }

  RuleInfo rule_;
  Alert alert_;
  HuntReport report_;
};

TEST_F(HuntReportPageTest, NothingWasRaised) {
  const std::string page = HuntReportPage(report_, Facts());
  for (const char* words :
       {"<b>0 alerts</b>, in events from <b>2026-01-15 00:00:00</b> to <b>2026-01-16 12:00:00</b>", "s3://trail/AWSLogs/",
        "1,234 records in 2 objects, 4.0 KiB; 0 duplicates and 0 outside of the time left out",
        "131 rules, 28 lists; alerts of level 3 and above", "2026-02-01 00:00:00 by trailsift 1.2.3",
        "No rule of that level raised an alert."})
    EXPECT_THAT(page, HasSubstr(words));
  for (const char* words : {"id=\"worst\"", "id=\"alerts\"", "id=\"incomplete\"", "<nav>"})
    EXPECT_THAT(page, Not(HasSubstr(words)));
  EXPECT_TRUE(page.ends_with("</body></html>\n"));
}

TEST_F(HuntReportPageTest, NothingWasRead) {
  HuntFacts facts = Facts();
  facts.first = facts.last = std::nullopt;
  EXPECT_THAT(HuntReportPage(report_, facts), HasSubstr("<dt>Events</dt><dd>none</dd>"));
}

TEST_F(HuntReportPageTest, SaysWhatHappened) {
  Raise();
  const std::string page = HuntReportPage(report_, Facts());
  for (const char* words :
       {"<b>1 alert</b> of 1 rule, by 1 actor", "<li class=\"critical\"><b>1</b>critical", "a bar is 1 h, the highest 1 alert",
        "<td class=\"wide\">… made … and (z)</td>", "<td class=\"id\">Persistence</td>", "<td class=\"id\">unknown</td>",
        "T1136.003 Cloud Account (1)", "<dt>MITRE</dt><dd>T1136.003 Cloud Account, T1999 </dd>",
        "<pre>aws.eventName: CreateUser\n</pre>", "<title>2026-01-15 10:00: 1 critical</title>"})
    EXPECT_THAT(page, HasSubstr(words));
  EXPECT_THAT(page, Not(HasSubstr("are listed:")));
}

TEST_F(HuntReportPageTest, SaysWhatIsMissing) {
  HuntFacts facts = Facts();
  facts.start = facts.first;
  facts.failure = "s3://x: \"refused\"";
  facts.interrupted = true;
  facts.counters.unreadable_objects = 1;
  facts.counters.gone_objects = 2;
  facts.counters.quarantined_objects = 3;
  facts.counters.quarantined_records = 1;
  const std::string page = HuntReportPage(report_, facts);
  for (const char* words :
       {"Not everything was judged", "<li>the hunt was interrupted</li>", "<li>s3://x: &quot;refused&quot;</li>",
        "<li>1 object could not be read</li>", "<li>2 objects were deleted before they were read</li>",
        "<li>3 objects are damaged</li>", "<li>1 record could not be used</li>",
        "<dt>Asked for</dt><dd>from 2026-01-15 00:00:00 to the end</dd>"})
    EXPECT_THAT(page, HasSubstr(words));
}

TEST_F(HuntReportPageTest, SaysWhatIsLeftOut) {
  for (int i = 0; i < 60; ++i) Raise();
  const std::string page = HuntReportPage(report_, Facts());
  EXPECT_THAT(page, HasSubstr("50 of 60 are listed"));
  EXPECT_THAT(page, HasSubstr("59 more"));
  EXPECT_THAT(page, HasSubstr("id=\"a50\""));
  EXPECT_THAT(page, Not(HasSubstr("id=\"a51\"")));
}

// Whatever a record, a rule or the command line holds stands in the page as text.
TEST_F(HuntReportPageTest, TextOfStrangersIsNoMarkup) {
  const std::string evil = "<img src=x onerror='alert(1)'>\"</td></details></style><script>";
  rule_.id = rule_.description = alert_.description = alert_.account = alert_.account_name = alert_.region = evil;
  rule_.mitre = {{evil, evil, {evil}}};
  alert_.event_source = alert_.event_name = alert_.source_address = alert_.error_code = alert_.target_name = alert_.instances =
      evil;
  alert_.actor = ActorInfo{evil, evil, evil, evil};
  alert_.events = alert_.also = {evil};
  alert_.fields = {{evil, evil + "\n" + evil}};
  Raise();
  HuntFacts facts = Facts();
  facts.inputs = {evil};
  facts.rules = facts.failure = facts.version = evil;
  const std::string page = HuntReportPage(report_, facts);
  for (const char* words : {"<img", "<script", "onerror='", "\"</td></details>"}) EXPECT_THAT(page, Not(HasSubstr(words)));
  EXPECT_EQ(page.find("</style>"), page.rfind("</style>"));
}

// The policy lets exactly the page's own style through.
TEST_F(HuntReportPageTest, ThePolicyKnowsTheStyle) {
  const std::string page = HuntReportPage(report_, Facts());
  const std::size_t begin = page.find("<style>") + 7;
  const std::string style = page.substr(begin, page.find("</style>") - begin);
  EXPECT_THAT(page, HasSubstr("content=\"default-src 'none'; style-src 'sha256-" + Base64Of(Sha256::Of(style)) +
                              "'; base-uri 'none'; form-action 'none'\""));
  EXPECT_THAT(page, Not(HasSubstr("style=\"")));
  for (const char* words : {"url(", "@import", "http:", "https:"})
    EXPECT_EQ(kReportStyle.find(words), std::string_view::npos) << words;
}

}  // namespace
}  // namespace trailsift
