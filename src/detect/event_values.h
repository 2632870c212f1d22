// The values of one event that Wazuh's tests look at, under the names the tests use. A view of the event, of the place it came from and
// of the moment; as long-lived as they are, for one thread.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "event/event.h"
#include "rules/rule.h"

namespace trailsift {

// Where a log came from, as <location> and <hostname> see it.
struct EventOrigin {
  std::string_view location = "Wazuh-AWS";
  std::string_view hostname;
};

class EventValues {
 public:
  EventValues(const Event& event, Millis moment, const EventOrigin& origin);

  // The value a test of that kind looks at; nothing when the event has none.
  std::optional<std::string_view> Get(Condition::Subject subject, std::string_view name) const;
  // The value by which a composite rule compares events. One of the decoder's own fields is none of Wazuh's.
  std::optional<std::string_view> Context(const ContextField& field) const;
  // What `$(name)` stands for in a sentence.
  std::optional<std::string_view> ForDescription(std::string_view name) const;

  // The log behind a syslog header, if it has one.
  std::string_view log() const;
  std::size_t full_size() const { return event_.full_log().size(); }
  // The moment in the local time zone.
  LocalMoment local_moment() const;

  const Event& event() const { return event_; }

 private:
  std::optional<std::string_view> Static(std::string_view name) const;
  std::optional<std::string_view> DecoderName() const;

  const Event& event_;
  Millis moment_;
  const EventOrigin& origin_;
  std::string_view header_host_;
  std::string_view header_program_;
  std::size_t header_size_ = 0;
};

}  // namespace trailsift
