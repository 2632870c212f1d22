// What is wrong in a file that a person wrote (configuration, rules, lists), with its place. Loaders collect every fault before they
// refuse, so that one run shows them all.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace trailsift {

enum class Severity { kError, kWarning, kNote };

// "error", "warning" or "note".
const char* SeverityName(Severity severity);

// Where in a file that a person wrote something stands.
struct Place {
  std::string file;
  int line = 0;    // from 1; 0 = the file as a whole
  int column = 0;  // from 1, in bytes; 0 = the line as a whole
};

struct Diagnostic {
  std::string file;
  int line = 0;    // from 1; 0 = the file as a whole
  int column = 0;  // from 1, in bytes; 0 = the line as a whole
  Severity severity = Severity::kError;
  std::string message;
  std::string hint;  // what to do; may be empty

  // `file:line:column: error: message (hint)`
  std::string ToString() const;
};

// Not for several threads at once.
class Diagnostics {
 public:
  void Add(Diagnostic diagnostic) { items_.push_back(std::move(diagnostic)); }
  void Error(std::string file, int line, int column, std::string message, std::string hint = "");
  void Warning(std::string file, int line, int column, std::string message, std::string hint = "");
  void Note(std::string file, int line, int column, std::string message, std::string hint = "");

  bool has_errors() const;
  const std::vector<Diagnostic>& items() const { return items_; }
  bool empty() const { return items_.empty(); }

 private:
  std::vector<Diagnostic> items_;
};

}  // namespace trailsift
