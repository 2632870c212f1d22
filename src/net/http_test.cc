#include "net/http.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <latch>
#include <set>

#include "net/scripted_server_for_test.h"

namespace trailsift {
namespace {

using std::chrono::milliseconds;
using Request = ScriptedServer::Request;
using Answer = ScriptedServer::Answer;

HttpRequest Get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.no_proxy = true;
  return request;
}

TEST(Http, AnswerAndKeepAlive) {
  ScriptedServer server(
      [](const Request& request) { return ScriptedServer::Reply(200, "got " + request.target, "X-Some: A\r\nx-some: B\r\n"); });
  HttpClient client;
  for (int i = 0; i < 3; ++i) {
    HttpRequest request = Get(server.Url("/a/../b//c%20d?x=1&y"));
    request.headers = {{"X-Mine", "one"}, {"X-Empty", ""}};
    const HttpResponse response = client.Perform(request);
    EXPECT_EQ(response.transport_error, "");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "got /a/../b//c%20d?x=1&y");  // nothing is normalised on the way
    EXPECT_EQ(response.Header("x-some"), "A");
    EXPECT_EQ(response.Header("x-none"), "");
  }
  const std::vector<Request> requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  for (const Request& request : requests) {
    EXPECT_EQ(request.connection, 1);
    EXPECT_EQ(request.headers.at("x-mine"), "one");
    EXPECT_EQ(request.headers.at("x-empty"), "");
    EXPECT_EQ(request.headers.count("accept-encoding"), 0u);
  }
}

TEST(Http, MethodsAndBodies) {
  ScriptedServer server([](const Request& request) {
    if (request.method == "HEAD") return Answer{"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"};
    return ScriptedServer::Reply(200, request.method + ":" + request.body);
  });
  HttpClient client;
  struct Case {
    const char* method;
    const char* body;
    const char* answer;
    bool length;  // Content-Length is sent
  };
  const Case cases[] = {{"GET", "", "GET:", false},        {"PUT", "", "PUT:", true},        {"PUT", "abc", "PUT:abc", true},
                        {"POST", "x=1", "POST:x=1", true}, {"DELETE", "", "DELETE:", false}, {"HEAD", "", "", false}};
  for (const Case& c : cases) {
    HttpRequest request = Get(server.Url());
    request.method = c.method;
    request.body = c.body;
    const HttpResponse response = client.Perform(request);
    EXPECT_EQ(response.transport_error, "") << c.method;
    EXPECT_EQ(response.body, c.answer);
    const Request seen = server.requests().back();
    EXPECT_EQ(seen.headers.count("content-length") == 1, c.length) << c.method;
    EXPECT_EQ(seen.headers.count("content-type"), 0u) << c.method;
    EXPECT_EQ(seen.headers.count("expect"), 0u) << c.method;
  }
}

TEST(Http, RedirectIsAnsweredNotFollowed) {
  ScriptedServer server([](const Request&) { return ScriptedServer::Reply(301, "moved", "Location: /elsewhere\r\n"); });
  HttpClient client;
  const HttpResponse response = client.Perform(Get(server.Url("/")));
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.body, "moved");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(Http, OnlyTheLastAnswersHeadersCount) {
  ScriptedServer server([](const Request&) {
    return Answer{"HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Late: 2\r\n\r\nok"};
  });
  HttpClient client;
  const HttpResponse response = client.Perform(Get(server.Url("/")));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "ok");
  EXPECT_EQ(response.Header("x-early"), "");
  EXPECT_EQ(response.Header("x-late"), "2");
}

