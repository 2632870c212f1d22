#include "base/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <cstring>

namespace trailsift {
namespace {

// OpenSSL fails here only where it cannot offer SHA-256 at all or memory is gone: no hash may be made up then.
void Require(int result) {
  if (result != 1) std::abort();
}

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) { Require(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr)); }

Sha256::~Sha256() = default;

void Sha256::Update(std::string_view bytes) { Require(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size())); }

Sha256Value Sha256::Finish() {
  Sha256Value value{};
  unsigned int size = 0;
  Require(EVP_DigestFinal_ex(state_->context, value.data(), &size));
  return value;
}

Sha256Value Sha256::Of(std::string_view bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return hash.Finish();
}

std::string HexOf(const Sha256Value& value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * value.size());
  for (const std::uint8_t byte : value) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string Base64Of(const Sha256Value& value) {
  unsigned char text[45];
  const int size = EVP_EncodeBlock(text, value.data(), static_cast<int>(value.size()));
  return std::string(text, text + size);
}

std::optional<std::string> BytesOfHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = DigitOf(text[i]);
    const int low = DigitOf(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::optional<Sha256Value> Sha256OfHex(std::string_view text) {
  const std::optional<std::string> bytes = BytesOfHex(text);
  Sha256Value value{};
  if (!bytes || bytes->size() != value.size()) return std::nullopt;
  std::memcpy(value.data(), bytes->data(), value.size());
  return value;
}

}  // namespace trailsift
