// S3's answers in XML: a page of ListObjectsV2 and an error. Pure functions over text that a stranger may have written. Format: Amazon S3
// API reference, ListObjectsV2 and "Error responses".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/time.h"

namespace trailsift {

struct S3Object {
  std::string key;
  std::uint64_t size = 0;
  std::string etag;  // without its quotes
  Millis last_modified = 0;
  std::string storage_class;  // `STANDARD`, `GLACIER`, …; empty where the server says none
};

struct ListPage {
  std::vector<S3Object> objects;
  std::vector<std::string> common_prefixes;
  std::string next_token;  // empty on the last page
};

// kCorrupt says what is missing: the text is cut, is no listing, or says that more follows without saying where. Keys and prefixes are
// decoded where the server says that it encoded them.
Result<ListPage> ParseListing(std::string_view text);

struct S3ErrorBody {
  std::string code;
  std::string message;
  std::string region;    // of an answer that sends us to another region
  std::string endpoint;  // the same, as a host
  std::optional<Millis> server_time;
};

// Nothing where the text is no S3 error (a proxy's page, nothing at all).
std::optional<S3ErrorBody> ParseS3Error(std::string_view text);

// The inverse of the encoding of encoding-type=url: %XX and + for a blank. A % that no two hex digits follow stays.
std::string UrlDecode(std::string_view text);

}  // namespace trailsift
