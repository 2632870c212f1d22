#include "cli/doctor_output.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;
using Area = CheckResult::Area;

CheckResult Newest(Verdict verdict, const char* item, const char* detail, const char* hint = "") {
  CheckResult result;
  result.verdict = verdict;
  result.check = "newest";
  result.subject = "s3://b/AWSLogs/ 111122223333";
  result.item = item;
  result.detail = detail;
  result.hint = hint;
  return result;
}

TEST(DoctorOutput, PartsOfOneSubjectShareALine) {
  DoctorTable table;
  std::string text;
  text += table.Add(Newest(Verdict::kOk, "us-east-1", "just now"));
  text += table.Add(Newest(Verdict::kOk, "eu-west-1", "2 minutes ago"));
  text += table.Add(Newest(Verdict::kWarn, "eu-west-2", "2 days ago", "look"));
  text += table.Add(Newest(Verdict::kWarn, "eu-west-3", "3 days ago", "look elsewhere"));
  text += table.Finish();
  EXPECT_EQ(text,
            "ok    newest         s3://b/AWSLogs/ 111122223333: us-east-1 just now, eu-west-1 2 minutes ago\n"
            "warn  newest         s3://b/AWSLogs/ 111122223333: eu-west-2 2 days ago\n"
            "                     -> look\n"
            "warn  newest         s3://b/AWSLogs/ 111122223333: eu-west-3 3 days ago\n"
            "                     -> look elsewhere\n");
  EXPECT_EQ(table.Finish(), "");
  EXPECT_EQ(table.Add(Newest(Verdict::kOk, "a", "allowed")) + table.Add(Newest(Verdict::kOk, "b", "allowed")) + table.Finish(),
            "ok    newest         s3://b/AWSLogs/ 111122223333: a, b allowed\n");
}

TEST(DoctorOutput, AFailureWithItsStatement) {
  CheckResult result;
  result.verdict = Verdict::kFail;
  result.check = "list";
  result.subject = "s3://b/AWSLogs/";
  result.detail = "s3://b/AWSLogs/\x1b[2J: access denied";
  result.action = "s3:ListBucket";
  result.identity = "profile \"p\"";
  result.missing = PolicyStatement{"List", {"s3:ListBucket"}, {"arn:aws:s3:::b"}, {"AWSLogs/*"}};
  DoctorTable table;
  EXPECT_EQ(table.Add(result), "");
  EXPECT_EQ(table.Finish(),
            "FAIL  list           s3://b/AWSLogs/?[2J: access denied\n"
            "                     -> a policy of who has the keys from profile \"p\" needs\n"
            "                        {\"Effect\": \"Allow\", \"Action\": \"s3:ListBucket\", \"Resource\": "
            "\"arn:aws:s3:::b\", \"Condition\": {\"StringLike\": {\"s3:prefix\": \"AWSLogs/*\"}}}\n");
  EXPECT_EQ(table.Add(result) + table.Finish(),
            "FAIL  list           s3://b/AWSLogs/?[2J: access denied\n"
            "                     -> the same statement as above\n");
  CheckResult of_another = result;
  of_another.identity = "profile \"q\"";
  table.Add(of_another);
  EXPECT_NE(table.Finish().find("profile \"q\" needs\n"), std::string::npos) << "another's policy needs it, too";
  of_another.identity = "role arn:aws:iam::1:role/r assumed with the keys from profile \"q\"";
  table.Add(of_another);
  EXPECT_NE(table.Finish().find("-> a policy of the role arn:aws:iam::1:role/r needs\n"), std::string::npos);
  EXPECT_EQ(
      DoctorJsonLine(result),
      "{\"status\":\"fail\",\"check\":\"list\",\"subject\":\"s3://b/AWSLogs/\",\"detail\":\"s3://b/AWSLogs/\\u001b[2J: access "
      "denied\",\"action\":\"s3:ListBucket\",\"identity\":\"profile \\\"p\\\"\",\"statement\":{\"Effect\": "
      "\"Allow\", \"Action\": \"s3:ListBucket\", \"Resource\": \"arn:aws:s3:::b\", \"Condition\": {\"StringLike\": "
      "{\"s3:prefix\": \"AWSLogs/*\"}}}}\n");
}

TEST(DoctorOutput, TotalsAndTheCodeOfTheWorst) {
  struct Case {
    std::vector<std::pair<Verdict, Area>> results;
    const char* text;
    int code;
  };
  const Case kCases[] = {
      {{}, "0 ok, 0 warnings, 0 failures", 0},
      {{{Verdict::kOk, Area::kAws}, {Verdict::kWarn, Area::kAws}, {Verdict::kSkipped, Area::kAws}},
       "1 ok, 1 warning, 0 failures, 1 not tried",
       0},
      {{{Verdict::kFail, Area::kState}}, "0 ok, 0 warnings, 1 failure", 1},
      {{{Verdict::kFail, Area::kState}, {Verdict::kFail, Area::kAws}}, "0 ok, 0 warnings, 2 failures", 4},
      {{{Verdict::kFail, Area::kAws}, {Verdict::kFail, Area::kDisk}}, "0 ok, 0 warnings, 2 failures", 6},
      {{{Verdict::kFail, Area::kDisk}, {Verdict::kFail, Area::kConfiguration}}, "0 ok, 0 warnings, 2 failures", 3},
  };
  for (const Case& c : kCases) {
    DoctorTotals totals;
    for (const auto& [verdict, area] : c.results) {
      CheckResult result;
      result.verdict = verdict;
      result.area = area;
      totals.Add(result);
    }
    EXPECT_EQ(totals.Text(), c.text);
    EXPECT_EQ(totals.exit_code(), c.code);
  }
}

}  // namespace
}  // namespace trailsift
