// A program of the user's that is run for what it prints, without a shell and without holding up the thread that waits for it: the event
// loop of an HttpClient watches its output.
//
// It gets our environment, an empty standard input, no other descriptor of ours and a process group of its own, which is ended as a whole
// when the time is up, the output too long or the client stopped. What it writes to standard error is dropped: it may hold secrets.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "net/http.h"

namespace trailsift {

// The words of a command line as a POSIX shell takes them apart, quotes and backslashes honoured; nothing is expanded. kInvalid for an
// open quote, a backslash at the end and a line without words.
Result<std::vector<std::string>> SplitWords(std::string_view line);

struct ProgramLimits {
  std::chrono::milliseconds time{60'000};
  std::size_t output = 64 << 10;
};

// `words`: the program, looked for in PATH, and its arguments. `done` gets what it printed, once, at once where it can't be started, else on
// the loop thread. Failures name the program and never its arguments or output: kNotFound, kDenied or kIo where it can't be started; kAuth
// where it ends with another code than 0 or prints too much; kUnavailable where it takes too long; kCancelled. `loop` must stay until then.
void RunProgram(HttpClient& loop, const std::vector<std::string>& words, const ProgramLimits& limits,
                std::function<void(Result<std::string>)> done);

}  // namespace trailsift
