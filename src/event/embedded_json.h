// JSON that stands as text inside a record: policy documents. A stranger writes it, so its size has a limit; simdjson limits its depth.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace trailsift {

// One thread; a value lives until the next Parse.
class EmbeddedJson {
 public:
  // AWS's largest policies have 32 kB.
  static constexpr std::size_t kMaxSize = 256 * 1024;

  // Percent-encoded text, as IAM answers with, is decoded first (RFC 3986). Nothing for text that is no JSON or is too long.
  std::optional<JsonValue> Parse(std::string_view text);

 private:
  simdjson::dom::parser parser_;
};

}  // namespace trailsift
