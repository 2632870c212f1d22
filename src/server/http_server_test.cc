#include "server/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace trailsift {
namespace {

using std::chrono::milliseconds;

// A socket, bare: what it sends is not made right by anybody.
class Client {
 public:
  explicit Client(const HttpServer& server) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.address().port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  void Send(const std::string& text) { send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  // One answer: its header, and as much of a body as Content-Length says. What there was at the end of the connection where it ends.
  std::string Receive(bool has_body = true) {
    for (;;) {
      const std::size_t end = buffer_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t at = buffer_.find("Content-Length: ");
        const std::size_t body = has_body && at < end ? std::stoul(buffer_.substr(at + 16)) : 0;
        if (buffer_.size() >= end + 4 + body) return Cut(end + 4 + body);
      }
      char part[4096];
      const ssize_t size = recv(socket_, part, sizeof part, 0);
      if (size <= 0) return Cut(buffer_.size());
      buffer_.append(part, static_cast<std::size_t>(size));
    }
  }
  std::string Ask(const std::string& text) {
    Send(text);
    return Receive();
  }
  // Nothing more comes: the other side has closed.
  bool AtEnd() {
    char byte;
    return buffer_.empty() && recv(socket_, &byte, 1, 0) <= 0;
  }

 private:
  std::string Cut(std::size_t size) {
    std::string text = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return text;
  }
  int socket_;
  bool connected_ = false;
  std::string buffer_;
};

HttpServerOptions OnAnyPort() {
  HttpServerOptions options;
  options.address = {"127.0.0.1", 0};
  return options;
}

std::unique_ptr<HttpServer> StartEcho(HttpServerOptions options = OnAnyPort()) {
  Result<std::unique_ptr<HttpServer>> server = HttpServer::Start(std::move(options), [](const HttpQuery& query) {
    HttpAnswer answer;
    answer.body = query.path + '|' + query.query;
    if (query.path == "/missing") answer.status = 404;
    return answer;
  });
  EXPECT_TRUE(server.ok()) << server.status().message();
  return std::move(server).value();
}

int StatusOf(const std::string& answer) {
  return answer.rfind("HTTP/1.1 ", 0) == 0 && answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}

TEST(HttpServer, Answers) {
  const auto server = StartEcho();
  Client client(*server);
  const std::string answer = client.Ask("GET /a/b?c=%20d HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_NE(answer.find("\r\n\r\n/a/b|c=%20d"), std::string::npos) << answer;
  // The connection stays.
  EXPECT_EQ(StatusOf(client.Ask("GET /missing HTTP/1.1\r\nHost: x\r\n\r\n")), 404);
  // Two at once are answered in order.
  client.Send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.Receive().find("/1|"), std::string::npos);
  EXPECT_NE(client.Receive().find("/2|"), std::string::npos);
  // HEAD: the length of a body that does not come.
  client.Send("HEAD /four HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string head = client.Receive(false);
  EXPECT_EQ(StatusOf(head), 200);
  EXPECT_NE(head.find("Content-Length: 6\r\n"), std::string::npos) << head;
  EXPECT_NE(client.Ask("GET /3 HTTP/1.1\r\nHost: x\r\n\r\n").find("/3|"), std::string::npos);
}

TEST(HttpServer, ClosesWhereAsked) {
  const auto server = StartEcho();
  for (const char* request : {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    Client client(*server);
    EXPECT_EQ(StatusOf(client.Ask(request)), 200) << request;
    EXPECT_TRUE(client.AtEnd()) << request;
  }
}

TEST(HttpServer, Refuses) {
  const auto server = StartEcho();
  const struct {
    std::string request;
    int status;
  } kCases[] = {
      {"POST / HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 405},
      {"DELETE /x HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 413},
      {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n", 413},
      {"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413},
      {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400},
      {"GET here HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"nonsense\r\n\r\n", 400},
      {"\x16\x03\x01\x02\r\n\r\n", 400},  // TLS
      {"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nLong: " + std::string(17 << 10, 'x') + "\r\n\r\n", 431},
      {"GET /" + std::string(17 << 10, 'x') + " HTTP/1.1\r\n\r\n", 431},
      // Near misses.
      {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 200},
      {"GET / HTTP/1.1\r\nLong: " + std::string(15 << 10, 'x') + "\r\n\r\n", 200},
  };
  for (const auto& c : kCases) {
    Client client(*server);
    const std::string answer = client.Ask(c.request);
    EXPECT_EQ(StatusOf(answer), c.status) << c.request.substr(0, 60) << '\n' << answer;
    EXPECT_EQ(answer.find("Allow: GET, HEAD\r\n") != std::string::npos, c.status == 405) << answer;
  }
}

TEST(HttpServer, SilenceIsEnded) {
  HttpServerOptions options = OnAnyPort();
  options.request_timeout = milliseconds(50);
  const auto server = StartEcho(options);
  Client silent(*server);
  Client slow(*server);
  slow.Send("GET / HTTP/1.1\r\nHost:");
  Client idle(*server);
  EXPECT_EQ(StatusOf(idle.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), 200);
  EXPECT_TRUE(silent.AtEnd());
  EXPECT_TRUE(slow.AtEnd());
  EXPECT_TRUE(idle.AtEnd());
}

TEST(HttpServer, ConnectionsAreBounded) {
  HttpServerOptions options = OnAnyPort();
  options.max_connections = 2;
  const auto server = StartEcho(options);
  auto one = std::make_unique<Client>(*server);
  Client two(*server);
  EXPECT_EQ(StatusOf(one->Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), 200);
  EXPECT_EQ(StatusOf(two.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), 200);
  // The third waits in the kernel until one of them goes.
  Client three(*server);
  EXPECT_TRUE(three.connected());
  three.Send("GET /three HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(StatusOf(two.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), 200);
  one.reset();
  EXPECT_NE(three.Receive().find("/three|"), std::string::npos);
}

TEST(HttpServer, TakenPort) {
  const auto server = StartEcho();
  HttpServerOptions options;
  options.address = server->address();
  const auto second = HttpServer::Start(options, [](const HttpQuery&) { return HttpAnswer(); });
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), Code::kIo);
  EXPECT_NE(second.status().message().find(server->address().ToString()), std::string::npos) << second.status().message();
}

TEST(HttpServer, EndsWithConnectionsOpen) {
  std::atomic<int> answered = 0;
  HttpServerOptions options = OnAnyPort();
  Result<std::unique_ptr<HttpServer>> server = HttpServer::Start(options, [&](const HttpQuery&) {
    ++answered;
    HttpAnswer answer;
    answer.body = std::string(1 << 20, 'x');  // more than a socket holds: the answer is under way when the end comes
    return answer;
  });
  ASSERT_TRUE(server.ok());
  Client idle(**server);
  EXPECT_EQ(StatusOf(idle.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), 200);
  Client half(**server);
  half.Send("GET / HT");
  Client reading(**server);
  reading.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string answer;
  std::thread reader([&] { answer = reading.Receive(); });
  while (answered < 2) std::this_thread::yield();
  server->reset();
  reader.join();
  EXPECT_GT(answer.size(), 1u << 20);
  EXPECT_TRUE(idle.AtEnd());
  EXPECT_TRUE(half.AtEnd());
}

}  // namespace
}  // namespace trailsift
