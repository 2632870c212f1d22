#include "event/record_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace trailsift {
namespace {

// The pieces as text: those that stand alone in angle brackets, a cut one with a trailing `~`, an end inside an array as `cut`.
std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> out;
  RecordSplitter splitter(text);
  while (const auto piece = splitter.Next()) {
    std::string shown(text.substr(piece->begin, piece->end - piece->begin));
    if (!piece->in_array) shown = "<" + shown + ">";
    if (!piece->whole) shown += "~";
    out.push_back(shown);
  }
  if (splitter.cut()) out.push_back("cut");
  return out;
}

TEST(RecordSplitter, Table) {
  const struct {
    const char* text;
    std::vector<std::string> pieces;
  } cases[] = {
      {"", {}},
      {" \n ", {}},
      {R"({"Records":[]})", {}},
      {R"({"Records":[{"a":1},{"b":"],}"}]})", {R"({"a":1})", R"({"b":"],}"})"}},
      {R"( { "x" : [1,{"Records":[9]}], "Records" : [ {"a":1} , 2 ,"s" ] , "y" : {} } )", {R"({"a":1})", "2", R"("s")"}},
      {R"([{"a":1},{"b":2}])", {R"({"a":1})", R"({"b":2})"}},
      {R"({"a":1})", {R"(<{"a":1}>)"}},
      {"{\"a\":1}\n{\"Records\":[{\"b\":2}]}\n\n{\"c\":3}", {R"(<{"a":1}>)", R"({"b":2})", R"(<{"c":3}>)"}},
      {R"({"a":1}{"b":2})", {R"(<{"a":1}>)", R"(<{"b":2}>)"}},
      {"hello, [world]\n{\"a\":1}", {"<hello, [world]>", R"(<{"a":1}>)"}},
      // the first of two equal keys wins
      {R"({"Records":1,"Records":[{"a":1}]})", {R"(<{"Records":1,"Records":[{"a":1}]}>)"}},
      {R"({"records":[{"a":1}]})", {R"(<{"records":[{"a":1}]}>)"}},
      // cut
      {R"({"Records":[{"a":1},{"b":)", {R"({"a":1})", R"({"b":~)", "cut"}},
      {R"({"Records":[{"a":1},)", {R"({"a":1})", "cut"}},
      {R"({"Records":[{"a":1})", {R"({"a":1})", "cut"}},
      {R"({"Records":[{"a":1}])", {R"({"a":1})", "cut"}},
      {R"({"Records":[)", {"cut"}},
      {R"({"Recor)", {R"(<{"Recor>~)"}},
      {R"({"a":1,"b)", {R"(<{"a":1,"b>~)"}},
      // junk belongs to the element it follows
      {R"({"Records":[{"a":1}},{"b":2}x"]",{"c":3}]})", {R"({"a":1}})", R"({"b":2}x"]")", R"({"c":3})"}},
      {R"([,{"a":1},,{"b":2},])", {R"({"a":1})", "", R"({"b":2})"}},
      {R"([}])", {"}"}},
  };
  for (const auto& c : cases) EXPECT_EQ(Split(c.text), c.pieces) << c.text;
}

TEST(RecordSplitter, ResyncFindsTheNextRecord) {
  const std::string text = R"({"Records":[{"eventVersion":"1","a":"x}, {"eventVersion":"2"},{"eventVersion":"3"}]})";
  RecordSplitter splitter(text);
  auto piece = splitter.Next();
  ASSERT_TRUE(piece);
  EXPECT_FALSE(piece->whole);
  ASSERT_TRUE(splitter.Resync(*piece));
  EXPECT_EQ(text.substr(piece->begin, piece->end - piece->begin), R"({"eventVersion":"1","a":"x})");
  for (const char* expected : {R"({"eventVersion":"2"})", R"({"eventVersion":"3"})"}) {
    piece = splitter.Next();
    ASSERT_TRUE(piece);
    EXPECT_EQ(text.substr(piece->begin, piece->end - piece->begin), expected);
  }
  EXPECT_FALSE(splitter.Next());
  EXPECT_FALSE(splitter.cut());
}

TEST(RecordSplitter, ResyncNeedsACommaOrALine) {
  for (const char* text :
       {R"([{"eventVersion":"1","a":"{\"eventVersion\"},x)", R"([{"a":{"eventVersion":"1"},x)", "{\"a\n {\"b\":1}"}) {
    RecordSplitter splitter(text);
    auto piece = splitter.Next();
    ASSERT_TRUE(piece) << text;
    EXPECT_FALSE(splitter.Resync(*piece)) << text;
  }
  const std::string lines = "{\"a\n{\"b\":1}";
  RecordSplitter splitter(lines);
  auto piece = splitter.Next();
  ASSERT_TRUE(piece);
  EXPECT_TRUE(splitter.Resync(*piece));
  EXPECT_EQ(piece->end, 3u);
  piece = splitter.Next();
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->begin, 4u);
}

}  // namespace
}  // namespace trailsift
