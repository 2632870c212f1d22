// For tests only: a real TCP server on 127.0.0.1 that answers HTTP requests with whatever bytes the test says, also cut, late or reset,
// which no well-behaved server can be made to do. One thread a connection; all end with the object.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace trailsift {

class ScriptedServer {
 public:
  struct Request {
    std::string method;
    std::string target;                          // path and query as they came
    std::map<std::string, std::string> headers;  // lower-case names
    std::string body;
    int connection = 0;  // from 1
    int number = 0;      // of the request, from 1, over all connections
  };
  struct Answer {
    std::string bytes;
    bool close = false;  // after the bytes
    bool reset = false;  // TCP RST after the bytes
    bool stall = false;  // say no more, keep the connection open until the server goes
  };
  using Handler = std::function<Answer(const Request&)>;

  explicit ScriptedServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }

  ~ScriptedServer() {
    stop_ = true;
    acceptor_.join();
    for (std::thread& thread : connections_) thread.join();
    ::close(listener_);
  }

  std::string Url(std::string_view path = "") const { return "http://127.0.0.1:" + std::to_string(port_) + std::string(path); }
  int port() const { return port_; }

  std::vector<Request> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }

  // The most requests that were being handled at one time.
  int most_at_once() const { return most_at_once_; }

  static Answer Reply(int status, std::string_view body, std::string_view extra_headers = "") {
    Answer answer;
    answer.bytes = "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                   std::string(extra_headers) + "\r\n" + std::string(body);
    return answer;
  }

 private:
  void Accept() {
    while (!stop_) {
      pollfd event{listener_, POLLIN, 0};
      if (::poll(&event, 1, 20) <= 0) continue;
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      const int number = ++connection_count_;
      connections_.emplace_back([this, fd, number] { Serve(fd, number); });
    }
  }

  bool ReadMore(int fd, std::string& buffer) {
    while (!stop_) {
      pollfd event{fd, POLLIN, 0};
      if (::poll(&event, 1, 20) <= 0) continue;
      char bytes[16384];
      const ssize_t count = ::recv(fd, bytes, sizeof bytes, 0);
      if (count <= 0) return false;
      buffer.append(bytes, static_cast<std::size_t>(count));
      return true;
    }
    return false;
  }

  bool ReadRequest(int fd, std::string& buffer, Request& request) {
    std::size_t end;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
      if (!ReadMore(fd, buffer)) return false;
    const std::string head = buffer.substr(0, end + 2);
    buffer.erase(0, end + 4);
    std::size_t line_end = head.find("\r\n");
    const std::string first = head.substr(0, line_end);
    const std::size_t space = first.find(' ');
    request.method = first.substr(0, space);
    request.target = first.substr(space + 1, first.rfind(' ') - space - 1);
    while (line_end + 2 < head.size()) {
      const std::size_t start = line_end + 2;
      line_end = head.find("\r\n", start);
      const std::string line = head.substr(start, line_end - start);
      const std::size_t colon = line.find(':');
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      const std::size_t value = line.find_first_not_of(' ', colon + 1);
      request.headers[name] = value == std::string::npos ? "" : line.substr(value);
    }
    const auto length = request.headers.find("content-length");
    const std::size_t body = length == request.headers.end() ? 0 : static_cast<std::size_t>(std::atol(length->second.c_str()));
    while (buffer.size() < body)
      if (!ReadMore(fd, buffer)) return false;
    request.body = buffer.substr(0, body);
    buffer.erase(0, body);
    return true;
  }

  void Serve(int fd, int connection) {
    std::string buffer;
    for (;;) {
      Request request;
      request.connection = connection;
      if (!ReadRequest(fd, buffer, request)) break;
      {
        std::lock_guard lock(mutex_);
        request.number = static_cast<int>(requests_.size()) + 1;
        requests_.push_back(request);
        most_at_once_ = std::max(most_at_once_.load(), ++at_once_);
      }
      const Answer answer = handler_(request);
      --at_once_;
      std::string_view left = answer.bytes;
      while (!left.empty()) {
        const ssize_t sent = ::send(fd, left.data(), left.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        left.remove_prefix(static_cast<std::size_t>(sent));
      }
      while (answer.stall && !stop_ && ReadMore(fd, buffer)) {
      }
      if (answer.reset) {
        const linger now{1, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
      }
      if (answer.close || answer.reset || answer.stall) break;
    }
    ::close(fd);
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<int> connection_count_{0};
  std::atomic<int> at_once_{0};
  std::atomic<int> most_at_once_{0};
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::list<std::thread> connections_;  // written by the acceptor only, until it has ended
  std::thread acceptor_;
};

}  // namespace trailsift