TEST(Http, Faults) {
  struct Case {
    const char* name;
    Answer answer;
    bool error;
    bool retryable;
  };
  const Case cases[] = {
      {"whole", {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"}, false, false},
      {"error status is an answer", {"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n"}, false, false},
      {"no length, closed", {"HTTP/1.1 200 OK\r\n\r\nhello", true}, false, false},
      {"chunked", {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}, false, false},
      {"cut body", {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", true}, true, true},
      {"cut chunk", {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello", true}, true, true},
      {"no last chunk", {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true}, true, true},
      {"cut header", {"HTTP/1.1 200 OK\r\nContent-Le", true}, true, true},
      {"closed at once", {"", true}, true, true},
      {"reset at once", {"", false, true}, true, true},
      {"not HTTP", {"SSH-2.0-OpenSSH_9.2\r\n", true}, true, true},
      {"body at the limit", {"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n12345678"}, false, false},
      {"body over the limit", {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789"}, true, false},
      {"unannounced body over the limit", {"HTTP/1.1 200 OK\r\n\r\n123456789", true}, true, false},
      {"endless body announced", {"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nabc", true}, true, false},
  };
  for (const Case& c : cases) {
    ScriptedServer server([&](const Request&) { return c.answer; });
    HttpClient client;
    HttpRequest request = Get(server.Url("/"));
    request.max_body = 8;
    const HttpResponse response = client.Perform(request);
    EXPECT_EQ(!response.transport_error.empty(), c.error) << c.name << ": " << response.transport_error;
    EXPECT_EQ(response.retryable_transport, c.retryable) << c.name << ": " << response.transport_error;
    EXPECT_FALSE(response.cancelled) << c.name;
  }
}

TEST(Http, NobodyListens) {
  int port;
  {
    port = ScriptedServer([](const Request&) { return Answer{}; }).port();
  }
  HttpClient client;
  const HttpResponse response = client.Perform(Get("http://127.0.0.1:" + std::to_string(port) + "/"));
  EXPECT_EQ(response.status, 0);
  EXPECT_TRUE(response.retryable_transport);
  EXPECT_TRUE(response.never_connected);
  EXPECT_EQ(response.fault, HttpFault::kConnect);
  EXPECT_NE(response.transport_error, "");
}

TEST(Http, WhereSomebodyAnsweredOnceItIsNotNobody) {
  HttpClient client;
  std::string url;
  {
    ScriptedServer server([](const Request&) {
      Answer answer = ScriptedServer::Reply(200, "");
      answer.close = true;
      return answer;
    });
    url = server.Url("/");
    EXPECT_EQ(client.Perform(Get(url)).status, 200);
  }
  const HttpResponse response = client.Perform(Get(url));
  EXPECT_EQ(response.fault, HttpFault::kConnect) << response.transport_error;
  EXPECT_FALSE(response.never_connected);
}

TEST(Http, SilenceEndsWithTheTimeout) {
  ScriptedServer server([](const Request&) {
    return Answer{"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhel", false, false, true};
  });
  HttpClient client;
  HttpRequest request = Get(server.Url("/"));
  request.timeout = milliseconds(50);
  const HttpResponse response = client.Perform(request);
  EXPECT_TRUE(response.retryable_transport) << response.transport_error;
  EXPECT_FALSE(response.never_connected);
  EXPECT_EQ(response.fault, HttpFault::kTimeout);
}

TEST(Http, StalledTransferEndsBeforeTheTimeout) {
  ScriptedServer server([](const Request&) {
    return Answer{"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhel", false, false, true};
  });
  HttpOptions options;
  options.low_speed_time = std::chrono::seconds(1);
  HttpClient client(options);
  HttpRequest request = Get(server.Url("/"));
  request.timeout = std::chrono::hours(1);
  const HttpResponse response = client.Perform(request);
  EXPECT_TRUE(response.retryable_transport) << response.transport_error;
}

TEST(Http, UnusableRequestsAreRefused) {
  ScriptedServer server([](const Request&) { return ScriptedServer::Reply(200, ""); });
  HttpClient client;
  HttpRequest header = Get(server.Url("/"));
  header.headers = {{"X-A", "1\r\nX-Smuggled: 2"}};
  HttpRequest file = Get("file:///etc/hostname");
  HttpRequest line = Get(server.Url("/a\nb"));
  for (const HttpRequest& request : {header, file, line}) {
    const HttpResponse response = client.Perform(request);
    EXPECT_EQ(response.status, 0) << request.url;
    EXPECT_NE(response.transport_error, "") << request.url;
  }
  EXPECT_TRUE(server.requests().empty());
}

TEST(Http, ConnectionsPerHostAreLimited) {
  // The limit's worth of requests must be there together before any is answered; more than that never are.
  constexpr int kLimit = 4;
  constexpr int kRequests = 24;
  std::latch together(kLimit);
  ScriptedServer server([&](const Request& request) {
    if (request.number <= kLimit) together.arrive_and_wait();
    return ScriptedServer::Reply(200, "x");
  });
  HttpOptions options;
  options.max_connections_per_host = kLimit;
  HttpClient client(options);
  std::latch done(kRequests);
  std::atomic<int> good{0};
  for (int i = 0; i < kRequests; ++i) {
    client.Send(Get(server.Url("/" + std::to_string(i))), [&](HttpResponse response) {
      if (response.status == 200) ++good;
      done.count_down();
    });
  }
  done.wait();
  EXPECT_EQ(good, kRequests);
  EXPECT_EQ(server.most_at_once(), kLimit);
  std::set<int> connections;
  for (const Request& request : server.requests()) connections.insert(request.connection);
  EXPECT_EQ(connections.size(), static_cast<std::size_t>(kLimit));
}

TEST(Http, TimersRunInOrderOnTheLoopThread) {
  HttpClient client;
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  std::promise<void> done;
  const auto note = [&](int n) {
    order.push_back(n);
    threads.push_back(std::this_thread::get_id());
  };
  client.After(milliseconds(0), [&] {
    // Asked for in one go on the loop thread, so none of them can run in between.
    client.After(milliseconds(30), [&] {
      note(3);
      done.set_value();
    });
    client.After(milliseconds(1), [&] { note(1); });
    client.After(milliseconds(15), [&] { note(2); });
  });
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(std::set<std::thread::id>(threads.begin(), threads.end()).size(), 1u);
  EXPECT_NE(threads[0], std::this_thread::get_id());
}

TEST(Http, DescriptorsAreWatched) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto watch = [](HttpClient& client, int fd, milliseconds limit) {
    auto promise = std::make_shared<std::promise<bool>>();
    client.WhenReadable(fd, limit, [promise](bool readable) { promise->set_value(readable); });
    return promise->get_future();
  };
  {
    HttpClient client;
    std::future<bool> later = watch(client, ends[0], std::chrono::hours(1));
    EXPECT_FALSE(watch(client, ends[0], milliseconds(1)).get());
    EXPECT_EQ(later.wait_for(milliseconds(0)), std::future_status::timeout);
    ASSERT_EQ(::write(ends[1], "x", 1), 1);
    EXPECT_TRUE(later.get());
    EXPECT_TRUE(watch(client, ends[0], milliseconds(0)).get());
    char byte;
    ASSERT_EQ(::read(ends[0], &byte, 1), 1);
    later = watch(client, ends[0], std::chrono::hours(1));
    ::close(ends[1]);
    EXPECT_TRUE(later.get()) << "its end counts, too";
  }
  ::close(ends[0]);
  ASSERT_EQ(::pipe(ends), 0);
  std::future<bool> stopped;
  {
    HttpClient client;
    stopped = watch(client, ends[0], std::chrono::hours(1));
  }
  EXPECT_FALSE(stopped.get());
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Http, PerformOnTheLoopThreadIsAnError) {
  HttpClient client;
  std::promise<HttpResponse> answer;
  client.After(milliseconds(0), [&] { answer.set_value(client.Perform(Get("http://127.0.0.1:9/"))); });
  EXPECT_NE(answer.get_future().get().transport_error, "");
}

TEST(Http, EveryRequestIsAnsweredWhenTheClientGoes) {
  ScriptedServer server([](const Request&) { return Answer{"", false, false, true}; });
  std::atomic<int> cancelled{0};
  std::atomic<int> later{0};
  {
    HttpOptions options;
    options.max_connections_per_host = 2;
    HttpClient client(options);
    for (int i = 0; i < 6; ++i) {
      client.Send(Get(server.Url("/")), [&](HttpResponse response) {
        if (response.cancelled) ++cancelled;
        // What an answer asks for while the client goes is answered too.
        client.Send(Get(server.Url("/")), [&](HttpResponse again) {
          if (again.cancelled) ++later;
        });
      });
    }
    client.After(std::chrono::hours(1), [&] {
      client.Send(Get(server.Url("/")), [&](HttpResponse response) {
        if (response.cancelled) ++cancelled;
      });
    });
  }
  EXPECT_EQ(cancelled, 7);
  EXPECT_EQ(later, 6);
}

TEST(Http, AfterStopEverythingIsCancelled) {
  ScriptedServer server([](const Request&) { return ScriptedServer::Reply(200, ""); });
  HttpClient client;
  EXPECT_EQ(client.Perform(Get(server.Url("/"))).status, 200);
  client.Stop();
  client.Stop();
  EXPECT_TRUE(client.Perform(Get(server.Url("/"))).cancelled);
}

}  // namespace
}  // namespace trailsift
