// One request on its way through libcurl: sets an easy handle up, collects the answer, and turns curl's result code into ours. Belongs to
// the loop thread of HttpClient; curl holds pointers to it, so it stays where it is until the handle is removed.
#pragma once

#include <curl/curl.h>

#include <string>

#include "net/http.h"

namespace trailsift {

class HttpTransfer {
 public:
  // Takes over `easy`, a fresh or reset handle, until TakeHandle.
  HttpTransfer(CURL* easy, HttpRequest request, HttpClient::Callback done, const HttpOptions& options);
  ~HttpTransfer();
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  CURL* handle() const { return easy_; }
  CURL* TakeHandle();
  // Fills in what curl says of the end and answers the caller. `answered`: whether the origin ever did; set where it does.
  void Finish(CURLcode code, bool& answered);
  // Answers the caller with cancelled.
  void Cancel();

 private:
  static std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* self);
  void SetUp(const HttpOptions& options);
  bool AddHeaders();

  CURL* easy_;
  HttpRequest request_;
  HttpClient::Callback done_;
  HttpResponse response_;
  curl_slist* headers_ = nullptr;
  char error_[CURL_ERROR_SIZE] = {};
  bool header_ended_ = false;  // its empty line came
  std::size_t header_bytes_ = 0;
  std::size_t announced_ = 0;
};

// What a request that was never sent is answered with.
HttpResponse CancelledResponse();

}  // namespace trailsift
