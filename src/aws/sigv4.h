// AWS Signature Version 4 for requests to S3, after "Signature Calculations for the Authorization Header" of the Amazon S3 API reference.
// curl's own signer gets S3 wrong (no x-amz-content-sha256, the query neither sorted nor encoded), so this one stands alone: pure
// functions, the clock is handed in. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace trailsift {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

// Lower-case hex of SHA-256.
std::string Sha256Hex(std::string_view bytes);

// Percent-encodes every byte but A-Z a-z 0-9 - . _ ~ and, where asked for, `/`.
std::string UriEncode(std::string_view text, bool keep_slash);

// Encoded, sorted and joined: what is signed and what is sent.
std::string CanonicalQuery(const NamedValues& query);

struct SigningKeys {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // empty for long-lived keys

  bool operator==(const SigningKeys&) const = default;
};

struct RequestToSign {
  std::string_view method;
  std::string_view path;       // as sent: encoded once, begins with `/`
  std::string_view query;      // of CanonicalQuery
  NamedValues headers;         // all of them are signed; `host` must be among them; names in any case
  std::string payload_sha256;  // hex, or UNSIGNED-PAYLOAD
};

// The headers to send besides those of the request: x-amz-date, x-amz-content-sha256, x-amz-security-token where there is one, and
// authorization.
NamedValues SignV4(const RequestToSign& request, const SigningKeys& keys, std::string_view region, std::string_view service,
                   Millis now);

}  // namespace trailsift
