// The pattern languages, as tables: pattern, text, does it hold.
#include "rules/expression.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

struct Case {
  const char* pattern;
  const char* text;
  bool holds;
};

void Check(ExpressionType type, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    Result<Expression> expression = Expression::Compile(type, c.pattern, false);
    ASSERT_TRUE(expression.ok()) << c.pattern << ": " << expression.status().message();
    EXPECT_EQ(expression->Holds(c.text), c.holds) << c.pattern << " on `" << c.text << "`";
    Result<Expression> negated = Expression::Compile(type, c.pattern, true);
    EXPECT_EQ(negated->Holds(c.text), !c.holds) << "not " << c.pattern << " on `" << c.text << "`";
  }
}

TEST(OsMatch, Holds) {
  Check(ExpressionType::kOsMatch, {
                                      {"trail", "DeleteTrail", true},
                                      {"trail", "DeleteTrai", false},
                                      {"^Stop", "stoplogging", true},
                                      {"^Stop", "xStop", false},
                                      {"Key$", "CreateAccessKey", true},
                                      {"Key$", "Keys", false},
                                      {"^a$", "a", true},
                                      {"^a$", "aa", false},
                                      {"^a$", "", false},
                                      {"x|^b|c$", "bz", true},
                                      {"x|^b|c$", "zb", false},
                                      {"x|^b|c$", "zc", true},
                                      {"!^Get|^List", "GetX", false},
                                      {"!^Get|^List", "PutX", true},
                                      {"a!b", "a!b", true},
                                      {"", "anything", true},
                                      {"a|", "b", true},
                                      {"^", "", true},
                                      {"$", "x", true},
                                      {"a.c", "abc", false},
                                      {"a\\<b", "a\\<b", true},
                                      {"a\\<b", "a<b", false},
                                      {"p | q", "p ", true},
                                      {"p | q", "p", false},
                                      {"caf\xC3\xA9", "CAF\xC3\xA9", true},
                                      {"caf\xC3\xA9", "caf\xC3\x89", false},
                                  });
}

TEST(OsRegex, Holds) {
  Check(ExpressionType::kOsRegex, {
                                      // anchors, literals, case
                                      {"^Put", "putObject", true},
                                      {"^Put", "xPut", false},
                                      {"Acl$", "PutAcl", true},
                                      {"Acl$", "AclPut", false},
                                      {"s3.ama", "s3xama", false},
                                      {"[a]?{2}", "[a]?{2}", true},
                                      {"a+b*", "a+b*", true},
                                      {"a+b*", "aab", false},
                                      {"$", "", true},
                                      {"$", "a", false},
                                      {"^", "a", true},
                                      {"", "", true},
                                      {"a^b", "xa^b", true},
                                      {"^x$|y$", "zy", true},
                                      {"^x$|y$", "xz", false},
                                      {"aab", "aaab", true},
                                      // classes
                                      {"^\\d$", "7", true},
                                      {"^\\d$", "x", false},
                                      {"^\\D$", "x", true},
                                      {"^\\w$", "@", true},
                                      {"^\\w$", ".", false},
                                      {"^\\W$", "/", true},
                                      {"^\\W$", "_", false},
                                      {"^\\s$", " ", true},
                                      {"^\\s$", "\t", false},
                                      {"^\\S$", "\t", true},
                                      {"^\\t$", "\t", true},
                                      {"^\\t$", "t", false},
                                      {"^\\p$", "|", true},
                                      {"^\\p$", "/", false},
                                      {"^\\p$", "@", false},
                                      {"^\\.$", "\n", true},
                                      {"^\\.$", "", false},
                                      {"^a\\.z$", "a\xC3\xA9z", false},
                                      {"^a\\.\\.z$", "a\xC3\xA9z", true},
                                      {"\\$\\(\\)\\|\\\\\\<", "$()|\\<", true},
                                      // repetition: gives way at the first byte that the next token takes as well
                                      {"^\\d+$", "123", true},
                                      {"^\\d+$", "12 3", false},
                                      {"^\\d+$", "", false},
                                      {"^\\d*$", "", true},
                                      {"^\\d+7$", "47", true},
                                      {"^\\d+7$", "7", false},
                                      {"^\\d+7$", "777", false},
                                      {"^\\d+7$", "7777", true},
                                      {"^\\w+b$", "ab", true},
                                      {"^\\w+b$", "abab", true},
                                      {"^\\w+b$", "abb", false},
                                      {"^\\w*a$", "a", true},
                                      {"^\\w*a$", "bab", false},
                                      {"^\\.*end$", "end of end", true},
                                      {"^\\.*end$", "ends", false},
                                      {"^a\\.+z$", "az", false},
                                      {"^a\\.+z$", "abczdz", true},
                                      {"^\\d+.\\d+.\\d+.\\d+$", "203.0.113.9", true},
                                      {"^\\d+.\\d+.\\d+.\\d+$", "203.0.113", false},
                                      {"^\\d+.\\d+.\\d+.\\d+$", "1.2.3.4.5", false},
                                      {"/\\w+/\\d*$", "x/ab/", true},
                                      {"/\\w+/\\d*$", "x//1", false},
                                      {"\\.+", " ", true},
                                      {"\\.+", "", false},
                                      // groups
                                      {"^(Create)User$", "CreateUser", true},
                                      {"^Create(\\w+)$", "Create", false},
                                      {"^a(\\d+)b$", "a12b", true},
                                      {"^(Get)\\w+$|^(List)\\w+$", "ListX", true},
                                      {"(a)(b)", "ab", false},
                                  });
}

