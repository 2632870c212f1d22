#include "enrich/network.h"

#include <gtest/gtest.h>

#include <string>

#include "enrich/record_fixture.h"

namespace trailsift {
namespace {

struct NetworkCase {
  const char* what;
  const char* call;
  const char* request;
  const char* cidrs;  // nullptr: nothing
  const char* ports;
  const char* sensitive;
};

constexpr const char* kIngress = "AuthorizeSecurityGroupIngress";

const NetworkCase kCases[] = {
    {"one permission", kIngress,
     R"({"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0","description":"TLS"}]},"ipv6Ranges":{},"prefixListIds":{}}]}})",
     "0.0.0.0/0", "443", nullptr},
    {"three permissions, both families", kIngress,
     R"({"ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}},{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"},{"cidrIp":"192.0.2.0/24"},{"cidrIp":"0.0.0.0/0"}]}},{"ipProtocol":"tcp","fromPort":8000,"toPort":8100,"ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]}}]}})",
     "0.0.0.0/0, ::/0", "443, 22, 8000-8100", "22"},
    {"three permissions, one open", kIngress,
     R"({"ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"}]}},{"ipProtocol":"tcp","fromPort":3389,"toPort":3389,"groups":{"items":[{"groupId":"sg-2"}]}},{"ipProtocol":"udp","fromPort":53,"toPort":53,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}})",
     "0.0.0.0/0", "53", nullptr},
    {"lists of one unwrapped, numbers as text", kIngress,
     R"({"ipPermissions":{"items":{"ipProtocol":"tcp","fromPort":"3389","toPort":"3389","ipRanges":{"items":{"cidrIp":"0.0.0.0/0"}}}}})",
     "0.0.0.0/0", "3389", "3389"},
    {"a permission laid flat", kIngress,
     R"({"groupId":"sg-1","ipPermissions":{},"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"})", "0.0.0.0/0",
     "22", "22"},
    {"everything", kIngress,
     R"({"ipPermissions":{"items":[{"ipProtocol":"-1","fromPort":0,"toPort":0,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}},{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}})",
     "0.0.0.0/0", "all", "all"},
    {"all ports of TCP", kIngress, R"({"ipProtocol":"6","fromPort":1,"toPort":65535,"cidrIp":"0.0.0.0/0"})", "0.0.0.0/0", "all",
     "all"},
    {"near miss: all but the first", kIngress, R"({"ipProtocol":"tcp","fromPort":2,"toPort":65535,"cidrIp":"0.0.0.0/0"})",
     "0.0.0.0/0", "2-65535", "22, 3389, 445, 1433, 3306, 5432, 6379, 9200, 27017"},
    {"all ports of UDP are no sensitive ones", kIngress, R"({"ipProtocol":"udp","fromPort":0,"toPort":65535,"cidrIp":"::/0"})",
     "::/0", "all", nullptr},
    {"TCP without ports", kIngress, R"({"ipProtocol":"tcp","cidrIp":"0.0.0.0/0"})", "0.0.0.0/0", "all", "all"},
    {"ranges beside a sensitive port", kIngress, R"({"ipProtocol":"tcp","fromPort":23,"toPort":444,"cidrIp":"0.0.0.0/0"})",
     "0.0.0.0/0", "23-444", nullptr},
    {"ping", kIngress, R"({"ipProtocol":"icmp","fromPort":-1,"toPort":-1,"cidrIp":"0.0.0.0/0"})", "0.0.0.0/0", nullptr, nullptr},
    {"half of the world", kIngress, R"({"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"128.0.0.0/1"})", "128.0.0.0/1", "22",
     "22"},
    {"one address", kIngress, R"({"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"203.0.113.7/32"})", nullptr, nullptr,
     nullptr},
    {"egress", "AuthorizeSecurityGroupEgress",
     R"({"ipPermissions":{"items":[{"ipProtocol":"-1","ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]}}]}})",
     "0.0.0.0/0, ::/0", "all", "all"},
    {"taken back", "RevokeSecurityGroupIngress", R"({"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"})", nullptr,
     nullptr, nullptr},
    {"one rule modified", "ModifySecurityGroupRules",
     R"({"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":{"tag":1,"SecurityGroupRuleId":"sgr-1","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"0.0.0.0/0"}}}})",
     "0.0.0.0/0", "22", "22"},
    {"three rules modified", "ModifySecurityGroupRules",
     R"({"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":[{"tag":1,"SecurityGroupRule":{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"10.0.0.0/8"}},{"tag":2,"SecurityGroupRule":{"IpProtocol":"tcp","FromPort":5432,"ToPort":5432,"CidrIpv6":"::/0"}},{"tag":3,"SecurityGroupRule":{"IpProtocol":-1,"ReferencedGroupId":"sg-2"}}]}})",
     "::/0", "5432", "5432"},
    {"a rule modified to everything", "ModifySecurityGroupRules",
     R"({"ModifySecurityGroupRulesRequest":{"SecurityGroupRule":{"SecurityGroupRule":{"IpProtocol":-1,"CidrIpv4":"0.0.0.0/0"}}}})",
     "0.0.0.0/0", "all", "all"},
    {"ACL entry", "CreateNetworkAclEntry",
     R"({"aclProtocol":"6","cidrBlock":"0.0.0.0/0","egress":false,"icmpTypeCode":{},"networkAclId":"acl-1","portRange":{"from":22,"to":22},"ruleAction":"allow","ruleNumber":100})",
     "0.0.0.0/0", "22", "22"},
    {"ACL entry for everything", "ReplaceNetworkAclEntry",
     R"({"aclProtocol":"-1","ipv6CidrBlock":"::/0","egress":false,"ruleAction":"allow"})", "::/0", "all", "all"},
    {"ACL entry that denies", "CreateNetworkAclEntry",
     R"({"aclProtocol":"-1","cidrBlock":"0.0.0.0/0","egress":false,"ruleAction":"deny"})", nullptr, nullptr, nullptr},
    {"ACL entry for egress", "CreateNetworkAclEntry",
     R"({"aclProtocol":"-1","cidrBlock":"0.0.0.0/0","egress":true,"ruleAction":"allow"})", nullptr, nullptr, nullptr},
    {"the request dropped", kIngress, "null", nullptr, nullptr, nullptr},
    {"a request that is text", kIngress, R"("x")", nullptr, nullptr, nullptr},
    {"permissions of a wrong shape", kIngress, R"({"ipPermissions":{"items":["x",7,null]},"fromPort":{},"cidrIp":["0.0.0.0/0"]})",
     nullptr, nullptr, nullptr},
};

