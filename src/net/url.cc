#include "net/url.h"

#include <algorithm>
#include <charconv>

namespace trailsift {
namespace {

bool IsHostByte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'; }

bool IsIpv6Byte(char c) { return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.'; }

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool ParsePort(std::string_view text, int& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536;
}

}  // namespace

std::string Url::Authority() const {
  std::string out = host.find(':') == std::string::npos ? host : '[' + host + ']';
  if (port != (scheme == "https" ? 443 : 80)) out += ':' + std::to_string(port);
  return out;
}

std::string Url::Origin() const { return scheme + "://" + Authority(); }

Result<Url> ParseUrl(std::string_view text) {
  const auto invalid = [&](const char* why) {
    return Status(Code::kInvalid, '"' + std::string(text) + "\" is no usable URL: " + why);
  };
  if (text.size() > 2048) return Status(Code::kInvalid, "a URL of more than 2048 bytes");
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; })) {
    return Status(Code::kInvalid, "a URL with a space or a control or non-ASCII character");
  }
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return invalid("write it with https:// or http://");
  url.scheme = Lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return invalid("only https:// and http:// are known");
  std::string_view rest = text.substr(colon + 3);
  // No text is quoted where it may hold a password.
  if (const std::size_t at = rest.substr(0, rest.find_first_of("/?#")).find('@'); at != std::string_view::npos) {
    return Status(Code::kInvalid, "a URL with a user name or password in it");
  }
  if (rest.find('#') != std::string_view::npos) return invalid("it has a fragment (#…)");
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string authority = Lower(rest.substr(0, authority_end));
  rest.remove_prefix(authority_end);
  url.port = url.scheme == "https" ? 443 : 80;
  std::string_view port;
  if (!authority.empty() && authority[0] == '[') {
    const std::size_t close = authority.find(']');
    if (close == std::string::npos) return invalid("no ] behind the IPv6 address");
    url.host = authority.substr(1, close - 1);
    port = std::string_view(authority).substr(close + 1);
    if (url.host.find(':') == std::string::npos || !std::all_of(url.host.begin(), url.host.end(), IsIpv6Byte)) {
      return invalid("the address in brackets is no IPv6 address");
    }
  } else {
    const std::size_t end = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, end);
    port = std::string_view(authority).substr(end);
    if (url.host.empty() || !std::all_of(url.host.begin(), url.host.end(), IsHostByte)) return invalid("no host name");
  }
  if (!port.empty() && (port[0] != ':' || !ParsePort(port.substr(1), url.port)))
    return invalid("the port is no number from 1 to 65535");
  const std::size_t question = rest.find('?');
  url.path = rest.substr(0, question);
  while (!url.path.empty() && url.path.back() == '/') url.path.pop_back();
  if (question != std::string_view::npos) url.query = rest.substr(question + 1);
  return url;
}

bool IsLoopbackHost(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  if (host.substr(0, 4) != "127.") return false;
  return std::all_of(host.begin(), host.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); }) &&
         std::count(host.begin(), host.end(), '.') == 3;
}

}  // namespace trailsift
