// A key that signs as CloudTrail does, made by the test that uses it, and the list that names it.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string>
#include <string_view>
#include <vector>

namespace trailsift {

class SigningKey {
 public:
  explicit SigningKey(std::string fingerprint) : fingerprint_(std::move(fingerprint)), key_(EVP_RSA_gen(2048)) {}
  ~SigningKey() { EVP_PKEY_free(key_); }
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  const std::string& fingerprint() const { return fingerprint_; }

  // Hex digits of the signature.
  std::string Sign(std::string_view text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    std::vector<unsigned char> bytes(512);
    std::size_t size = bytes.size();
    EXPECT_EQ(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_), 1);
    EXPECT_EQ(EVP_DigestSign(context, bytes.data(), &size, reinterpret_cast<const unsigned char*>(text.data()), text.size()), 1);
    EVP_MD_CTX_free(context);
    std::string hex;
    for (std::size_t i = 0; i < size; ++i) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", bytes[i]);
      hex += digits;
    }
    return hex;
  }

  // Base64 of the bare RSA key, or of the form that names its algorithm.
  std::string Base64(bool with_algorithm = false) const {
    unsigned char* der = nullptr;
    const int size = with_algorithm ? i2d_PUBKEY(key_, &der) : i2d_PublicKey(key_, &der);
    std::vector<unsigned char> text(static_cast<std::size_t>(size) * 2);
    const int length = EVP_EncodeBlock(text.data(), der, size);
    OPENSSL_free(der);
    return {text.begin(), text.begin() + length};
  }

 private:
  std::string fingerprint_;
  EVP_PKEY* key_;
};

inline std::string KeyList(const std::string& fingerprint, const std::string& base64) {
  return R"({"PublicKeyList":[{"Fingerprint":")" + fingerprint + R"(","Value":")" + base64 + "\"}]}";
}

}  // namespace trailsift
