// Rules that load and can't do what was meant, each beside a near miss of which nothing is said.
#include "rules/rule_warnings.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

// Rules below a root that holds for every event, in a file of one rule a line from line 2 on.
std::string WarningsOf(const std::string& rules) {
  Diagnostics ignored;
  const auto set = RuleSet::LoadTexts({{"r.xml", "<group name=\"g,\">\n" + rules + "</group>"}},
                                      {{"etc/lists/names", "A:1\n"}, {"etc/lists/others", "A:1\n"}}, ignored);
  if (set == nullptr) return "refused";
  Diagnostics diagnostics;
  WarnOfRules(*set, diagnostics);
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) text += std::to_string(item.line) + ": " + item.message + "\n";
  return text;
}

std::string Rule(int id, int level, const std::string& body, const std::string& attributes = "") {
  return "<rule id=\"" + std::to_string(id) + "\" level=\"" + std::to_string(level) + "\" " + attributes + ">" + body +
         "<description>d</description></rule>\n";
}

std::string Below(int parent) { return "<if_sid>" + std::to_string(parent) + "</if_sid>"; }

std::string Field(const std::string& name, const std::string& pattern, const std::string& more = "") {
  return "<field name=\"" + name + "\"" + more + ">" + pattern + "</field>";
}

struct Case {
  std::string rules;
  std::string warns;  // all of it
};

void Judge(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(WarningsOf(c.rules), c.warns) << c.rules;
}

TEST(RuleWarnings, FindsTestsThatExcludeEachOther) {
  const std::string base = Rule(100001, 3, Field("a", "^x$|^y$"));
  Judge({
      {Rule(100001, 3, Field("a", "^x$") + Field("a", "^y$")),
       "2: rule 100001 never holds: <field name=\"a\">^x$</field> and <field name=\"a\">^y$</field> of the same rule exclude each "
       "other\n"},
      {Rule(100001, 3, Field("a", "^x$|^y$") + Field("a", "^y$|^z$")), ""},
      {Rule(100001, 3, Field("a", "^x$") + Field("b", "^y$")), ""},
      {Rule(100001, 3, Field("a", "x") + Field("a", "y")), ""},
      {base + Rule(100002, 5, Below(100001) + Field("A", "^z$")) + Rule(100003, 7, Below(100002)) + Rule(100004, 7, Below(100003)),
       "3: rule 100002 never holds: <field name=\"A\">^z$</field> and <field name=\"a\">^x$|^y$</field> of rule 100001 (r.xml:2) "
       "above it "
       "exclude each other; so the 2 rules below it are never reached (100003, 100004)\n"},
      {base + Rule(100002, 5, Below(100001) + Field("a", "^Y$")), ""},
      {base + Rule(100002, 5, Below(100001) + Field("a", "^y$", " negate=\"yes\"")), ""},
      {base + Rule(100002, 5, Below(100001) + Field("a", "^y$|^x$|^z$", " negate=\"yes\"")),
       "3: rule 100002 never holds: <field name=\"a\" negate=\"yes\">^y$|^x$|^z$</field> and <field name=\"a\">^x$|^y$</field> of "
       "rule "
       "100001 (r.xml:2) above it exclude each other\n"},
      // pcre2 knows case: nothing is certain
      {base + Rule(100002, 5, Below(100001) + Field("a", "^(?:X|Z)$", " type=\"pcre2\"")), ""},
      {base + Rule(100002, 5, Below(100001) + Field("a", "^z$", " type=\"pcre2\"")),
       "3: rule 100002 never holds: <field name=\"a\" type=\"pcre2\">^z$</field> and <field name=\"a\">^x$|^y$</field> of rule "
       "100001 "
       "(r.xml:2) above it exclude each other\n"},
      // one of two parents lets it pass
      {base + Rule(100002, 3, Field("b", "x")) + Rule(100003, 5, "<if_sid>100001,100002</if_sid>" + Field("a", "^z$")), ""},
  });
}

