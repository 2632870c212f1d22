#include "aws/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>

namespace trailsift {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Its standard output is `out`; a result other than 0 is an errno.
int Spawn(const std::vector<std::string>& words, int out, pid_t& pid) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, out, 1);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // Our threads block and ignore signals that the program must feel.
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const int error = ::posix_spawnp(&pid, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

class Run : public std::enable_shared_from_this<Run> {
 public:
  Run(HttpClient& loop, std::string name, const ProgramLimits& limits, std::function<void(Result<std::string>)> done)
      : loop_(loop), name_(std::move(name)), limits_(limits), done_(std::move(done)) {}
  ~Run() { End(); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void Start(const std::vector<std::string>& words) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return Fail(Code::kIo, std::strerror(errno));
    output_ = ends[0];
    ::fcntl(output_, F_SETFL, O_NONBLOCK);
    due_ = Clock::now() + limits_.time;
    const int error = Spawn(words, ends[1], pid_);
    ::close(ends[1]);
    if (error != 0) {
      pid_ = 0;
      return Fail(error == ENOENT ? Code::kNotFound : error == EACCES ? Code::kDenied : Code::kIo, std::strerror(error));
    }
    Watch();
  }

 private:
  void Watch() {
    const auto left = std::max(std::chrono::ceil<milliseconds>(due_ - Clock::now()), milliseconds(0));
    loop_.WhenReadable(output_, left, [self = shared_from_this()](bool readable) {
      if (readable) self->Read();
      else self->TimeIsUpOrStopped(self->due_);
    });
  }

  void Read() {
    for (;;) {
      char bytes[4096];
      const ssize_t count = ::read(output_, bytes, sizeof bytes);
      if (count == 0) return AskForEnd(milliseconds(1));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return Watch();
      if (count < 0) return Fail(Code::kIo, std::strerror(errno));
      text_.append(bytes, static_cast<std::size_t>(count));
      if (text_.size() > limits_.output) return Fail(Code::kAuth, "prints more than " + std::to_string(limits_.output) + " bytes");
    }
  }

  // Its output is closed: it ends in this moment, unless it is of a strange kind.
  void AskForEnd(milliseconds pause) {
    int state = 0;
    const pid_t ended = ::waitpid(pid_, &state, WNOHANG);
    if (ended == 0) {
      const Clock::time_point due = std::min(Clock::now() + pause, due_);
      if (Clock::now() >= due_) return TimeIsUpOrStopped(due_);
      return loop_.After(pause, [self = shared_from_this(), due, pause] {
        if (Clock::now() < due) self->Stopped();
        else self->AskForEnd(std::min(pause * 2, milliseconds(200)));
      });
    }
    pid_ = 0;
    // Somebody else may have asked for it already (SIGCHLD ignored): then the output alone counts.
    if (ended > 0 && WIFSIGNALED(state)) return Fail(Code::kAuth, "was ended by signal " + std::to_string(WTERMSIG(state)));
    if (ended > 0 && WEXITSTATUS(state) != 0) return Fail(Code::kAuth, "ended with code " + std::to_string(WEXITSTATUS(state)));
    done_(std::move(text_));
  }

  // What the loop calls before `due` was called because the client is stopped.
  void TimeIsUpOrStopped(Clock::time_point due) {
    if (Clock::now() < due) return Stopped();
    Fail(Code::kUnavailable, "took longer than " + std::to_string(limits_.time.count() / 1000) + " seconds");
  }

  void Stopped() {
    // Its end may take longer than what was left of the pause.
    End();
    done_(Status(Code::kCancelled, "cancelled"));
  }

  void Fail(Code code, const std::string& what) {
    End();
    done_(Status(code, name_ + ": " + what));
  }

  void End() {
    if (output_ >= 0) ::close(std::exchange(output_, -1));
    if (pid_ == 0) return;
    ::kill(-pid_, SIGKILL);
    // One that we may not kill (setuid) or that hangs in the kernel must not stop the loop: a thread waits for its end.
    if (::waitpid(pid_, nullptr, WNOHANG) == 0) {
      std::thread([pid = pid_] {
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
        }
      }).detach();
    }
    pid_ = 0;
  }

  HttpClient& loop_;
  const std::string name_;
  const ProgramLimits limits_;
  const std::function<void(Result<std::string>)> done_;
  int output_ = -1;
  pid_t pid_ = 0;  // 0: not there, or not any more
  Clock::time_point due_;
  std::string text_;
};

}  // namespace

Result<std::vector<std::string>> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool literal = quote == '\'' || (quote == '"' && c != '\\');
    if (literal && c != quote) {
      *word += c;
    } else if (quote != '\0' && c == quote) {
      quote = '\0';
    } else if (c == '\\') {
      if (++i == line.size()) return Status(Code::kInvalid, "a backslash at the end");
      if (!word.has_value()) word.emplace();
      if (quote == '"' && line[i] != '"' && line[i] != '\\') *word += '\\';
      *word += line[i];
    } else if (c == '"' || c == '\'') {
      quote = c;
      if (!word.has_value()) word.emplace();
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (word.has_value()) words.push_back(*std::exchange(word, std::nullopt));
    } else {
      if (!word.has_value()) word.emplace();
      *word += c;
    }
  }
  if (quote != '\0') return Status(Code::kInvalid, "a quote that is not closed");
  if (word.has_value()) words.push_back(*std::move(word));
  if (words.empty() || words[0].empty()) return Status(Code::kInvalid, "no program");
  return words;
}

void RunProgram(HttpClient& loop, const std::vector<std::string>& words, const ProgramLimits& limits,
                std::function<void(Result<std::string>)> done) {
  std::make_shared<Run>(loop, words[0], limits, std::move(done))->Start(words);
}

}  // namespace trailsift
