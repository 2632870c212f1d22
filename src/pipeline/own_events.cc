#include "pipeline/own_events.h"

#include "base/json.h"

namespace trailsift {

Hash128 OwnEvent::Id() const {
  std::string text("trailsift");
  text.append(1, '\0').append(kind).append(1, '\0').append(identity);
  return StrongHash(text);
}

std::string OwnEvent::Message() const {
  std::string text("{\"integration\":\"trailsift\",\"collector\":{\"event\":");
  AppendJsonString(kind, text);
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    text += ',';
    AppendJsonString(name, text);
    text += ':';
    AppendJsonString(value, text);
  };
  add("id", Id().ToHex());
  add("time", FormatIsoTime(time));
  for (const auto& [name, value] : fields) add(name, value);
  text += "}}";
  return text;
}

void OwnEvents::Raise(const OwnEvent& event) {
  std::string message = event.Message();
  std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(message));
  ++counts_[event.kind];
}

std::vector<std::string> OwnEvents::Take() {
  std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

std::map<std::string, std::uint64_t> OwnEvents::counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace trailsift
