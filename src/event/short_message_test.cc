#include "event/short_message.h"

#include <gmock/gmock.h>

#include "event/event_testing.h"
#include "event/full_log.h"

namespace trailsift {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kLimit = 65'000;

std::string MessageOf(const std::string& record) {
  Envelope envelope;
  envelope.log_file = "AWSLogs/111122223333/CloudTrail/a.json.gz";
  envelope.bucket = "trail";
  envelope.account_id = "111122223333";
  const ParsedJson doc(record);
  std::string out;
  AppendFullLog(doc.root().get_object().value(), envelope, out);
  return out;
}

// `"a": <size bytes of x>`
std::string Long(const std::string& key, std::size_t size) { return '"' + key + "\": \"" + std::string(size, 'x') + '"'; }

std::string Many(std::size_t count, const std::string& item) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ", ") + item;
  return text;
}

std::string Numbered(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"k" : ", \"k") + std::to_string(i) + "\": \"0123456789\"";
  return text;
}

const std::string kHead =
    R"({"eventVersion": "1.10", "userIdentity": {"type": "IAMUser", "userName": "alice"}, "eventName": "PutThing", )";
const std::string kTail = R"(, "eventID": "e-1", "readOnly": false, "recipientAccountId": "111122223333"})";

ShortMessage Shortened(const std::string& members) {
  const std::string message = MessageOf(kHead + members + kTail);
  EXPECT_GT(message.size(), kLimit);
  ShortMessage made = ShortenMessage(message, kLimit);
  EXPECT_LE(made.text.size(), kLimit);
  const ParsedJson doc(made.text);  // is JSON
  for (
      const char* part :
      {R"({"integration": "aws", "aws": {"log_info": {"aws_account_alias": "", "log_file": "AWSLogs/111122223333/CloudTrail/a.json.gz", )",
       R"("eventName": "PutThing")", R"("eventID": "e-1", "readOnly": false, "recipientAccountId": "111122223333")",
       R"(, "source": "cloudtrail", "aws_account_id": "111122223333")", R"("type": "IAMUser")"})
    EXPECT_THAT(made.text, HasSubstr(part));
  return made;
}

