// JSON of servers, files and records: the value type, a document that owns one text, and the few questions that rules and derived fields
// ask of a value. simdjson is named here and in the readers of event/ only.
#pragma once

#include <simdjson.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"

namespace trailsift {

using JsonValue = simdjson::dom::element;

// One parsed text: owns the document that its values are views of. For answers of servers and small files; the records of objects have
// a Batch. Values live as long as the document, also when it is moved.
class JsonDocument {
 public:
  // Nothing where the text is no JSON value, is nested deeper than `max_depth` or has something behind it.
  static std::optional<JsonDocument> Parse(std::string_view text, std::size_t max_depth = 64);
  JsonValue root() const { return root_; }

 private:
  JsonDocument() = default;
  std::unique_ptr<simdjson::dom::parser> parser_;
  JsonValue root_;
};

// The value at a dotted path below `value`, names compared exactly, the first of two equal keys; a key that itself holds dots is
// found as well. Nothing where the path ends early. Does not pass through arrays.
std::optional<JsonValue> FindJson(JsonValue value, std::string_view path);

// The string at `path`; nothing where it is absent or not a string.
std::optional<std::string_view> FindText(JsonValue value, std::string_view path);

// A scalar as text: a string as it is, numbers and booleans as JSON writes them; nothing for null, objects and arrays. The view
// lives as long as the document and the arena.
std::optional<std::string_view> ScalarText(JsonValue value, Arena& arena);

// Whether the text is a number by JSON's grammar.
bool IsJsonNumber(std::string_view text);

// Appends compact JSON text of the value / a quoted JSON string of the text (valid UTF-8 goes through as it is).
void AppendJson(JsonValue value, std::string& out);
void AppendJsonString(std::string_view text, std::string& out);
// The shortest text that reads back as the same number, always recognisable as a fraction (`1.0`, `1e+16`): what Python's repr
// gives.
void AppendJsonDouble(double value, std::string& out);

}  // namespace trailsift
