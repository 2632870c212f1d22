// What the messages of a queue say about new objects. Four senders, told apart by what they wrote:
//   S3           {"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":…},"object":{"key":…,"size":…}}}]}; keys are
//                form-encoded (Amazon S3 user guide, "Event message structure")
//   SNS          {"Type":"Notification","Message":"…"}: one of the others, as text; raw delivery leaves the envelope out
//   EventBridge  {"detail-type":"Object Created","detail":{"bucket":{"name":…},"object":{"key":…}}}; keys as they are (Amazon S3 user
//                guide, "EventBridge event message structure"); Security Lake's subscriber messages have the same form
//   CloudTrail   {"s3Bucket":…,"s3ObjectKey":["…"]}; keys as they are (AWS CloudTrail user guide, "Configuring Amazon SNS notifications")
// Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trailsift {

struct NotifiedObject {
  std::string bucket;
  std::string key;         // not encoded
  std::uint64_t size = 0;  // 0: not told
};

struct Notification {
  enum class Kind {
    kObjects,  // at least one
    kNothing,  // no new object: S3's and CloudTrail's test messages, objects that were removed
    kUnknown,
  };
  Kind kind = Kind::kUnknown;
  std::vector<NotifiedObject> objects;
};

// A text with one entry that can't be used is unknown as a whole: nothing of it must be taken for done.
Notification ReadNotification(std::string_view text);

}  // namespace trailsift
