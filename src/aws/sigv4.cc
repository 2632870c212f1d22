#include "aws/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace trailsift {
namespace {

using Digest = std::array<unsigned char, 32>;

std::string Hex(const Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(digest.size() * 2);
  for (const unsigned char byte : digest) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::string_view Bytes(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

Digest Hmac(std::string_view key, std::string_view message) {
  Digest digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
       message.size(), digest.data(), &size);
  return digest;
}

// `20130524T000000Z`
std::string AmzDate(Millis now) {
  std::string iso = FormatIsoTime(now);
  iso.erase(std::remove_if(iso.begin(), iso.end(), [](char c) { return c == '-' || c == ':'; }), iso.end());
  return iso;
}

// Surrounding blanks go, inner runs become one.
std::string TrimmedValue(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c != ' ' && c != '\t') out += c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

std::string Sha256Hex(std::string_view bytes) {
  Digest digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return Hex(digest);
}

std::string UriEncode(std::string_view text, bool keep_slash) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                       c == '_' || c == '~' || (c == '/' && keep_slash);
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::string CanonicalQuery(const NamedValues& query) {
  NamedValues encoded;
  for (const auto& [name, value] : query) encoded.emplace_back(UriEncode(name, false), UriEncode(value, false));
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

NamedValues SignV4(const RequestToSign& request, const SigningKeys& keys, std::string_view region, std::string_view service,
                   Millis now) {
  const std::string time = AmzDate(now);
  const std::string day = time.substr(0, 8);
  NamedValues added = {{"x-amz-date", time}, {"x-amz-content-sha256", request.payload_sha256}};
  if (!keys.session_token.empty()) added.emplace_back("x-amz-security-token", keys.session_token);

  NamedValues signed_headers;
  const NamedValues* const sources[] = {&request.headers, &added};
  for (const NamedValues* some : sources) {
    for (const auto& [name, value] : *some) {
      std::string lower = name;
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      signed_headers.emplace_back(std::move(lower), TrimmedValue(value));
    }
  }
  std::sort(signed_headers.begin(), signed_headers.end());
  std::string names;
  std::string canonical = std::string(request.method) + '\n' + std::string(request.path) + '\n' + std::string(request.query) + '\n';
  for (const auto& [name, value] : signed_headers) {
    canonical += name + ':' + value + '\n';
    if (!names.empty()) names += ';';
    names += name;
  }
  canonical += '\n' + names + '\n' + request.payload_sha256;

  const std::string scope = day + '/' + std::string(region) + '/' + std::string(service) + "/aws4_request";
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + time + '\n' + scope + '\n' + Sha256Hex(canonical);
  Digest key = Hmac("AWS4" + keys.secret_key, day);
  for (const std::string_view part : {region, service, std::string_view("aws4_request")}) key = Hmac(Bytes(key), part);
  const std::string signature = Hex(Hmac(Bytes(key), to_sign));
  added.emplace_back("authorization", "AWS4-HMAC-SHA256 Credential=" + keys.access_key + '/' + scope + ",SignedHeaders=" + names +
                                          ",Signature=" + signature);
  return added;
}

}  // namespace trailsift
