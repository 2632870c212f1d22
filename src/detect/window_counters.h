// What happened to the events that are remembered for others' sake: by composites (detect/windows.h) and by Sigma's correlations
// (detect/sigma_windows.h).
#pragma once

#include <cstdint>

namespace trailsift {

struct WindowCounters {
  std::uint64_t events = 0;      // taken in
  std::uint64_t late = 0;        // composites: of them, older than something already evaluated in their group
  std::uint64_t too_late = 0;    // of them, older than the allowed lateness: evaluated, without the promise
  std::uint64_t superseded = 0;  // alerts replaced
  std::uint64_t retracted = 0;   // alerts withdrawn
  std::uint64_t evicted_for_memory = 0;
  std::uint64_t short_walks = 0;  // a composite looked at as many events as it may and left older ones of its timeframe out
  std::uint64_t forgotten = 0;    // remembered events dropped at a restart or reload because their rules changed

  WindowCounters& operator+=(const WindowCounters& other) {
    events += other.events;
    late += other.late;
    too_late += other.too_late;
    superseded += other.superseded;
    retracted += other.retracted;
    evicted_for_memory += other.evicted_for_memory;
    short_walks += other.short_walks;
    forgotten += other.forgotten;
    return *this;
  }
};

}  // namespace trailsift
