// <discard_regex field="…">: records whose field matches are left out before anything sees them. As Wazuh's collector reads it
// (Python's re.match): anchored at the start and not at the end, case counts, \w and \d know Unicode. The compiled pattern is owned
// here and never changes: any number of threads may call Matches at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace trailsift {

class DiscardRegex {
 public:
  // `field` is a dotted path into the bare record; empty where the source is plain text.
  static Result<DiscardRegex> Compile(std::string field, std::string text);

  DiscardRegex(DiscardRegex&&) noexcept;
  DiscardRegex& operator=(DiscardRegex&&) noexcept;
  ~DiscardRegex();

  const std::string& field() const { return field_; }
  const std::string& text() const { return text_; }

  // A pattern that gives up (its steps are bounded) does not match: the record is kept.
  bool Matches(std::string_view value) const;

 private:
  struct Pattern;
  DiscardRegex(std::string field, std::string text, std::unique_ptr<const Pattern> pattern);

  std::string field_;
  std::string text_;
  std::unique_ptr<const Pattern> pattern_;
};

}  // namespace trailsift
