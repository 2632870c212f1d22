// Events of CloudWatch Logs, stream by stream, each from its beginning until it gives nothing new (Amazon CloudWatch Logs API reference,
// DescribeLogStreams and GetLogEvents). The position of a stream is the service's token behind the last event, and the last event's time
// for when the token has expired. A stream that is gone is forgotten; with <remove_log_streams> one that was read to its end is deleted
// once its alerts are durable, unless it has grown meanwhile.
#pragma once

#include <cstddef>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "source/service_feed.h"

namespace trailsift {

// `1768471200000 1768471260000 f/123`: the last event's time, when it was read, the token.
struct StreamPosition {
  Millis last = 0;
  Millis read = 0;
  std::string token;

  std::string Text() const;
  static std::optional<StreamPosition> Read(std::string_view text);
};

class LogEventsFeed final : public ServiceFeed {
 public:
  LogEventsFeed(const ServiceSettings& settings, std::shared_ptr<CredentialPool> pool);

  void Begin(ServicePositions positions, Millis from, Millis now) override;
  std::optional<ServicePage> Next() override;
  void Spoiled(const std::string& place) override { ended_.erase(place); }
  std::vector<std::string> Finish() override;
  void Cancel() override { clients_.Cancel(); }
  ServiceTraffic traffic() const override { return clients_.traffic(); }
  const Status& failure() const override { return failure_; }

 private:
  struct Stream {
    std::string region;
    std::string group;
    std::string name;
    StreamPosition position;
    bool known = false;    // there is a position
    bool restart = false;  // the token was refused

    std::string Place() const;
  };

  Result<std::string> Call(const std::string& region, const std::string& operation, std::string body, const std::string& subject,
                           const std::string& group);
  Result<std::string> GetEvents(const Stream& stream);
  // The next streams of the group; false: there are no more, or they can't be listed.
  bool ListStreams();
  void EndGroup(bool whole);
  // Tells what could not be read, and notes the first.
  void Fail(const Status& why);
  // At the end: groups that are nowhere; regions, where none was opened to us.
  void TellUnread();
  // The next answer of the current stream; nothing: it is at its end, or can't be read.
  std::optional<ServicePage> NextOfStream();
  void Remove(const Stream& stream, std::vector<std::string>& gone);

  const ServiceSettings& settings_;
  ServiceClients clients_;
  ServicePositions positions_;
  Millis from_ = 0;
  Millis now_ = 0;
  Status failure_;
  Status refused_;  // of the first region that was not opened to us
  bool chosen_ = true;
  bool stopped_ = false;

  struct Group {
    std::string region;
    std::string name;
  };
  std::deque<Group> groups_;  // the first is the current one
  std::set<std::string> missing_;
  std::set<std::string> found_;  // groups that are there in some region
  bool listing_ = false;         // the current group's streams are being listed
  std::string list_token_;
  std::set<std::string> listed_;         // places
  std::deque<Stream> streams_;           // the first is the current one
  std::map<std::string, Stream> ended_;  // read to their end, by place
  std::vector<std::string> gone_;
};

}  // namespace trailsift
