#include "formats/loose_lines.h"

#include <gtest/gtest.h>

#include "formats/log_reader_testing.h"

namespace trailsift {
namespace {

TEST(LooseLines, Table) {
  const struct {
    const char* what;
    const char* text;
    const char* events;
  } cases[] = {
      {"a table", "name,port,source\nssh,22,x\n\nweb,80\r\n",
       "custom - {\"name\":\"ssh\",\"port\":\"22\"}\ncustom - {\"name\":\"web\",\"port\":\"80\"}\n"},
      {"quotes", "a;b\n\"x;y\";\"z\"\"\"\n", "custom - {\"a\":\"x;y\",\"b\":\"z\\\"\"}\n"},
      {"by tabs", "a\tb c\n1\t2", "custom - {\"a\":\"1\",\"b c\":\"2\"}\n"},
      {"by blanks", "version account-id action\n2 111122223333 REJECT",
       "custom - {\"version\":\"2\",\"account-id\":\"111122223333\",\"action\":\"REJECT\"}\n"},
      {"more values than names", "a,b\n1,2\n1,2,3\n", "custom - {\"a\":\"1\",\"b\":\"2\"}\ncustom - {\"a\":\"1\",\"b\":\"2\"}\n"},
      {"a heading with a digit is none", "a,b1\n1,2\n", "custom - {\"full_log\":\"a,b1\"}\ncustom - {\"full_log\":\"1,2\"}\n"},
      {"a sentence", "server started now\nclient connected\n",
       "custom - {\"full_log\":\"server started now\"}\ncustom - {\"full_log\":\"client connected\"}\n"},
      {"a sentence alone", "all is well", "custom - {\"full_log\":\"all is well\"}\n"},
      {"a name twice", "a,a\n1,2\n", "custom - {\"full_log\":\"a,a\"}\ncustom - {\"full_log\":\"1,2\"}\n"},
      {"lines of a log", "Jan 15 10:00:00 host sshd[1]: x\n\nJan 15 10:00:01 host sshd[1]: y",
       "custom - {\"full_log\":\"Jan 15 10:00:00 host sshd[1]: x\"}\ncustom - {\"full_log\":\"Jan 15 10:00:01 host sshd[1]: "
       "y\"}\n"},
      {"nothing", "\n\n", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(Read(LogFormat::kSubscribed, c.text, "x.log"), c.events) << c.what;
}

}  // namespace
}  // namespace trailsift