TEST(RuleWarnings, FindsRulesThatASiblingShadows) {
  const std::string base = Rule(100001, 3, Field("s", "^t$"));
  const std::string shadowed = " is tried before it and takes every event it would\n";
  Judge({
      {base + Rule(100002, 5, Below(100001) + Field("a", "^x$")) + Rule(100003, 7, Below(100001)),
       "3: rule 100002 is never reached: rule 100003 (r.xml:4)" + shadowed},
      {base + Rule(100002, 7, Below(100001) + Field("a", "^x$")) + Rule(100003, 5, Below(100001)), ""},
      {base + Rule(100002, 5, Below(100001) + Field("a", "^x$")) + Rule(100003, 0, Below(100001) + Field("s", "^t$")),
       "3: rule 100002 is never reached: rule 100003 (r.xml:4)" + shadowed},
      {base + Rule(100002, 5, Below(100001) + Field("a", "^CreateUser$")) + Rule(100003, 7, Below(100001) + Field("a", "^create")),
       "3: rule 100002 is never reached: rule 100003 (r.xml:4)" + shadowed},
      {base + Rule(100002, 5, Below(100001) + Field("a", "^CreateUser$|^Delete$")) +
           Rule(100003, 7, Below(100001) + Field("a", "^create")),
       ""},
      {base + Rule(100002, 5, Below(100001) + Field("a", "x")) + Rule(100003, 5, Below(100001) + Field("a", "x")),
       "4: rule 100003 is never reached: rule 100002 (r.xml:3)" + shadowed},
      {base + Rule(100002, 5, Below(100001) + Field("a", "x")) +
           Rule(100003, 5, Below(100001) + Field("a", "x", " type=\"osmatch\"")),
       ""},
      // what does not take every event
      {base + Rule(100002, 5, Below(100001) + Field("a", "x")) + Rule(100003, 7, Below(100001), "noalert=\"1\"") +
           Rule(100004, 5, Below(100003) + Field("b", "x")),
       ""},
      {base + Rule(100002, 5, Below(100001) + Field("a", "x")) +
           Rule(100003, 7, "<if_matched_sid>100001</if_matched_sid>", "frequency=\"3\""),
       ""},
      {base + Rule(100002, 5, Below(100001)) + Rule(100003, 7, Below(100001) + "<if_fts />"), ""},
      {base + Rule(100002, 5, Below(100001)) + Rule(100003, 7, Below(100001) + "<time>9:00 - 17:00</time>"), ""},
      {base + Rule(100002, 5, Below(100001), "maxsize=\"50\"") + Rule(100003, 7, Below(100001), "maxsize=\"60\""), ""},
      {base + Rule(100002, 5, Below(100001), "maxsize=\"60\"") + Rule(100003, 7, Below(100001), "maxsize=\"50\""),
       "3: rule 100002 is never reached: rule 100003 (r.xml:4)" + shadowed},
      {base + Rule(100002, 5, Below(100001) + "<list field=\"a\">etc/lists/names</list>" + Field("b", "x")) +
           Rule(100003, 7, Below(100001) + "<list field=\"a\">etc/lists/names</list>"),
       "3: rule 100002 is never reached: rule 100003 (r.xml:4)" + shadowed},
      {base + Rule(100002, 5, Below(100001) + "<list field=\"a\">etc/lists/names</list>") +
           Rule(100003, 7, Below(100001) + "<list field=\"a\" lookup=\"not_match_key\">etc/lists/names</list>"),
       ""},
      {base + Rule(100002, 5, Below(100001) + "<list field=\"a\">etc/lists/names</list>") +
           Rule(100003, 7, Below(100001) + "<list field=\"a\">etc/lists/others</list>"),
       ""},
      // below one of two parents it is reached
      {base + Rule(100002, 3, Field("b", "x")) + Rule(100003, 5, "<if_sid>100001,100002</if_sid>") + Rule(100004, 7, Below(100001)),
       ""},
      {base + Rule(100002, 3, Field("b", "x")) + Rule(100003, 5, "<if_sid>100001,100002</if_sid>") +
           Rule(100004, 7, "<if_sid>100001,100002</if_sid>"),
       "4: rule 100003 is never reached: rule 100004 (r.xml:5)" + shadowed},
      // said once, for what hangs below as well
      {base + Rule(100002, 5, Below(100001)) + Rule(100003, 5, Below(100002) + Field("a", "x")) + Rule(100004, 7, Below(100001)),
       "3: rule 100002 is never reached: rule 100004 (r.xml:5) is tried before it and takes every event it would; so the rule "
       "below it is "
       "never reached (100003)\n"},
  });
}

