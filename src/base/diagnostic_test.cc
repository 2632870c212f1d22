#include "base/diagnostic.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(Diagnostic, SaysPlaceSeverityMessageHint) {
  struct Case {
    Diagnostic diagnostic;
    const char* expected;
  };
  const Case kCases[] = {
      {{"a.xml", 41, 7, Severity::kError, "no such rule", "did you mean 80202?"},
       "a.xml:41:7: error: no such rule (did you mean 80202?)"},
      {{"a.xml", 41, 7, Severity::kWarning, "no effect", ""}, "a.xml:41:7: warning: no effect"},
      {{"a.xml", 41, 0, Severity::kNote, "seen", ""}, "a.xml:41: note: seen"},
      {{"a.xml", 0, 7, Severity::kError, "empty", ""}, "a.xml: error: empty"},
  };
  for (const Case& c : kCases) EXPECT_EQ(c.diagnostic.ToString(), c.expected);
}

TEST(Diagnostics, OnlyErrorsAreErrors) {
  Diagnostics diagnostics;
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_FALSE(diagnostics.has_errors());
  diagnostics.Note("a", 1, 1, "n");
  diagnostics.Warning("a", 2, 1, "w", "hint");
  EXPECT_FALSE(diagnostics.empty());
  EXPECT_FALSE(diagnostics.has_errors());
  diagnostics.Error("a", 3, 1, "e");
  EXPECT_TRUE(diagnostics.has_errors());
  ASSERT_EQ(diagnostics.items().size(), 3u);
  EXPECT_EQ(diagnostics.items()[0].severity, Severity::kNote);
  EXPECT_EQ(diagnostics.items()[1].hint, "hint");
  EXPECT_EQ(diagnostics.items()[2].line, 3);
}

}  // namespace
}  // namespace trailsift
