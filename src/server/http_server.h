// A small HTTP/1.1 server for pages that this process makes itself: GET and HEAD, one thread of its own.
//
// What strangers send is bounded: the size of a request's header, no body at all, the time to send a request and to take the answer, how long
// a silent connection stays, how many connections there are (more wait in the kernel). What it can't take is answered 400, 405, 413 or 431
// and the connection is closed. It speaks no TLS and knows no users: listen on loopback, or behind something that does.
//
// The handler runs on the server's thread and must be quick; it must not throw. The end of the server accepts nothing more, closes idle
// connections, lets answers under way go out for two seconds, and joins.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "server/listen_address.h"

namespace trailsift {

struct HttpQuery {
  std::string path;   // begins with `/`; as it was sent
  std::string query;  // behind the `?`, as it was sent
};

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

struct HttpServerOptions {
  ListenAddress address;
  std::size_t max_connections = 64;
  std::size_t max_header = 16 << 10;
  std::chrono::milliseconds request_timeout{10'000};  // from the first wait for a request to its end; and for its answer
};

class HttpServer {
 public:
  using Handler = std::function<HttpAnswer(const HttpQuery&)>;

  // Listens when it returns. kIo with address and reason where that can't be.
  static Result<std::unique_ptr<HttpServer>> Start(HttpServerOptions options, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // With the port that was found where 0 was asked for.
  const ListenAddress& address() const;

 private:
  class Loop;
  explicit HttpServer(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace trailsift