TEST(ShortMessage, TheLargestTextGivesWayAsFarAsNeeded) {
  const ShortMessage made =
      Shortened(R"("requestParameters": {"name": "n", )" + Long("policyDocument", 70'000) + ", " + Long("note", 20'000) + "}");
  EXPECT_THAT(made.shortened, ElementsAre("requestParameters.policyDocument"));
  EXPECT_THAT(made.text, HasSubstr(std::string(35'000, 'x')));
  EXPECT_THAT(made.text, HasSubstr(Long("note", 20'000)));
  EXPECT_THAT(made.text, HasSubstr(R"("requestParameters": {"name": "n", )"));
  EXPECT_THAT(made.text, HasSubstr(R"(, "trailsift": {"shortened": ["requestParameters.policyDocument"]}}})"));
  EXPECT_GT(made.text.size(), kLimit - 4'000);  // not more than needed
}

TEST(ShortMessage, Paths) {
  const struct {
    const char* what;
    std::string members;
    std::vector<std::string> paths;
  } cases[] = {
      {"two texts", R"("requestParameters": {)" + Long("a", 60'000) + ", " + Long("b", 61'000) + "}", {"requestParameters.b"}},
      {"two texts that both must",
       R"("requestParameters": {)" + Long("a", 90'000) + ", " + Long("b", 91'000) + "}",
       {"requestParameters.b", "requestParameters.a"}},
      {"a list",
       R"("responseElements": {"n": 1, "items": [)" + Many(6'000, R"({"id": "i-0123"})") + "]}",
       {"responseElements.items"}},
      {"a list whose elements are too large",
       R"("responseElements": {"items": [)" + Many(2, '{' + Long("a", 40'000) + '}') + "]}",
       {"responseElements.items"}},
      {"many members", R"("requestParameters": {"name": "n", "tags": {)" + Numbered(5'000) + "}}", {"requestParameters.tags.*"}},
      {"more members than are looked at",
       R"("requestParameters": {"name": "n", "tags": {)" + Numbered(120'000) + "}}",
       {"requestParameters.tags"}},
      {"a caller", R"("requestParameters": {"name": "n"}, "userAgent": "u", )" + Long("errorMessage", 80'000), {"errorMessage"}},
      {"what is kept goes last",
       Long("errorMessage", 50'000) + R"(, "requestParameters": {)" + Long("a", 20'000) + "}",
       {"requestParameters.a"}},
  };
  for (const auto& c : cases) EXPECT_EQ(Shortened(c.members).shortened, c.paths) << c.what;
}

TEST(ShortMessage, WhatIsSmallStaysBesideManyMembers) {
  const ShortMessage made = Shortened(R"("requestParameters": {"name": "n", "tags": {)" + Numbered(5'000) + "}}");
  EXPECT_THAT(made.text, HasSubstr(R"("requestParameters": {"name": "n", "tags": {"k)"));
}

TEST(ShortMessage, ATextIsNotCutInsideAnEscape) {
  for (const std::string unit : {"\\u0001", "\\\"", "\\\\", "\xC3\xA9", "\xF0\x9F\x98\x80"}) {
    for (std::size_t shift = 0; shift < 12; ++shift) {
      std::string text(shift, 'x');
      while (text.size() < 80'000) text += unit;
      Shortened("\"requestParameters\": {\"a\": \"" + text + "\"}");  // it looks whether that is JSON
    }
  }
}

TEST(ShortMessage, HalfACharacterIsNoneAtAll) {
  std::string text;
  while (text.size() < 40'000) text += "\xF0\x9F\x98\x80";
  const ShortMessage made = Shortened("\"requestParameters\": {\"a\": \"" + text + "\"}");
  const std::size_t end = made.text.find("\"}, \"eventID\"");
  ASSERT_NE(end, std::string::npos);
  EXPECT_EQ(made.text.substr(end - 12, 12), "\\ud83d\\ude00");
}

TEST(ShortMessage, TheWorstStillFits) {
  std::string members;
  for (const char* name : {"eventTime", "eventSource", "awsRegion", "eventType", "eventCategory", "requestID", "managementEvent",
                           "userAgent", "sourceIPAddress", "errorCode", "errorMessage", "vpcEndpointId", "sharedEventID"})
    members += Long(name, 20'000) + ", ";
  members += R"("tlsDetails": {)" + Numbered(10'000) + R"(}, "additional": {)" + Numbered(110'000) + "}, " + Numbered(110'000) +
             ", " + std::string(R"("\u0000)") + std::string(70'000, 'k') + R"(": 1)";
  const std::string message = MessageOf(kHead + members + kTail);
  const ShortMessage made = ShortenMessage(message, kLeastMessage);
  EXPECT_LE(made.text.size(), kLeastMessage);
  const ParsedJson doc(made.text);
  EXPECT_THAT(made.text, HasSubstr(R"("eventName": "PutThing")"));
  EXPECT_THAT(made.text, HasSubstr(R"("source": "cloudtrail")"));
  EXPECT_THAT(made.text, HasSubstr(std::string(1'000, 'x')));
  EXPECT_LE(made.shortened.size(), 25u);
  EXPECT_THAT(made.shortened, Contains("*"));
}

TEST(ShortMessage, ADoubledNameIsKeptOnce) {
  const ShortMessage made =
      Shortened(R"("eventSource": "iam.amazonaws.com", )" + Many(3'000, R"("eventName": "Again and again")") + "");
  EXPECT_THAT(made.text, HasSubstr(R"("eventName": "PutThing")"));
  EXPECT_THAT(made.shortened, ElementsAre("*"));
}

// Written without blanks, in UTF-8, and followed by something else.
TEST(ShortMessage, AnObjectWithoutAnEnvelope) {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += "\xE6\x97\xA5";
  std::string many;
  for (int i = 0; i < 6'000; ++i) many.append(i == 0 ? "\"k" : ",\"k").append(std::to_string(i)).append("\":1");
  const struct {
    const char* what;
    std::string message;
    std::vector<std::string> paths;
    const char* kept;
  } cases[] = {
      {"a text",
       "  {\"class_uid\":3005,\"unmapped\":{\"note\":\"" + text + "\"},\"aws\":{\"x\":1}} rest",
       {"unmapped.note"},
       R"({"class_uid": 3005, "unmapped": {"note": ")"},
      {"what identifies it goes last",
       "{\"actor\":{\"user\":{\"name\":\"" + std::string(40'000, 'u') + "\"}},\"raw\":\"" + std::string(60'000, 'r') + "\"}",
       {"raw"},
       "uuuu\"}}"},
      {"blanks that are added", "{\"severity\":\"High\"," + many + "}", {"*"}, R"({"severity": "High", "k)"},
  };
  for (const auto& c : cases) {
    const std::size_t limit = c.message.size() > kLimit ? kLimit : kLeastMessage;
    ASSERT_GT(c.message.size(), limit) << c.what;
    const ShortMessage made = ShortenObject(c.message, limit);
    EXPECT_LE(made.text.size(), limit) << c.what;
    EXPECT_GT(made.text.size(), limit - 5'000) << c.what;
    EXPECT_THAT(made.shortened, testing::ElementsAreArray(c.paths)) << c.what;
    EXPECT_THAT(made.text, HasSubstr(c.kept)) << c.what;
    EXPECT_THAT(made.text, HasSubstr(", \"trailsift\": {\"shortened\": [\"" + c.paths[0] + "\"]}}")) << c.what;
    const ParsedJson doc(made.text);  // is JSON, in whole characters
  }
}

TEST(ShortMessage, ATextLosesItsEnd) {
  EXPECT_EQ(ShortenText("abcdef", 4).text, "abcd");
  EXPECT_EQ(ShortenText("ab\xE6\x97\xA5x", 4).text, "ab");
  EXPECT_EQ(ShortenText("ab\xE6\x97\xA5x", 5).text, "ab\xE6\x97\xA5");
  EXPECT_THAT(ShortenText("abcdef", 4).shortened, ElementsAre("full_log"));
}

TEST(ShortMessage, DeepNesting) {
  std::string members("\"requestParameters\": ");
  for (int i = 0; i < 500; ++i) members += "{\"a\": ";
  members += '"' + std::string(70'000, 'x') + '"' + std::string(500, '}');
  EXPECT_THAT(Shortened(members).text, Not(HasSubstr("xxxx")));
}

}  // namespace
}  // namespace trailsift
