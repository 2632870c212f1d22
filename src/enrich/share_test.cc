#include "enrich/share.h"

#include <gtest/gtest.h>

#include <string>

#include "enrich/record_fixture.h"

namespace trailsift {
namespace {

const InListFunction kLists = [](std::string_view list, std::string_view key) {
  if (list == "etc/lists/trailsift/accounts_own") return key == "222233334444";
  return list == "etc/lists/trailsift/accounts_vendor" && key == "555566667777";
};

struct ShareCase {
  const char* what;
  const char* request;
  const char* open;  // nullptr: nothing
  const char* foreign;
  const char* unknown;
};

const ShareCase kShares[] = {
    {"snapshot with one account",
     R"({"snapshotId":"snap-1","createVolumePermission":{"add":{"items":[{"userId":"999900001111"}]}},"attributeType":"CREATE_VOLUME_PERMISSION"})",
     "false", "999900001111", "999900001111"},
    {"snapshot with three accounts",
     R"({"createVolumePermission":{"add":{"items":[{"userId":"222233334444"},{"userId":"555566667777"},{"userId":"999900001111"}]}}})",
     "false", "555566667777, 999900001111", "999900001111"},
    {"snapshot with everybody and one account",
     R"({"createVolumePermission":{"add":{"items":[{"userId":"999900001111"},{"group":"all"}]}}})", "true", "999900001111",
     "999900001111"},
    {"snapshot, the list unwrapped", R"({"createVolumePermission":{"add":{"items":{"group":"all"}}}})", "true", nullptr, nullptr},
    {"snapshot with an own account, with the record's",
     R"({"createVolumePermission":{"add":{"items":[{"userId":"222233334444"},{"userId":"111122223333"}]}}})", "false", nullptr,
     nullptr},
    {"taken back", R"({"createVolumePermission":{"remove":{"items":[{"group":"all"},{"userId":"999900001111"}]}}})", nullptr,
     nullptr, nullptr},
    {"image with an account", R"({"imageId":"ami-1","launchPermission":{"add":{"items":[{"userId":"999900001111"}]}}})", "false",
     "999900001111", "999900001111"},
    {"image with everybody", R"({"launchPermission":{"add":{"items":[{"group":"all"}]}}})", "true", nullptr, nullptr},
    {"image with an organisation",
     R"({"launchPermission":{"add":{"items":[{"organizationArn":"arn:aws:organizations::999900001111:organization/o-a1b2c3d4e5"}]}}})",
     "false", "999900001111", "999900001111"},
    {"database snapshot", R"({"dBSnapshotIdentifier":"d","attributeName":"restore","valuesToAdd":["999900001111"]})", "false",
     "999900001111", "999900001111"},
    {"database snapshot, unwrapped", R"({"attributeName":"restore","valuesToAdd":"all"})", "true", nullptr, nullptr},
    {"database snapshot taken back", R"({"attributeName":"restore","valuesToRemove":["all"]})", nullptr, nullptr, nullptr},
    {"document with three", R"({"name":"doc","permissionType":"Share","accountIdsToAdd":["999900001111","555566667777","All"]})",
     "true", "999900001111, 555566667777", "999900001111"},
    {"canned ACL", R"({"bucketName":"b","acl":"","x-amz-acl":"public-read"})", "true", nullptr, nullptr},
    {"canned ACL in a list", R"({"x-amz-acl":["public-read-write"]})", "true", nullptr, nullptr},
    {"canned ACL for whoever has an account", R"({"x-amz-acl":"authenticated-read"})", "true", nullptr, nullptr},
    {"private ACL", R"({"x-amz-acl":"private"})", "false", nullptr, nullptr},
    {"ACL for log delivery", R"({"x-amz-acl":"log-delivery-write"})", "false", nullptr, nullptr},
    {"grant in a header", R"({"x-amz-grant-read":"uri=\"http://acs.amazonaws.com/groups/global/AllUsers\""})", "true", nullptr,
     nullptr},
    {"grants in a header",
     R"({"x-amz-grant-full-control":"id=\"0a1b\", ID=2c3d ,uri=\"http://acs.amazonaws.com/groups/s3/LogDelivery\",id="})", "false",
     "0a1b, 2c3d", "0a1b, 2c3d"},
    {"grants as a list of three",
     R"({"AccessControlPolicy":{"Owner":{"ID":"0a1b"},"AccessControlList":{"Grant":[{"Grantee":{"xsi:type":"CanonicalUser","ID":"0a1b"},"Permission":"FULL_CONTROL"},{"Grantee":{"ID":"4e5f"},"Permission":"READ"},{"Grantee":{"xsi:type":"Group","URI":"http://acs.amazonaws.com/groups/global/AuthenticatedUsers"},"Permission":"READ"}]}}})",
     "true", "4e5f", "4e5f"},
    {"one grant: the owner's",
     R"({"AccessControlPolicy":{"Owner":{"ID":"0a1b"},"AccessControlList":{"Grant":{"Grantee":{"ID":"0a1b"},"Permission":"FULL_CONTROL"}}}})",
     "false", nullptr, nullptr},
    {"replication to a stranger",
     R"({"bucketName":"b","ReplicationConfiguration":{"Role":"r","Rule":{"Status":"Enabled","Destination":{"Bucket":"arn:aws:s3:::x","Account":"999900001111"}}}})",
     "false", "999900001111", "999900001111"},
    {"replication within the account", R"({"ReplicationConfiguration":{"Rule":[{"Destination":{"Bucket":"arn:aws:s3:::x"}}]}})",
     nullptr, nullptr, nullptr},
    {"nothing shared", R"({"bucketName":"b"})", nullptr, nullptr, nullptr},
    {"the request dropped", "null", nullptr, nullptr, nullptr},
    {"wrong shapes", R"({"valuesToAdd":[7,null,{}],"createVolumePermission":{"add":"all"},"x-amz-acl":{},"launchPermission":[]})",
     nullptr, nullptr, nullptr},
};

const char* Shown(const char* value) { return value == nullptr ? "(nothing)" : value; }

TEST(ShareTest, Cases) {
  const KnownAccounts accounts(kLists, "111122223333");
  for (const ShareCase& c : kShares) {
    SCOPED_TRACE(c.what);
    ParsedRecord parsed(R"({"requestParameters":)" + std::string(c.request) + "}");
    EXPECT_EQ(ShareIsPublic(parsed.record()).value_or("(nothing)"), Shown(c.open));
    EXPECT_EQ(ShareForeignAccounts(parsed.record(), accounts, parsed.arena()).value_or("(nothing)"), Shown(c.foreign));
    EXPECT_EQ(ShareUnknownAccounts(parsed.record(), accounts, parsed.arena()).value_or("(nothing)"), Shown(c.unknown));
  }
}

}  // namespace
}  // namespace trailsift
