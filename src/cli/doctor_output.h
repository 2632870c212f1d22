// What `trailsift doctor` prints: a line a finding with its advice below it for people, or one JSON object a line (docs/doctor.md). Pure.
#pragma once

#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/check.h"

namespace trailsift {

std::string_view VerdictWord(CheckResult::Verdict verdict);

// With the line's end.
std::string DoctorJsonLine(const CheckResult& result);

// Findings that differ in their item only become one line, so each is printed once the next one is known. A statement is printed once.
class DoctorTable {
 public:
  // The lines that are whole now.
  std::string Add(CheckResult result);
  std::string Finish();

 private:
  std::string Statement(const CheckResult& result);

  std::vector<CheckResult> waiting_;  // of one line
  std::set<std::string> statements_;  // that were printed, with whose policy they belong to
};

class DoctorTotals {
 public:
  void Add(const CheckResult& result);
  // `12 ok, 1 warning, 2 failures, 1 not tried`
  std::string Text() const;
  // The code that docs/format/exit-codes.md gives to the failures.
  int exit_code() const;

 private:
  std::array<std::size_t, 4> verdicts_{};
  std::array<std::size_t, 4> failures_{};  // by area
};

}  // namespace trailsift
