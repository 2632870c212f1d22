// Status and Result: how every fallible call of trailsift answers. Nothing of ours throws; a library's exceptions end in the folder
// that may include it. A message is for the person who must act: lower case, the thing, the place, what to do. It never holds a secret.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace trailsift {

enum class Code {
  kOk,
  kInvalid,      // bad input of a user: configuration, rules, arguments
  kNotFound,     // the named thing is not there
  kDenied,       // refused by permissions (HTTP 403, EACCES)
  kAuth,         // credentials absent, wrong or expired
  kUnavailable,  // a server did not answer, also after retries; trying later may help
  kCorrupt,      // bytes that are not what they claim to be
  kIo,           // the local disk: full, unreadable, unwritable
  kCancelled,    // asked to stop
  kInternal,     // a defect of ours
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}
  static Status Ok() { return {}; }

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }

  // The same failure with its surroundings put in front: `prefix: message`.
  Status Annotate(std::string_view prefix) const& { return ok() ? *this : Status(code_, std::string(prefix) + ": " + message_); }

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

// A T, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}        // NOLINT(google-explicit-constructor): `return value;`
  Result(Status status) : state_(std::move(status)) {  // NOLINT(google-explicit-constructor): `return Status(…);`
    assert(!std::get<Status>(state_).ok());
  }

  bool ok() const { return std::holds_alternative<T>(state_); }
  Status status() const { return ok() ? Status() : std::get<Status>(state_); }
  T& value() & { return std::get<T>(state_); }
  const T& value() const& { return std::get<T>(state_); }
  T&& value() && { return std::get<T>(std::move(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace trailsift

// Leaves the function with the Status when it is a failure.
#define TRAILSIFT_RETURN_IF_ERROR(expr)                                                                    \
  do {                                                                                                     \
    if (::trailsift::Status trailsift_status_ = (expr); !trailsift_status_.ok()) return trailsift_status_; \
  } while (false)
