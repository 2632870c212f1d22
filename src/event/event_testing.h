// Help for the tests of this folder: parsed JSON that keeps its document, gzip made on the spot.
#pragma once

#include <gtest/gtest.h>
#include <libdeflate.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"

namespace trailsift {

class ParsedJson {
 public:
  explicit ParsedJson(std::string_view text) : text_(text) {
    const auto error = parser_.parse(text_).get(root_);
    EXPECT_EQ(error, simdjson::SUCCESS) << simdjson::error_message(error) << " in " << text_;
  }
  JsonValue root() const { return root_; }

 private:
  std::string text_;
  simdjson::dom::parser parser_;
  JsonValue root_;
};

inline std::string GzipOf(std::string_view text) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  std::string out(libdeflate_gzip_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

}  // namespace trailsift
