// A digest document or a list of public keys from somebody who means harm: whatever the bytes, what is accepted keeps to the limits that
// the rest relies on, and what is refused says why.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "event/digest.h"
#include "event/inflated_hash.h"
#include "event/public_key_list.h"
#include "integrity/digest_signature.h"
#include "source/digest_key.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckDigest(std::string_view text) {
  const trailsift::Result<trailsift::Digest> digest = trailsift::ReadDigest(text);
  if (!digest.ok()) {
    Require(digest.status().code() == trailsift::Code::kCorrupt && !digest.status().message().empty());
    return;
  }
  Require(!digest->bucket.empty() && !digest->key.empty() && digest->key.size() <= 1024);
  Require(digest->previous_signature.size() <= trailsift::kMaxSignature);
  Require(digest->logs.size() <= trailsift::kMaxDigestLogs);
  for (const trailsift::DigestLog& log : digest->logs) Require(!log.key.empty() && !log.bucket.empty());
  // Four lines, whatever the fields hold: none may forge another's.
  const std::string signed_text = trailsift::SignedText(*digest, trailsift::Sha256::Of(text));
  std::size_t lines = 1;
  for (const char c : signed_text) lines += c == '\n' ? 1 : 0;
  Require(lines == 4);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckDigest(text);
  if (const auto keys = trailsift::PublicKeys::Read(text); keys.ok()) {
    Require(keys->size() > 0);
    Require(keys->Check("f", 0, text, "00") != trailsift::SignatureVerdict::kGood);
  }
  if (const auto name = trailsift::ReadDigestKey(text)) Require(!name->stream.empty() && name->stream.size() < size);
  constexpr std::size_t kLimit = 1 << 20;
  (void)trailsift::HashInflated(text, kLimit);
  return 0;
}
