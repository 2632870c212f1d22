#include "integrity/digest_signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/sha256.h"
#include "event/digest.h"
#include "event/public_key_list.h"

namespace trailsift {
namespace {

// RSA of 16,384 bits takes 2 KiB.
constexpr std::size_t kMaxKeyText = 8192;

std::optional<std::vector<unsigned char>> FromBase64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > kMaxKeyText) return std::nullopt;
  std::vector<unsigned char> bytes(text.size() / 4 * 3);
  const int size =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  const auto padding = std::count(text.end() - 2, text.end(), '=');
  if (size < 0 || size < padding) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size - padding));
  return bytes;
}

}  // namespace

struct PublicKeys::Key {
  explicit Key(EVP_PKEY* given) : key(given) {}
  ~Key() { EVP_PKEY_free(key); }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  // AWS documents both forms: the bare RSA key (PKCS #1) and the one that names its algorithm (SubjectPublicKeyInfo).
  static std::unique_ptr<Key> FromDer(const std::vector<unsigned char>& der) {
    const auto size = static_cast<long>(der.size());
    const unsigned char* at = der.data();
    EVP_PKEY* read = d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, size);
    if (read == nullptr) {
      at = der.data();
      read = d2i_PUBKEY(nullptr, &at, size);
    }
    ERR_clear_error();
    if (read == nullptr) return nullptr;
    auto key = std::make_unique<Key>(read);
    return EVP_PKEY_base_id(read) == EVP_PKEY_RSA && at == der.data() + der.size() ? std::move(key) : nullptr;
  }

  bool Made(std::string_view signature, std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const auto bytes = [](std::string_view view) { return reinterpret_cast<const unsigned char*>(view.data()); };
    const bool good = context != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                      EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text), text.size()) == 1;
    ERR_clear_error();
    return good;
  }

  bool IsGoodFor(Millis end) const { return (!from || end >= *from) && (!to || end <= *to); }

  EVP_PKEY* key;
  std::optional<Millis> from;
  std::optional<Millis> to;
};

PublicKeys::PublicKeys() = default;
PublicKeys::~PublicKeys() = default;
PublicKeys::PublicKeys(PublicKeys&&) noexcept = default;
PublicKeys& PublicKeys::operator=(PublicKeys&&) noexcept = default;

Result<PublicKeys> PublicKeys::Read(std::string_view json) {
  Result<std::vector<PublicKeyEntry>> entries = ReadPublicKeyList(json);
  if (!entries.ok()) return entries.status();
  if (entries->empty())
    return Status(Code::kCorrupt, "holds no key; ask list-public-keys for the time of the digests (--start-time)");
  return Of(std::move(entries).value());
}

Result<PublicKeys> PublicKeys::Of(std::vector<PublicKeyEntry> entries) {
  PublicKeys keys;
  for (PublicKeyEntry& entry : entries) {
    const std::optional<std::vector<unsigned char>> der = FromBase64(entry.base64);
    std::unique_ptr<Key> key = der ? Key::FromDer(*der) : nullptr;
    if (key == nullptr) return Status(Code::kCorrupt, "the key " + entry.fingerprint + " is no RSA key in base64");
    key->from = entry.from;
    key->to = entry.to;
    keys.keys_.emplace(std::move(entry.fingerprint), std::move(key));
  }
  return keys;
}

void PublicKeys::Add(PublicKeys&& other) { keys_.merge(other.keys_); }

SignatureVerdict PublicKeys::Check(std::string_view fingerprint, Millis end_time, std::string_view text,
                                   std::string_view signature_hex) const {
  const auto [begin, end] = keys_.equal_range(fingerprint);
  if (begin == end) return SignatureVerdict::kForeignKey;
  const std::optional<std::string> signature = signature_hex.size() <= kMaxSignature ? BytesOfHex(signature_hex) : std::nullopt;
  if (!signature) return SignatureVerdict::kBad;
  const auto in_time = [&](const auto& named) { return named.second->IsGoodFor(end_time); };
  if (std::none_of(begin, end, in_time)) return SignatureVerdict::kKeyTime;
  const bool good =
      std::any_of(begin, end, [&](const auto& named) { return in_time(named) && named.second->Made(*signature, text); });
  return good ? SignatureVerdict::kGood : SignatureVerdict::kBad;
}

}  // namespace trailsift
