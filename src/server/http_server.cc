#include "server/http_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <limits>
#include <optional>
#include <set>
#include <thread>

#include "base/log.h"

namespace trailsift {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kStopPatience(2);
// After a failure to accept (no descriptor is left) that long.
constexpr std::chrono::milliseconds kAcceptPause(200);

// What a broken request is answered with; nothing where nobody waits for an answer.
std::optional<int> AnswerTo(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (error.category() == http::make_error_code(http::error::bad_method).category()) return 400;
  return std::nullopt;
}

HttpAnswer Refusal(int status) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = status == 405   ? "only GET and HEAD are answered here\n"
                : status == 413 ? "a request with a body is not taken\n"
                : status == 431 ? "the request's header is too long\n"
                                : "this is no request that can be understood\n";
  return answer;
}

}  // namespace

// Everything but its construction and end happens on the loop's thread.
class HttpServer::Loop {
 public:
  Loop(HttpServerOptions options, Handler handler)
      : options_(std::move(options)), handler_(std::move(handler)), acceptor_(context_), timer_(context_) {}
  ~Loop();

  Status Listen();
  void Run();
  const ListenAddress& address() const { return options_.address; }

 private:
  class Session;

  void Accept();
  void Take(tcp::socket socket);
  void Closed(const std::shared_ptr<Session>& session);
  void Stop();

  HttpServerOptions options_;
  const Handler handler_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer timer_;
  std::set<std::shared_ptr<Session>> sessions_;
  bool accepting_ = false;
  bool stopping_ = false;
  std::jthread thread_;
};

// One connection. Lives as long as the loop has it or something of it is under way.
class HttpServer::Loop::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Loop& loop, tcp::socket socket) : loop_(loop), stream_(std::move(socket)) {}

  void Read() {
    waiting_ = true;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(loop_.options_.max_header));
    // No body is ever read; what announces one is refused below.
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
    stream_.expires_after(loop_.options_.request_timeout);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](error_code error, std::size_t) { self->OnHeader(error); });
  }

  // No further request is taken; what is being answered is answered.
  void Finish() {
    if (waiting_ || draining_) Close();
    else last_ = true;
  }

  void Close() {
    error_code ignored;
    ignored = stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    ignored = stream_.socket().close(ignored);
  }

 private:
  void OnHeader(error_code error) {
    waiting_ = false;
    if (error) {
      const std::optional<int> status = AnswerTo(error);
      if (!status || !stream_.socket().is_open()) return End();
      return Answer(Refusal(*status), false, true);
    }
    const auto& request = parser_->get();
    const bool head = request.method() == http::verb::head;
    if (request.method() != http::verb::get && !head) return Answer(Refusal(405), false, true);
    if (parser_->chunked() || parser_->content_length().value_or(0) > 0) return Answer(Refusal(413), head, true);
    const std::string target(request.target().data(), request.target().size());
    if (target.empty() || target.front() != '/') return Answer(Refusal(400), head, true);
    HttpQuery query;
    const std::size_t mark = target.find('?');
    query.path = target.substr(0, mark);
    if (mark != std::string::npos) query.query = target.substr(mark + 1);
    Answer(loop_.handler_(query), head, !request.keep_alive());
  }

  void Answer(HttpAnswer answer, bool head, bool last) {
    last_ = last_ || last;
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::server, "trailsift");
    response_.set(http::field::content_type, answer.content_type);
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    if (answer.status == 405) response_.set(http::field::allow, "GET, HEAD");
    response_.keep_alive(!last_);
    response_.content_length(answer.body.size());
    if (!head) response_.body() = std::move(answer.body);
    stream_.expires_after(loop_.options_.request_timeout);
    serializer_.emplace(response_);
    // A HEAD's answer says how long the body would be.
    serializer_->split(head);
    auto done = [self = shared_from_this()](error_code error, std::size_t) { self->OnAnswered(error); };
    if (head) http::async_write_header(stream_, *serializer_, std::move(done));
    else http::async_write(stream_, *serializer_, std::move(done));
  }

  void OnAnswered(error_code error) {
    if (error) return End();
    if (!last_) return Read();
    // Let the other side read the answer before the connection goes: what it still sends is swallowed for a while.
    error_code ignored;
    ignored = stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    draining_ = true;
    Drain(0);
  }

  void Drain(std::size_t swallowed) {
    constexpr std::size_t kMaxSwallowed = 1 << 20;
    if (swallowed > kMaxSwallowed || loop_.stopping_) return End();
    buffer_.clear();
    stream_.expires_after(std::min<std::chrono::milliseconds>(loop_.options_.request_timeout, kStopPatience));
    stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this(), swallowed](error_code error, std::size_t size) {
      if (error) self->End();
      else self->Drain(swallowed + size);
    });
  }

  void End() {
    Close();
    loop_.Closed(shared_from_this());
  }

  Loop& loop_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  bool waiting_ = false;  // for a request
  bool last_ = false;
  bool draining_ = false;
};

Status HttpServer::Loop::Listen() {
  error_code error;
  const asio::ip::address address = asio::ip::make_address(options_.address.host, error);
  const tcp::endpoint endpoint(address, options_.address.port);
  if (!error) error = acceptor_.open(endpoint.protocol(), error);
  if (!error) error = acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) error = acceptor_.bind(endpoint, error);
  if (!error) error = acceptor_.listen(static_cast<int>(options_.max_connections), error);
  if (!error) options_.address.port = acceptor_.local_endpoint(error).port();
  if (error) return Status(Code::kIo, options_.address.ToString() + ": cannot listen: " + error.message());
  return Status::Ok();
}

void HttpServer::Loop::Run() {
  Accept();
  thread_ = std::jthread([this] {
    for (;;) {
      try {
        context_.run();
        return;
      } catch (const std::exception& failure) {
        LogError("server", std::string("a request was given up: ") + failure.what());
      }
    }
  });
}

void HttpServer::Loop::Accept() {
  if (accepting_ || stopping_ || sessions_.size() >= options_.max_connections) return;
  accepting_ = true;
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    accepting_ = false;
    if (stopping_) return;
    if (!error) {
      Take(std::move(socket));
      return Accept();
    }
    timer_.expires_after(kAcceptPause);
    timer_.async_wait([this](error_code cancelled) {
      if (!cancelled) Accept();
    });
  });
}

void HttpServer::Loop::Take(tcp::socket socket) {
  const auto session = std::make_shared<Session>(*this, std::move(socket));
  sessions_.insert(session);
  session->Read();
}

void HttpServer::Loop::Closed(const std::shared_ptr<Session>& session) {
  sessions_.erase(session);
  if (stopping_ && sessions_.empty()) timer_.cancel();
  Accept();
}

void HttpServer::Loop::Stop() {
  stopping_ = true;
  error_code ignored;
  ignored = acceptor_.close(ignored);
  for (const std::shared_ptr<Session>& session : sessions_) session->Finish();
  timer_.expires_after(kStopPatience);
  timer_.async_wait([this](error_code) {
    for (const std::shared_ptr<Session>& session : sessions_) session->Close();
  });
  if (sessions_.empty()) timer_.cancel();
}

HttpServer::Loop::~Loop() {
  if (!thread_.joinable()) return;
  asio::post(context_, [this] { Stop(); });
  thread_.join();
}

HttpServer::HttpServer(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options, Handler handler) {
  auto loop = std::make_unique<Loop>(std::move(options), std::move(handler));
  TRAILSIFT_RETURN_IF_ERROR(loop->Listen());
  loop->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(loop)));
}

const ListenAddress& HttpServer::address() const { return loop_->address(); }

}  // namespace trailsift