const char* Shown(const char* value) { return value == nullptr ? "(nothing)" : value; }

TEST(NetworkTest, Cases) {
  for (const NetworkCase& c : kCases) {
    SCOPED_TRACE(c.what);
    ParsedRecord parsed(std::string(R"({"eventName":")") + c.call + R"(","requestParameters":)" + c.request + "}");
    EXPECT_EQ(OpenCidrs(parsed.record(), parsed.arena()).value_or("(nothing)"), Shown(c.cidrs));
    EXPECT_EQ(OpenPorts(parsed.record(), parsed.arena()).value_or("(nothing)"), Shown(c.ports));
    EXPECT_EQ(SensitivePorts(parsed.record(), parsed.arena()).value_or("(nothing)"), Shown(c.sensitive));
  }
}

TEST(NetworkTest, ManyPortsAreCounted) {
  std::string items;
  for (int port = 1000; port < 1035; ++port)
    items += (items.empty() ? "" : ",") + std::string(R"({"ipProtocol":"tcp","fromPort":)") + std::to_string(port) +
             R"(,"toPort":)" + std::to_string(port) + R"(,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}})";
  ParsedRecord parsed(R"({"eventName":"AuthorizeSecurityGroupIngress","requestParameters":{"ipPermissions":{"items":[)" + items +
                      "]}}}");
  const std::string ports(OpenPorts(parsed.record(), parsed.arena()).value_or(""));
  EXPECT_EQ(ports.substr(ports.size() - 21), "1028, 1029 and 5 more");
}

}  // namespace
}  // namespace trailsift