TEST(RuleWarnings, FindsWhatHangsBelowRulesThatNeverHold) {
  Judge({
      {Rule(100001, 3, "<if_fts />") + Rule(100002, 5, Below(100001)),
       "2: rule 100001 never holds; so the rule below it is never reached (100002)\n"},
      {Rule(100001, 3, "<if_fts />"), ""},  // told where it is read
      {Rule(100001, 3, "<if_fts />") + Rule(100002, 3, Field("a", "x")) + Rule(100003, 5, "<if_sid>100001,100002</if_sid>"), ""},
      {Rule(1, 0, "<category>syslog</category>", "noalert=\"1\"") + Rule(2, 0, "<category>firewall</category>", "noalert=\"1\"") +
           Rule(100001, 3, Below(2)) + Rule(100002, 3, Below(1)),
       "3: every event here is of the category `syslog`, and rule 2 is for `firewall`; so the rule below it is never reached "
       "(100001)\n"},
      {Rule(1, 0, "<category>syslog</category>", "noalert=\"1\"") + Rule(2, 0, "<category>firewall</category>", "noalert=\"1\""),
       ""},
  });
}

TEST(RuleWarnings, FindsRulesWithoutEffect) {
  Judge({
      {Rule(100001, 3, Field("a", "x"), "noalert=\"1\""),
       "2: rule 100001 has no effect: it is noalert=\"1\" and no rule hangs below it\n"},
      {Rule(100001, 3, Field("a", "x"), "noalert=\"1\"") + Rule(100002, 3, Below(100001)), ""},
      {Rule(100001, 0, Field("a", "x")), ""},  // silences what it holds for
  });
}

TEST(RuleWarnings, FindsCompositesThatNeverFire) {
  const auto counting = [](const std::string& more = "", const std::string& attributes = "") {
    return Rule(100009, 10, "<if_matched_sid>100001</if_matched_sid>" + more, "frequency=\"3\" " + attributes);
  };
  const std::string never = "3: rule 100009 can never fire: ";
  const std::string counts = "it counts rule 100001 (r.xml:2), but ";
  Judge({
      {Rule(100001, 3, Field("a", "x")) + counting(), ""},
      {Rule(100001, 0, Field("a", "x")) + counting(), never + counts + "it has level 0, and such events are not remembered\n"},
      {Rule(100001, 3, Field("a", "x"), "noalert=\"1\"") + counting(), never + counts + "it is noalert=\"1\" and never a result\n"},
      {Rule(100001, 3, Field("a", "x")) + counting() + Rule(100002, 5, Below(100001)),
       never + counts + "rule 100002 (r.xml:4) below it takes all its events\n"},
      {Rule(100001, 3, Field("a", "x")) + counting() + Rule(100002, 5, Below(100001) + Field("b", "x")), ""},
      {Rule(100001, 3, Field("a", "x")) + Rule(100002, 5, Below(100001)) + counting("<if_sid>100002</if_sid>"),
       "4: rule 100009 can never fire: " + counts + "rule 100002 (r.xml:3) below it takes all its events\n"},
      {Rule(100001, 3, Field("a", "^x$") + Field("a", "^y$")) + Rule(100002, 3, Field("b", "x")) +
           counting("<if_sid>100002</if_sid>"),
       "2: rule 100001 never holds: <field name=\"a\">^x$</field> and <field name=\"a\">^y$</field> of the same rule exclude each "
       "other\n"
       "4: rule 100009 can never fire: " +
           counts + "no event reaches it\n"},
      {Rule(100001, 3, Field("a", "x")) + counting("<same_field>b</same_field><different_field>b</different_field>"),
       never + "b can't be the same and different\n"},
      {Rule(100001, 3, Field("a", "x")) + counting("<same_field>b</same_field><different_field>c</different_field>"), ""},
      {Rule(100001, 3, Field("a", "x")) + counting("", "timeframe=\"0\""),
       "3: rule 100009 counts only events of the same second: its timeframe is 0\n"},
      {Rule(100001, 0, Field("a", "x") + "<group>many,</group>") + Rule(100002, 0, Field("b", "x") + "<group>many,</group>") +
           Rule(100009, 10, "<if_matched_group>many</if_matched_group>", "frequency=\"3\""),
       "4: rule 100009 can never fire: none of the 2 rules in group `many` is ever counted\n"},
      {Rule(100001, 0, Field("a", "x") + "<group>many,</group>") + Rule(100002, 3, Field("b", "x") + "<group>many,</group>") +
           Rule(100009, 10, "<if_matched_group>many</if_matched_group>", "frequency=\"3\""),
       ""},
  });
}

}  // namespace
}  // namespace trailsift
