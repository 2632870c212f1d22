#include "aws/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
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

// What we block and ignore must not be blocked and ignored there: it would outlive a broken pipe, or our wish that it ends.
TEST(Program, FeelsSignals) {
  const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  for (const auto& [name, number] : {std::pair("PIPE", SIGPIPE), std::pair("TERM", SIGTERM)}) {
    const Result<std::string> output = Shell(std::string("kill -") + name + " $$; echo alive");
    ASSERT_FALSE(output.ok()) << name;
    EXPECT_EQ(output.status().message(), "sh: was ended by signal " + std::to_string(number));
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  std::signal(SIGPIPE, ignored);
}

TEST(Program, GetsNoDescriptorOfOurs) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);  // without O_CLOEXEC, as a library might open one
  const std::string ours = std::to_string(ends[1]);
  const Result<std::string> output =
      Shell("for fd in 0 1 2 " + ours + "; do if [ -e /proc/$$/fd/$fd ]; then echo has $fd; else echo lacks $fd; fi; done");
  ASSERT_TRUE(output.ok()) << output.status().message();
  EXPECT_EQ(*output, "has 0\nhas 1\nhas 2\nlacks " + ours + '\n');
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Program, TheEndOfTheClientEndsIt) {
  TempFiles files;
  // Each says by a byte that all of its group are there; while anybody of them lives, the pipe does not come to its end.
  const std::string fifo = files.folder() + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  for (const char* more : {"echo >&3; exec sleep 1000", "exec >&-; echo >&3; exec sleep 1000", "sleep 1000 & echo >&3; wait",
                           "trap '' TERM HUP; sleep 1000 & echo >&3; exec >&-; wait"}) {
    std::promise<Code> code;
    int running = -1;
    {
      HttpClient loop;
      RunProgram(loop, {"sh", "-c", "exec 3>" + fifo + "; " + more}, {},
                 [&](const Result<std::string>& result) { code.set_value(result.status().code()); });
      running = ::open(fifo.c_str(), O_RDONLY);
      char byte;
      ASSERT_EQ(::read(running, &byte, 1), 1) << more;
    }
    EXPECT_EQ(code.get_future().get(), Code::kCancelled) << more;
    // Its end comes at once; the limit only keeps a broken test from hanging.
    pollfd end = {running, POLLIN, 0};
    EXPECT_EQ(::poll(&end, 1, 60'000), 1) << more << ": somebody lives on";
    ::close(running);
  }
}

}  // namespace
}  // namespace trailsift
