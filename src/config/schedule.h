// When a module runs: <interval>, <day>, <wday>, <time> and <run_on_start>, as Wazuh 4.x reads them. Times of day and weekdays are
// those of the machine's zone, as in Wazuh.
#pragma once

#include <optional>

#include "base/time.h"

namespace trailsift {

struct Schedule {
  // A number of months where `months` > 0, else a span. Never both zero.
  Millis interval = 5 * kSecond;
  int months = 0;
  // With one of these, runs start at `minute_of_day` (minutes from midnight) of matching days only.
  std::optional<int> month_day;      // 1-31; a month that is shorter runs on its last day
  std::optional<int> week_day;       // 0 = Sunday
  std::optional<int> minute_of_day;  // 0-1439
  bool run_on_start = true;
};

// The start of the next run. `last` is the planned start of the run before (not when it really began); none before the first run.
// Never before `now`: a run that was overtaken starts at once.
Millis NextRun(const Schedule& schedule, std::optional<Millis> last, Millis now);

}  // namespace trailsift