TEST(OsRegex, RefusesWhatIsNotOfTheLanguage) {
  for (const char* pattern : {"a\\q", "a\\", "(a", "a)", "((a)b)", "(a|b)"})
    EXPECT_FALSE(Expression::Compile(ExpressionType::kOsRegex, pattern, false).ok()) << pattern;
}

TEST(OsRegex, EndsOnAPatternThatComesBackAtEveryByte) {
  Result<OsRegex> regex = OsRegex::Compile("^\\.*a\\.*a\\.*a\\.*a\\.*b$");
  ASSERT_TRUE(regex.ok());
  EXPECT_FALSE(regex->Holds(std::string(100'000, 'a')));
}

TEST(Pcre2, Holds) {
  Check(ExpressionType::kPcre2, {
                                    {"^Get", "GetX", true},
                                    {"^Get", "getX", false},
                                    {"(?i)^get", "GETX", true},
                                    {"^a$", "a\n", true},
                                    {"^a$", "ab", false},
                                    {"^(?!Get|List)\\w+", "PutX", true},
                                    {"^(?!Get|List)\\w+", "ListX", false},
                                    {"^a.z$", "a\xC3\xA9z", false},
                                    {"^(\\w)(\\w)\\2\\1$", "abba", true},
                                    {"^(\\w)(\\w)\\2\\1$", "abab", false},
                                    {"^$", "", true},
                                    {"\\<", "<", true},
                                });
}

TEST(Pcre2, RefusesABrokenPatternAndSaysWhere) {
  const Result<Expression> expression = Expression::Compile(ExpressionType::kPcre2, "ab(c", false);
  ASSERT_FALSE(expression.ok());
  EXPECT_NE(expression.status().message().find("at byte 5"), std::string::npos) << expression.status().message();
}

TEST(Pcre2, EndsOnAnExplodingPattern) {
  Result<Expression> expression = Expression::Compile(ExpressionType::kPcre2, "^(a+)+$", false);
  ASSERT_TRUE(expression.ok());
  EXPECT_FALSE(expression->Holds(std::string(200, 'a') + "b"));
}

TEST(Expression, ExactLiterals) {
  struct LiteralCase {
    ExpressionType type;
    const char* pattern;
    bool negate;
    std::optional<std::vector<std::string>> literals;
    bool refused = false;
  };
  const std::vector<LiteralCase> cases = {
      {ExpressionType::kOsRegex, "^RunInstances$", false, {{"runinstances"}}},
      {ExpressionType::kOsRegex, "^A$|^B$", false, {{"a", "b"}}},
      {ExpressionType::kOsRegex, "^A$|B$", false, std::nullopt},
      {ExpressionType::kOsRegex, "^A$", true, std::nullopt},
      {ExpressionType::kOsRegex, "^a\\d$", false, std::nullopt},
      {ExpressionType::kOsRegex, "^a.b$", false, {{"a.b"}}},
      {ExpressionType::kOsMatch, "^A$", false, {{"a"}}},
      {ExpressionType::kOsMatch, "!^A$", false, std::nullopt},
      {ExpressionType::kOsMatch, "A", false, std::nullopt},
      {ExpressionType::kPcre2, "^iam\\.amazonaws\\.com$", false, {{"iam.amazonaws.com"}}},
      {ExpressionType::kPcre2, "^a.b$", false, std::nullopt},
      {ExpressionType::kPcre2, "^a|b$", false, std::nullopt},
      {ExpressionType::kPcre2, "^a)(b$", false, std::nullopt, true},
      {ExpressionType::kPcre2, "^(?:A|b)$", false, {{"a", "b"}}},
      {ExpressionType::kPcre2, "(?i)^(a|b)$", false, {{"a", "b"}}},
      {ExpressionType::kPcre2, "^(?:Put|Delete)Key(?:|s)$", false, {{"putkey", "putkeys", "deletekey", "deletekeys"}}},
      {ExpressionType::kPcre2, "^(?:a|b$", false, std::nullopt, true},
      {ExpressionType::kPcre2, "^(?:a|b)+$", false, std::nullopt},
      {ExpressionType::kPcre2, "^(?:a|b)?c$", false, std::nullopt},
      {ExpressionType::kPcre2, "^(?:a|(?:b|c))$", false, std::nullopt},
      {ExpressionType::kPcre2, "^(?=a)b$", false, std::nullopt},
      {ExpressionType::kPcre2, "^(?:a)|(?:b)$", false, std::nullopt},
      {ExpressionType::kPcre2, "^(?:a|b)$", true, std::nullopt},
  };
  for (const LiteralCase& c : cases) {
    Result<Expression> expression = Expression::Compile(c.type, c.pattern, c.negate);
    ASSERT_NE(expression.ok(), c.refused) << c.pattern;
    if (c.refused) continue;
    EXPECT_EQ(expression->ExactLiterals(), c.literals) << c.pattern;
    EXPECT_EQ(expression->ExactLiteral().has_value(), c.literals && c.literals->size() == 1) << c.pattern;
  }
}

TEST(AddressSet, Holds) {
  struct AddressCase {
    std::vector<const char*> set;
    const char* value;
    bool holds;
  };
  const std::vector<AddressCase> cases = {
      {{"10.0.0.0/8"}, "10.1.2.3", true},
      {{"10.0.0.0/8"}, "11.0.0.1", false},
      {{"10.0.0.0/255.0.0.0"}, "10.1.2.3", true},
      {{"192.168.1.1"}, "192.168.1.2", false},
      {{"192.168.1.1", "10.0.0.0/8"}, "192.168.1.1", true},
      {{"!10.0.0.0/8"}, "11.0.0.1", true},
      {{"!10.0.0.0/8"}, "10.0.0.1", false},
      {{"10.0.0.0/8", "!10.1.0.0/16"}, "10.2.0.1", true},
      {{"10.0.0.0/8", "!10.1.0.0/16"}, "10.1.0.1", false},
      {{"2001:db8::/33"}, "2001:db8:7fff::1", true},
      {{"2001:db8::/33"}, "2001:db8:8000::1", false},
      {{"0.0.0.0/0"}, "2001:db8::1", false},
      {{"0.0.0.0/0"}, "ec2.amazonaws.com", false},
  };
  for (const AddressCase& c : cases) {
    AddressSet set;
    for (const char* text : c.set) ASSERT_TRUE(set.Add(text).ok()) << text;
    EXPECT_EQ(set.Holds(c.value), c.holds) << c.set.front() << " on " << c.value;
  }
  for (const char* text : {"", "10.0.0", "10.0.0.0/33", "10.0.0.0/x", "::/129", "host"})
    EXPECT_FALSE(AddressSet().Add(text).ok()) << text;
}

}  // namespace
}  // namespace trailsift
