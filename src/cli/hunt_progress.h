// How far a hunt is, on stderr: a bar in one line of a terminal, a few times a second; elsewhere, where it was asked for, a plain line every
// ten seconds and one at the end. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "pipeline/hunt.h"

namespace trailsift {

// `seconds` since the reading began. Without the bar where `width` columns don't hold it; never wider than they are (0: as wide as it is).
std::string HuntProgressText(const HuntProgress& progress, double seconds, std::size_t width, bool bar);

class HuntProgressLine {
 public:
  enum class Form { kNone, kBar, kLines };
  explicit HuntProgressLine(Form form) : form_(form) {}
  ~HuntProgressLine() { Clear(); }
  HuntProgressLine(const HuntProgressLine&) = delete;
  HuntProgressLine& operator=(const HuntProgressLine&) = delete;

  void Show(const HuntProgress& progress);
  // Before something else is written to the terminal.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;
  const Form form_;
  bool dirty_ = false;
  bool done_ = false;
  unsigned calls_ = 0;
  std::optional<Clock::time_point> reading_since_;
  Clock::time_point last_ = Clock::now();
};

// `wish`: 1 or -1 to show it or not whatever stderr is; 0: on a terminal.
HuntProgressLine::Form HuntProgressForm(int wish);

}  // namespace trailsift
