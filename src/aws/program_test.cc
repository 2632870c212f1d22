#include "aws/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>

#include "aws/temp_files_for_test.h"

namespace trailsift {
namespace {

using std::chrono::milliseconds;

TEST(Program, SplitWords) {
  struct Case {
    const char* line;
    std::vector<std::string> words;  // none: refused
  };
  const Case cases[] = {
      {"a", {"a"}},
      {"  a \t b\n", {"a", "b"}},
      {"'a b' \"c d\" e\\ f", {"a b", "c d", "e f"}},
      {"a'b'\"c\"d", {"abcd"}},
      {"a '' \"\"", {"a", "", ""}},
      {R"(a '\n"$x' "\n\"\\$x'" \n\"\')", {"a", R"(\n"$x)", R"(\n"\$x')", R"(n"')"}},
      {"a $HOME `b` * # c", {"a", "$HOME", "`b`", "*", "#", "c"}},
      {"", {}},
      {" ", {}},
      {"''", {}},
      {"a 'b", {}},
      {"a \"b'", {}},
      {"a \\", {}},
  };
  for (const Case& c : cases) {
    const Result<std::vector<std::string>> words = SplitWords(c.line);
    EXPECT_EQ(words.ok(), !c.words.empty()) << c.line;
    if (words.ok()) {
      EXPECT_EQ(*words, c.words) << c.line;
    } else {
      EXPECT_EQ(words.status().code(), Code::kInvalid) << c.line;
    }
  }
}

Result<std::string> RunNow(const std::vector<std::string>& words, const ProgramLimits& limits = {}) {
  HttpClient loop;
  auto promise = std::make_shared<std::promise<Result<std::string>>>();
  RunProgram(loop, words, limits, [promise](Result<std::string> result) { promise->set_value(std::move(result)); });
  return promise->get_future().get();
}

Result<std::string> Shell(const std::string& script, const ProgramLimits& limits = {}) {
  return RunNow({"sh", "-c", script}, limits);
}

TEST(Program, Output) {
  struct Case {
    const char* script;
    std::string output;
  };
  const Case cases[] = {
      {"echo a; echo b", "a\nb\n"},
      {"true", ""},
      {"cat", ""},
      {"echo hidden >&2; printf x", "x"},
      {"head -c 65536 /dev/zero | tr '\\0' x", std::string(65536, 'x')},
      {"echo a; exec >&-; read nothing; exit 0", "a\n"},
      {"trap '' PIPE; trap", "trap -- '' PIPE\n"},
  };
  for (const Case& c : cases) {
    const Result<std::string> output = Shell(c.script);
    ASSERT_TRUE(output.ok()) << c.script << ": " << output.status().message();
    EXPECT_EQ(*output, c.output) << c.script;
  }
}

TEST(Program, Failures) {
  TempFiles files;
  const std::string plain = files.Write("plain", "#!/bin/sh\n");
  struct Case {
    std::vector<std::string> words;
    Code code;
    std::string message;
  };
  const Case cases[] = {
      {{"no-such-program-anywhere", "hunter2"}, Code::kNotFound, "no-such-program-anywhere: No such file or directory"},
      {{plain, "hunter2"}, Code::kDenied, plain + ": Permission denied"},
      {{"sh", "-c", "echo hunter2; exit 3"}, Code::kAuth, "sh: ended with code 3"},
      {{"sh", "-c", "echo hunter2 >&2; exit 1"}, Code::kAuth, "sh: ended with code 1"},
      {{"sh", "-c", "echo hunter2; kill -9 $$"}, Code::kAuth, "sh: was ended by signal 9"},
      {{"sh", "-c", "yes hunter2"}, Code::kAuth, "sh: prints more than 65536 bytes"},
  };
  for (const Case& c : cases) {
    const Result<std::string> output = RunNow(c.words);
    ASSERT_FALSE(output.ok()) << c.message;
    EXPECT_EQ(output.status().code(), c.code) << c.message;
    EXPECT_EQ(output.status().message(), c.message);
  }
}

TEST(Program, TimeIsLimited) {
  ProgramLimits limits;
  limits.time = milliseconds(1);
  for (const char* script : {"sleep 1000", "exec >&-; sleep 1000", "sleep 1000 & echo a; wait"}) {
    const Result<std::string> output = Shell(script, limits);
    ASSERT_FALSE(output.ok()) << script;
    EXPECT_EQ(output.status().code(), Code::kUnavailable) << script;
    EXPECT_EQ(output.status().message(), "sh: took longer than 0 seconds");
  }
}

TEST(Program, TheEndOfTheClientEndsIt) {
  TempFiles files;
  // Opens the named pipe once it runs; while anybody of its group lives, the pipe does not come to its end.
  const std::string fifo = files.folder() + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  for (const char* more : {"sleep 1000", "exec >&-; sleep 1000", "sleep 1000 & wait"}) {
    std::promise<Code> code;
    int running = -1;
    {
      HttpClient loop;
      RunProgram(loop, {"sh", "-c", "exec 3>" + fifo + "; " + more}, {},
                 [&](Result<std::string> result) { code.set_value(result.status().code()); });
      running = ::open(fifo.c_str(), O_RDONLY);
    }
    EXPECT_EQ(code.get_future().get(), Code::kCancelled) << more;
    char byte;
    EXPECT_EQ(::read(running, &byte, 1), 0) << more;
    ::close(running);
  }
}

}  // namespace
}  // namespace trailsift
