#include "enrich/instances.h"

#include <gtest/gtest.h>

#include <string>

#include "enrich/record_fixture.h"

namespace trailsift {
namespace {

struct InstancesCase {
  const char* what;
  const char* record;
  const char* instances;  // nullptr: nothing
  const char* type;
  const char* launched;
};

std::string Text(std::optional<std::string_view> value) { return value ? std::string(*value) : "(nothing)"; }
std::string Text(const char* value) { return value ? value : "(nothing)"; }

const InstancesCase kInstances[] = {
    {"one launched",
     R"({"eventName":"RunInstances","eventTime":"2026-01-15T10:00:05Z","requestParameters":{"instancesSet":{"items":[{"imageId":"ami-1"}]},"instanceType":"t3.micro"},"responseElements":{"instancesSet":{"items":[{"instanceId":"i-1","instanceType":"t3.small","launchTime":1768471200000}]}}})",
     "i-1", "t3.small", "2026-01-15T10:00:00Z"},
    {"three launched",
     R"({"eventName":"RunInstances","responseElements":{"instancesSet":{"items":[{"instanceId":"i-1","instanceType":"t3.micro","launchTime":1768471200000},{"instanceId":"i-2","launchTime":1768471201000},{"instanceId":"i-3"}]}}})",
     "i-1, i-2, i-3", "t3.micro", "2026-01-15T10:00:00Z"},
    {"one launched, unwrapped from its list",
     R"({"eventName":"RunInstances","responseElements":{"instancesSet":{"items":{"instanceId":"i-1","instanceType":"t3.micro","launchTime":1768471200000}}}})",
     "i-1", "t3.micro", "2026-01-15T10:00:00Z"},
    {"launch denied, with a type",
     R"({"eventName":"RunInstances","eventTime":"2026-01-15T10:00:05Z","requestParameters":{"instancesSet":{"items":[{"imageId":"ami-1","minCount":1}]},"instanceType":"p2.xlarge"},"responseElements":null})",
     nullptr, "p2.xlarge", "2026-01-15T10:00:05Z"},
    {"launch denied, by template",
     R"({"eventName":"RunInstances","eventTime":"2026-01-15T10:00:05Z","requestParameters":{"launchTemplate":{"launchTemplateName":"web"}}})",
     nullptr, "unspecified", "2026-01-15T10:00:05Z"},
    {"one stopped",
     R"({"eventName":"StopInstances","requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"}]}},"responseElements":{"instancesSet":{"items":[{"instanceId":"i-1"}]}}})",
     "i-1", nullptr, nullptr},
    {"three to be stopped, denied",
     R"({"eventName":"StopInstances","requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"},{"instanceId":"i-3"}]}},"responseElements":null})",
     "i-1, i-2, i-3", nullptr, nullptr},
    {"one to be started, unwrapped, denied",
     R"({"eventName":"StartInstances","requestParameters":{"instancesSet":{"items":{"instanceId":"i-1"}}}})", "i-1", nullptr,
     nullptr},
    {"denied, the parameters not recorded",
     R"({"eventName":"StartInstances","errorMessage":"User: x is not authorized to perform: ec2:StartInstances on resource: arn:aws:ec2:us-east-1:111122223333:instance/i-0a1b because no policy allows it","requestParameters":null})",
     "i-0a1b", nullptr, nullptr},
    {"denied for any instance",
     R"({"eventName":"StopInstances","errorMessage":"User: x is not authorized to perform: ec2:StopInstances on resource: arn:aws:ec2:us-east-1:111122223333:instance/*","requestParameters":null})",
     nullptr, nullptr, nullptr},
    {"an address given to an instance", R"({"eventName":"AssociateAddress","requestParameters":{"instanceId":"i-1"}})", "i-1",
     nullptr, nullptr},
    {"items that are no objects", R"({"requestParameters":{"instancesSet":{"items":["i-1",2,null]}}})", nullptr, nullptr, nullptr},
    {"an empty list", R"({"requestParameters":{"instancesSet":{"items":[]}}})", nullptr, nullptr, nullptr},
    {"a launch time that is none", R"({"responseElements":{"instancesSet":{"items":[{"instanceId":"i-1","launchTime":"soon"}]}}})",
     "i-1", nullptr, nullptr},
    {"a launch time beyond the calendar",
     R"({"responseElements":{"instancesSet":{"items":[{"instanceId":"i-1","launchTime":253402300800000}]}}})", "i-1", nullptr,
     nullptr},
    {"another service's call", R"({"eventName":"CreateUser","requestParameters":{"userName":"bob"}})", nullptr, nullptr, nullptr},
};

TEST(InstancesTest, IdsTypeAndLaunchTime) {
  for (const InstancesCase& c : kInstances) {
    SCOPED_TRACE(c.what);
    ParsedRecord parsed(c.record);
    EXPECT_EQ(Text(Instances(parsed.record(), parsed.arena())), Text(c.instances));
    EXPECT_EQ(Text(InstanceType(parsed.record(), parsed.arena())), Text(c.type));
    EXPECT_EQ(Text(LaunchTime(parsed.record(), parsed.arena())), Text(c.launched));
  }
}

std::string StopOf(int count) {
  std::string items;
  for (int i = 1; i <= count; ++i) items += (i > 1 ? "," : "") + std::string("{\"instanceId\":\"i-") + std::to_string(i) + "\"}";
  return R"({"requestParameters":{"instancesSet":{"items":[)" + items + "]}}}";
}

TEST(InstancesTest, LongListsAreCounted) {
  ParsedRecord thirty(StopOf(30));
  EXPECT_TRUE(Text(Instances(thirty.record(), thirty.arena())).ends_with(", i-29, i-30"));
  ParsedRecord more(StopOf(35));
  EXPECT_TRUE(Text(Instances(more.record(), more.arena())).ends_with(", i-29, i-30 and 5 more"));
}

}  // namespace
}  // namespace trailsift
