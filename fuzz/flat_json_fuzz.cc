// What a program or a server that gives out keys answers: whatever the bytes, the names of members are made of what stands there.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "aws/credential_process.h"
#include "aws/flat_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto members = trailsift::ParseFlatJson(text);
  if (members.has_value()) {
    for (const auto& [name, value] : *members)
      if (value.size() > size) std::abort();
  }
  const trailsift::Result<trailsift::Credentials> found = trailsift::ParseProcessAnswer(text, 0, "source");
  if (found.ok() && (!members.has_value() || found->keys.access_key.empty() || found->keys.secret_key.empty())) std::abort();
  if (!found.ok() && found.status().code() != trailsift::Code::kAuth) std::abort();
  return 0;
}
