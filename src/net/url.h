// The few URL operations that signing and routing need. Only http and https; user names and fragments are refused.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace trailsift {

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address without its brackets
  int port = 0;        // never 0: 80 or 443 where none is written
  std::string path;    // as written, without a trailing slash; empty or beginning with `/`
  std::string query;   // as written, without the `?`

  // `host` or `host:port`, the port only where it is not the scheme's own: the value of the Host header.
  std::string Authority() const;
  // `scheme://authority`.
  std::string Origin() const;
};

// kInvalid says what is wrong with the text, not what it belongs to.
Result<Url> ParseUrl(std::string_view text);

// localhost, 127.0.0.0/8 or ::1, as written (no name is resolved).
bool IsLoopbackHost(std::string_view host);

}  // namespace trailsift
