// STS's answer from a server that means harm: what is accepted can stand in a header and ends at some time.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "aws/sts_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const trailsift::Result<trailsift::StsAnswer> answer =
      trailsift::ParseStsAnswer(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!answer.ok()) {
    if (answer.status().code() != trailsift::Code::kCorrupt) std::abort();
    return 0;
  }
  for (const std::string* key : {&answer->keys.access_key, &answer->keys.secret_key, &answer->keys.session_token}) {
    if (key->empty()) std::abort();
    for (const char c : *key)
      if (c <= ' ' || c == 0x7f) std::abort();
  }
  return 0;
}
