// S3's XML from a server that means harm: whatever the bytes, a listing that is accepted holds what the rest of the program relies on.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "aws/s3_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const trailsift::Result<trailsift::ListPage> page = trailsift::ParseListing(text);
  if (page.ok()) {
    for (const trailsift::S3Object& object : page->objects)
      if (object.key.empty()) std::abort();
    for (const std::string& prefix : page->common_prefixes)
      if (prefix.empty()) std::abort();
  } else if (page.status().code() != trailsift::Code::kCorrupt) {
    std::abort();
  }
  const auto error = trailsift::ParseS3Error(text);
  if (error.has_value() && error->code.empty()) std::abort();
  if (trailsift::UrlDecode(text).size() > size) std::abort();
  return 0;
}
