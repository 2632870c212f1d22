#include "event/event.h"

#include "event/ascii_fold.h"
#include "event/full_log.h"
#include "event/message.h"
#include "event/wazuh_view.h"

namespace trailsift {
namespace {

bool IsDerivedName(std::string_view name) { return StartsWithFold(name, "trailsift."); }

std::optional<simdjson::dom::object> ObjectOf(const std::optional<JsonValue>& json) {
  simdjson::dom::object object;
  if (!json || json->get(object) != simdjson::SUCCESS) return std::nullopt;
  return object;
}

}  // namespace

Event Event::Record(JsonValue json, const Envelope& envelope, Arena& arena, const Deriver* deriver) {
  Event event;
  event.form_ = EventForm::kRecord;
  event.json_ = json;
  event.envelope_ = &envelope;
  event.arena_ = &arena;
  event.deriver_ = deriver;
  return event;
}

Event Event::Message(std::string_view raw, std::optional<JsonValue> json, Arena& arena, const Deriver* deriver) {
  Event event;
  event.form_ = EventForm::kMessage;
  event.raw_ = raw;
  event.json_ = json;
  event.arena_ = &arena;
  event.deriver_ = deriver;
  return event;
}

std::optional<JsonValue> Event::record() const {
  if (form_ == EventForm::kRecord) return json_;
  const auto object = ObjectOf(json_);
  JsonValue aws;
  if (object && object->at_key("aws").get(aws) == simdjson::SUCCESS && aws.is_object()) return aws;
  return json_;
}

std::optional<std::string_view> Event::Wazuh(std::string_view name) const {
  if (IsDerivedName(name)) return deriver_ == nullptr ? std::nullopt : deriver_->Derive(*this, name, *arena_);
  const auto object = ObjectOf(json_);
  if (!object) return std::nullopt;
  if (form_ == EventForm::kRecord) return FindInRecordView(*object, *envelope_, name, *arena_);
  return is_wazuh_json() ? FindInMessageView(*object, name, *arena_) : std::nullopt;
}

void Event::ForEachWazuhLeaf(const std::function<void(const WazuhLeaf&)>& visit) const {
  const auto object = ObjectOf(json_);
  if (!object) return;
  if (form_ == EventForm::kRecord) return WalkRecordView(*object, *envelope_, *arena_, visit);
  if (!is_wazuh_json()) return;
  WalkMessageView(*object, *arena_, [&](const WazuhLeaf& leaf) {
    if (!IsDerivedName(leaf.name)) visit(leaf);  // a line cannot bring its own: Wazuh() would not find them either
  });
}

bool Event::is_wazuh_json() const { return form_ == EventForm::kRecord || LooksLikeJsonMessage(raw_); }

std::string_view Event::full_log() const {
  if (form_ == EventForm::kMessage) return raw_;
  const auto object = ObjectOf(json_);
  if (full_log_.empty() && object) {
    std::string text;
    AppendFullLog(*object, *envelope_, text);
    full_log_ = arena_->Copy(text);
  }
  return full_log_;
}

}  // namespace trailsift
