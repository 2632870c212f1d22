#include "cli/hunt_progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/amounts.h"
#include "cli/terminal.h"

namespace trailsift {
namespace {

constexpr std::chrono::milliseconds kBarEvery(200);
constexpr std::chrono::seconds kLineEvery(10);
constexpr std::size_t kBarWidth = 20;
// What is left of the time is a guess before this.
constexpr double kGuessAfter = 3;

std::uint64_t DoneOf(const HuntProgress& progress) {
  return progress.counters.objects + progress.counters.unreadable_objects + progress.counters.gone_objects;
}

}  // namespace

std::string HuntProgressText(const HuntProgress& progress, double seconds, std::size_t width, bool bar) {
  if (progress.listing) return "listing: " + WithCommas(progress.in_all) + " objects, " + ByteText(progress.bytes_in_all);
  const std::uint64_t done = DoneOf(progress);
  const double share = progress.in_all == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(progress.in_all));
  std::string text = std::to_string(static_cast<int>(share * 100)) + "% " + WithCommas(done) + '/' + WithCommas(progress.in_all) +
                     " objects, " + ByteText(progress.counters.bytes);
  if (progress.bytes_in_all > 0) text += " of " + ByteText(progress.bytes_in_all);
  const double rate = static_cast<double>(progress.counters.records) / std::max(seconds, 0.001);
  text += ", " + WithCommas(static_cast<std::uint64_t>(rate)) + " records/s, " + WithCommas(progress.counters.alerts) + " alerts";
  if (share < 1 && done > 0 && seconds >= kGuessAfter) text += ", " + SpanText(seconds / share - seconds) + " left";
  if (bar && (width == 0 || text.size() + kBarWidth + 3 < width)) {
    std::string drawn("[");
    const auto filled = static_cast<std::size_t>(share * kBarWidth);
    drawn.append(filled, '#').append(kBarWidth - filled, '.').append("] ");
    text.insert(0, drawn);
  }
  if (width > 1 && text.size() >= width) text.resize(width - 1);
  return text;
}

void HuntProgressLine::Show(const HuntProgress& progress) {
  if (form_ == Form::kNone || done_) return;
  // While it lists it is called for each object: the clock is not asked each time.
  if (progress.listing && ++calls_ % 256 != 1) return;
  const Clock::time_point now = Clock::now();
  if (!progress.listing && !reading_since_) reading_since_ = now;
  const Clock::duration every = form_ == Form::kBar ? Clock::duration(kBarEvery) : Clock::duration(kLineEvery);
  if (now - last_ < every && (!progress.done || form_ != Form::kLines)) return;
  last_ = now;
  const double seconds = reading_since_ ? std::chrono::duration<double>(now - *reading_since_).count() : 0;
  if (form_ == Form::kBar) {
    // The return at the end lets a message that comes in between begin its own line.
    std::fprintf(stderr, "\r\x1b[K%s\r", HuntProgressText(progress, seconds, TerminalWidth(STDERR_FILENO), true).c_str());
    dirty_ = true;
    return;
  }
  std::fprintf(stderr, "%s\n", HuntProgressText(progress, seconds, 0, false).c_str());
  done_ = progress.done;
}

void HuntProgressLine::Clear() {
  if (dirty_) std::fputs("\r\x1b[K", stderr);
  dirty_ = false;
}

HuntProgressLine::Form HuntProgressForm(int wish) {
  if (wish < 0) return HuntProgressLine::Form::kNone;
  if (isatty(STDERR_FILENO) != 0) return HuntProgressLine::Form::kBar;
  return wish > 0 ? HuntProgressLine::Form::kLines : HuntProgressLine::Form::kNone;
}

}  // namespace trailsift
