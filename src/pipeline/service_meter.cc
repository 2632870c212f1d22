#include "pipeline/service_meter.h"

#include <algorithm>

#include "base/amounts.h"

namespace trailsift {

void AlertLag::Observe(double seconds) {
  // A clock that is behind the event's gives no lag.
  seconds = std::max(0.0, seconds);
  const auto* bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  ++counts[static_cast<std::size_t>(bound - kBounds.begin())];
  sum += seconds;
}

ServiceMeter::ServiceMeter(StatusBoard* board, Millis started) : board_(board) {
  status_.started = started;
  Publish(started);
}

void ServiceMeter::Publish(Millis now) {
  published_ = now;
  if (board_ != nullptr) board_->Publish(status_);
}

void ServiceMeter::BeginPass(Millis now) {
  status_.pass_began = logged_ = now;
  before_ = status_.counters;
  Publish(now);
}

void ServiceMeter::EndPass(bool fine, Millis now) {
  status_.pass_seconds = static_cast<double>(now - status_.pass_began.value_or(now)) / 1000;
  status_.pass_began.reset();
  status_.pass_ended = now;
  status_.pass_fine = fine;
  ++(fine ? status_.passes_fine : status_.passes_failed);
  status_.under_way = 0;
  Publish(now);
}

void ServiceMeter::Wrote(const Alert& alert, Millis now) {
  const int level = alert.rule == nullptr ? 0 : alert.rule->level;
  ++status_.alerts_by_level[static_cast<std::size_t>(std::clamp(level, 0, static_cast<int>(kAlertLevels) - 1))];
  // What replaces or withdraws an alert comes late for another reason.
  if (!alert.retracts && alert.supersedes.empty()) status_.lag.Observe(static_cast<double>(now - alert.event_time) / 1000);
}

void ServiceMeter::SawObject(Millis name_time) {
  status_.newest_object = std::max(status_.newest_object.value_or(name_time), name_time);
}

void ServiceMeter::DiskFailed() {
  ++status_.errors.disk;
  status_.disk_waits = true;
  Publish(published_);
}

std::optional<std::string> ServiceMeter::Tell(Millis now) {
  Publish(now);
  if (!status_.pass_began || now - logged_ < kLogEvery) return std::nullopt;
  logged_ = now;
  return DescribePass(status_.counters.Since(before_), now - *status_.pass_began, status_.newest_object, now);
}

std::string DescribePass(const RunCounters& pass, Millis took, const std::optional<Millis>& newest_object, Millis now) {
  const double seconds = static_cast<double>(took) / 1000;
  std::string text = SpanText(seconds) + " under way: " + WithCommas(pass.objects) + " objects (" + ByteText(pass.bytes) + "), " +
                     WithCommas(pass.records) + " records";
  if (took > 0) text += " (" + WithCommas(static_cast<std::uint64_t>(static_cast<double>(pass.records) / seconds)) + "/s)";
  text += ", " + WithCommas(pass.alerts) + " alerts";
  if (newest_object)
    text += "; newest object of " + FormatIsoTime(*newest_object) + ", " +
            SpanText(static_cast<double>(std::max<Millis>(0, now - *newest_object)) / 1000) + " behind now";
  return text;
}

}  // namespace trailsift
