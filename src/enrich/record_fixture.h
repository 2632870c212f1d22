// For tests: records out of JSON text.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"
#include "event/batch.h"

namespace trailsift {

// One record, decoded as an object's only one. Owns the document that record() borrows from.
class ParsedRecord {
 public:
  explicit ParsedRecord(std::string_view json)
      : batch_(Batch::Decode("{\"Records\":[" + std::string(json) + "]}", "record_fixture")) {
    EXPECT_EQ(batch_->records().size(), 1u) << json;
  }

  JsonValue record() const { return batch_->records().front(); }
  Arena& arena() { return arena_; }

 private:
  std::unique_ptr<Batch> batch_;
  Arena arena_;
};

}  // namespace trailsift
