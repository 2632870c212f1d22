#include "net/http_transfer.h"

#include <algorithm>
#include <charconv>

namespace trailsift {
namespace {

// curl itself refuses a single header line above 100 kB.
constexpr std::size_t kMaxHeaderBytes = 256 << 10;
// Content-Length is a stranger's claim: no more than this is set aside for it at once.
constexpr std::size_t kMaxReserve = 64 << 20;

bool IsRetryable(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_AGAIN:
    case CURLE_UNSUPPORTED_PROTOCOL:  // curl's word for an HTTP/0.9 answer
      return true;
    default: return false;
  }
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n'))
    text.remove_suffix(1);
  return text;
}

HttpFault FaultOf(CURLcode code, CURL* easy) {
  long proxy_status = 0;
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  if (proxy_status >= 300) return HttpFault::kProxy;
  switch (code) {
    case CURLE_OK: return HttpFault::kNone;
    case CURLE_COULDNT_RESOLVE_HOST: return HttpFault::kName;
    case CURLE_COULDNT_RESOLVE_PROXY: return HttpFault::kProxyName;
    case CURLE_COULDNT_CONNECT: return HttpFault::kConnect;
    case CURLE_PROXY: return HttpFault::kProxy;
    case CURLE_SSL_CONNECT_ERROR: return HttpFault::kTls;
    case CURLE_PEER_FAILED_VERIFICATION: return HttpFault::kCertificate;
    case CURLE_SSL_CACERT_BADFILE: return HttpFault::kAuthorities;
    case CURLE_OPERATION_TIMEDOUT: return HttpFault::kTimeout;
    default: return HttpFault::kOther;
  }
}

bool HasLineBreak(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos; }

}  // namespace

HttpResponse CancelledResponse() {
  HttpResponse response;
  response.transport_error = "cancelled";
  response.cancelled = true;
  return response;
}

HttpTransfer::HttpTransfer(CURL* easy, HttpRequest request, HttpClient::Callback done, const HttpOptions& options)
    : easy_(easy), request_(std::move(request)), done_(std::move(done)) {
  SetUp(options);
}

HttpTransfer::~HttpTransfer() {
  if (easy_ != nullptr) curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
}

CURL* HttpTransfer::TakeHandle() { return std::exchange(easy_, nullptr); }

void HttpTransfer::SetUp(const HttpOptions& options) {
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  // A signature covers the path as we wrote it, `//` and `..` included.
  curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, 128L << 10);
  if (!options.ca_bundle.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, options.ca_bundle.c_str());
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, options.low_speed_bytes_per_second);
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.low_speed_time.count()));
  if (request_.no_proxy) curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &HttpTransfer::OnHeader);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &HttpTransfer::OnBody);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  if (request_.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  } else if (request_.method != "GET") {
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    if (request_.method == "PUT" || request_.method == "POST" || !request_.body.empty()) {
      curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
    }
  }
  // A header or URL that could smuggle a second one is not sent: curl refuses the empty URL.
  const bool clean = !HasLineBreak(request_.url) && !HasLineBreak(request_.method) && AddHeaders();
  curl_easy_setopt(easy_, CURLOPT_URL, clean ? request_.url.c_str() : "");
}

bool HttpTransfer::AddHeaders() {
  bool content_type = false;
  const auto append = [&](const std::string& line) {
    if (curl_slist* grown = curl_slist_append(headers_, line.c_str()); grown != nullptr) headers_ = grown;
  };
  for (const auto& [name, value] : request_.headers) {
    if (HasLineBreak(name) || HasLineBreak(value)) return false;
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    content_type |= lower == "content-type";
    // curl's spelling of a header without a value.
    append(value.empty() ? name + ';' : name + ": " + value);
  }
  if (!content_type) append("Content-Type:");
  append("Expect:");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  return true;
}

std::size_t HttpTransfer::OnHeader(char* data, std::size_t size, std::size_t count, void* self) {
  HttpTransfer& transfer = *static_cast<HttpTransfer*>(self);
  const std::size_t bytes = size * count;
  transfer.header_bytes_ += bytes;
  if (transfer.header_bytes_ > kMaxHeaderBytes) return 0;
  const std::string_view line = Trim(std::string_view(data, bytes));
  if (line.substr(0, 5) == "HTTP/") {  // a new answer, for instance behind a 100 Continue
    transfer.response_.headers.clear();
    transfer.header_ended_ = false;
    return bytes;
  }
  if (line.empty()) transfer.header_ended_ = true;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bytes;
  std::string name(line.substr(0, colon));
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const std::string_view value = Trim(line.substr(colon + 1));
  if (name == "content-length" && transfer.request_.method != "HEAD") {
    std::size_t length = 0;
    if (std::from_chars(value.data(), value.data() + value.size(), length).ec == std::errc()) {
      transfer.announced_ = length;
      transfer.response_.body.reserve(std::min({length, transfer.request_.max_body, kMaxReserve}));
    }
  }
  transfer.response_.headers.emplace_back(std::move(name), value);
  return bytes;
}

std::size_t HttpTransfer::OnBody(char* data, std::size_t size, std::size_t count, void* self) {
  HttpTransfer& transfer = *static_cast<HttpTransfer*>(self);
  const std::size_t bytes = size * count;
  const std::size_t limit = transfer.request_.max_body;
  if (transfer.announced_ > limit || bytes > limit - std::min(limit, transfer.response_.body.size())) {
    transfer.response_.too_large = true;
    return 0;
  }
  transfer.response_.body.append(data, bytes);
  return bytes;
}

void HttpTransfer::Finish(CURLcode code, bool& answered) {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  if (status != 0) answered = true;
  if (code == CURLE_OK && !header_ended_) {
    // curl takes a header that is cut for a whole answer without a body.
    response_.transport_error = "the connection was closed within the header";
    response_.retryable_transport = true;
    response_.fault = HttpFault::kOther;
  } else if (code != CURLE_OK) {
    if (response_.too_large) {
      response_.transport_error = "the answer is larger than " + std::to_string(request_.max_body) + " bytes";
    } else if (code == CURLE_PARTIAL_FILE) {
      response_.transport_error = "the connection was closed after " + std::to_string(response_.body.size()) + " of " +
                                  std::to_string(announced_) + " bytes";
    } else {
      response_.transport_error = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
    }
    response_.fault = FaultOf(code, easy_);
    response_.retryable_transport = !response_.too_large && IsRetryable(code);
    response_.never_connected =
        !answered && (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY);
  }
  done_(std::move(response_));
}

void HttpTransfer::Cancel() { done_(CancelledResponse()); }

}  // namespace trailsift
