// Drives the S3 client from a script: one command, results on stdout, `code: message` on stderr and exit 1 on failure. Endpoint and keys
// come from the environment as they do for trailsift itself.
//
//   s3_probe [--profile P] [--region R] [--skew SECONDS] [--parallel N] [--counters] BUCKET COMMAND ARGUMENT…
//     list PREFIX DELIMITER START_AFTER MAX_KEYS   `object SIZE ETAG KEY` and `prefix KEY` lines, keys percent-encoded
//     get KEY                                      the content
//     get-all PREFIX                               `KEY SHA256` a line, in no order, fetched in parallel
//     put KEY CONTENT | delete KEY
#include <charconv>
#include <cstdio>
#include <latch>
#include <mutex>
#include <string>
#include <vector>

#include "aws/s3.h"

namespace trailsift {
namespace {

struct Arguments {
  S3Options options;
  bool counters = false;
  std::vector<std::string> words;
};

int Number(const std::string& text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Arguments Parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string word = values[i];
    const std::string next = i + 1 < count ? values[i + 1] : "";
    if (word == "--counters") {
      arguments.counters = true;
      continue;
    }
    if (word.rfind("--", 0) != 0) {
      arguments.words.push_back(word);
      continue;
    }
    if (word == "--profile") arguments.options.credentials.profile = next;
    if (word == "--region") arguments.options.region = next;
    if (word == "--parallel") arguments.options.parallel = Number(next);
    if (word == "--skew") arguments.options.credentials.clock = [skew = Number(next)] { return NowMillis() + skew * kSecond; };
    ++i;
  }
  return arguments;
}

Status List(S3Client& client, const std::vector<std::string>& words) {
  ListRequest request;
  request.prefix = words[2];
  request.delimiter = words[3];
  request.start_after = words[4];
  request.max_keys = Number(words[5]);
  return client.ListAll(request, [](ListPage& page) {
    for (const S3Object& object : page.objects) {
      std::printf("object %llu %s %s\n", static_cast<unsigned long long>(object.size),
                  object.etag.empty() ? "-" : object.etag.c_str(), UriEncode(object.key, true).c_str());
    }
    for (const std::string& prefix : page.common_prefixes) std::printf("prefix %s\n", UriEncode(prefix, true).c_str());
    return true;
  });
}

Status GetAll(S3Client& client, const std::string& prefix) {
  std::vector<S3Object> objects;
  ListRequest request;
  request.prefix = prefix;
  TRAILSIFT_RETURN_IF_ERROR(client.ListAll(request, [&](ListPage& page) {
    objects.insert(objects.end(), page.objects.begin(), page.objects.end());
    return true;
  }));
  std::latch done(static_cast<std::ptrdiff_t>(objects.size()));
  std::mutex mutex;
  Status first;
  for (const S3Object& object : objects) {
    client.GetAsync(object.key, object.size, [&, key = object.key](Result<std::string> content) {
      {
        std::lock_guard lock(mutex);
        if (content.ok()) std::printf("%s %s\n", UriEncode(key, true).c_str(), Sha256Hex(content.value()).c_str());
        else if (first.ok()) first = content.status();
      }
      done.count_down();
    });
  }
  done.wait();
  return first;
}

Status Run(S3Client& client, const std::vector<std::string>& words) {
  const std::string command = words.size() > 1 ? words[1] : "";
  if (command == "list" && words.size() == 6) return List(client, words);
  if (command == "get-all" && words.size() == 3) return GetAll(client, words[2]);
  if (command == "delete" && words.size() == 3) return client.Delete(words[2]);
  if (command == "put" && words.size() == 4) return client.Put(words[2], words[3]);
  if (command == "get" && words.size() == 3) {
    const Result<std::string> content = client.Get(words[2]);
    if (!content.ok()) return content.status();
    std::fwrite(content.value().data(), 1, content.value().size(), stdout);
    return {};
  }
  return {Code::kInvalid, "usage: see the head of s3_probe.cc"};
}

const char* Name(Code code) {
  switch (code) {
    case Code::kInvalid: return "invalid";
    case Code::kNotFound: return "not found";
    case Code::kDenied: return "denied";
    case Code::kAuth: return "auth";
    case Code::kUnavailable: return "unavailable";
    case Code::kCorrupt: return "corrupt";
    default: return "other";
  }
}

int Fail(const Status& status) {
  std::fprintf(stderr, "%s: %s\n", Name(status.code()), status.message().c_str());
  return 1;
}

int Main(int count, char** values) {
  Arguments arguments = Parse(count, values);
  if (!arguments.words.empty()) arguments.options.bucket = arguments.words[0];
  Result<std::unique_ptr<S3Client>> client = S3Client::Create(std::move(arguments.options));
  if (!client.ok()) return Fail(client.status());
  S3Client& s3 = *client.value();
  const Status status = Run(s3, arguments.words);
  if (arguments.counters) {
    const auto print = [](const char* name, const std::atomic<std::uint64_t>& value) {
      std::fprintf(stderr, "%s=%llu\n", name, static_cast<unsigned long long>(value.load()));
    };
    print("list", s3.counters().list_requests);
    print("get", s3.counters().get_requests);
    print("retries", s3.counters().retries);
    print("bytes", s3.counters().bytes_received);
  }
  return status.ok() ? 0 : Fail(status);
}

}  // namespace
}  // namespace trailsift

int main(int count, char** values) { return trailsift::Main(count, values); }
