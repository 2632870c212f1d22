#include "base/diagnostic.h"

#include <algorithm>

namespace trailsift {

const char* SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError: return "error";
    case Severity::kWarning: return "warning";
    case Severity::kNote: return "note";
  }
  return "error";
}

std::string Diagnostic::ToString() const {
  std::string text = file;
  if (line > 0) text += ':' + std::to_string(line);
  if (line > 0 && column > 0) text += ':' + std::to_string(column);
  text += ": ";
  text += SeverityName(severity);
  text += ": " + message;
  if (!hint.empty()) text += " (" + hint + ")";
  return text;
}

void Diagnostics::Error(std::string file, int line, int column, std::string message, std::string hint) {
  Add({std::move(file), line, column, Severity::kError, std::move(message), std::move(hint)});
}

void Diagnostics::Warning(std::string file, int line, int column, std::string message, std::string hint) {
  Add({std::move(file), line, column, Severity::kWarning, std::move(message), std::move(hint)});
}

void Diagnostics::Note(std::string file, int line, int column, std::string message, std::string hint) {
  Add({std::move(file), line, column, Severity::kNote, std::move(message), std::move(hint)});
}

bool Diagnostics::has_errors() const {
  return std::any_of(items_.begin(), items_.end(), [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

}  // namespace trailsift
