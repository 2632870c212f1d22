#include "enrich/network.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "enrich/cidr.h"
#include "enrich/joined.h"
#include "enrich/record_text.h"

namespace trailsift {
namespace {

constexpr std::int64_t kSensitive[] = {22, 3389, 445, 1433, 3306, 5432, 6379, 9200, 27017};
constexpr std::int64_t kLastPort = 65535;

enum class Protocol { kAll, kTcp, kUdp, kOther };

// A permission, whatever call it stands in. Every place where a range may stand is filled.
struct Permission {
  Protocol protocol;
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> to;
  std::vector<std::string_view> ranges;
};

// Protocols have names and numbers (IANA, "Assigned Internet Protocol Numbers"); -1 is AWS's word for all.
Protocol ReadProtocol(JsonValue value, std::string_view path) {
  const std::string_view name = FindText(value, path).value_or("");
  const std::int64_t number = FindInteger(value, path).value_or(0);
  if (number == -1 || EqualsNoCase(name, "all")) return Protocol::kAll;
  if (number == 6 || EqualsNoCase(name, "tcp")) return Protocol::kTcp;
  return number == 17 || EqualsNoCase(name, "udp") ? Protocol::kUdp : Protocol::kOther;
}

Permission ReadPermission(JsonValue value, std::string_view protocol, std::string_view from, std::string_view to) {
  return {ReadProtocol(value, protocol), FindInteger(value, from), FindInteger(value, to), {}};
}

void AddRange(JsonValue value, std::string_view path, Permission& permission) {
  if (const auto range = FilledText(value, path)) permission.ranges.push_back(*range);
}

void AddRanges(JsonValue value, std::string_view list, std::string_view name, Permission& permission) {
  if (const auto items = FindJson(value, list)) ForEachItem(*items, [&](JsonValue item) { AddRange(item, name, permission); });
}

// An element of ipPermissions, or the request itself, which may hold one permission laid flat.
Permission FromIpPermission(JsonValue value) {
  Permission permission = ReadPermission(value, "ipProtocol", "fromPort", "toPort");
  AddRanges(value, "ipRanges.items", "cidrIp", permission);
  AddRanges(value, "ipv6Ranges.items", "cidrIpv6", permission);
  AddRange(value, "cidrIp", permission);
  AddRange(value, "cidrIpv6", permission);
  return permission;
}

Permission FromRule(JsonValue rule) {
  Permission permission = ReadPermission(rule, "IpProtocol", "FromPort", "ToPort");
  AddRange(rule, "CidrIpv4", permission);
  AddRange(rule, "CidrIpv6", permission);
  return permission;
}

Permission FromAclEntry(JsonValue entry) {
  Permission permission = ReadPermission(entry, "aclProtocol", "portRange.from", "portRange.to");
  AddRange(entry, "cidrBlock", permission);
  AddRange(entry, "ipv6CidrBlock", permission);
  return permission;
}

template <typename Visit>
void ForEachPermission(JsonValue record, Visit visit) {
  const std::string_view call = FindText(record, "eventName").value_or("");
  const auto request = FindJson(record, "requestParameters");
  if (!request) return;
  if (call == "AuthorizeSecurityGroupIngress" || call == "AuthorizeSecurityGroupEgress") {
    visit(FromIpPermission(*request));
    if (const auto items = FindJson(*request, "ipPermissions.items"))
      ForEachItem(*items, [&](JsonValue item) { visit(FromIpPermission(item)); });
  } else if (call == "ModifySecurityGroupRules") {
    if (const auto rules = FindJson(*request, "ModifySecurityGroupRulesRequest.SecurityGroupRule"))
      ForEachItem(*rules, [&](JsonValue update) {
        if (const auto rule = FindJson(update, "SecurityGroupRule")) visit(FromRule(*rule));
      });
  } else if (call == "CreateNetworkAclEntry" || call == "ReplaceNetworkAclEntry") {
    const bool allows = EqualsNoCase(FindText(*request, "ruleAction").value_or(""), "allow");
    if (allows && !FindBool(*request, "egress").value_or(false)) visit(FromAclEntry(*request));
  }
}

template <typename Visit>
void ForEachOpenPermission(JsonValue record, Visit visit) {
  ForEachPermission(record, [&](const Permission& permission) {
    if (std::any_of(permission.ranges.begin(), permission.ranges.end(), IsWideCidr)) visit(permission);
  });
}

struct PortRange {
  std::int64_t first;
  std::int64_t last;
};

// Nothing for protocols without ports.
std::optional<PortRange> Ports(const Permission& permission) {
  if (permission.protocol == Protocol::kOther) return std::nullopt;
  if (permission.protocol == Protocol::kAll || permission.from.value_or(-1) < 0) return PortRange{0, kLastPort};
  return PortRange{*permission.from, permission.to.value_or(*permission.from)};
}

// Port 0 belongs to nobody: from 1 on is all.
bool AreAll(const PortRange& ports) { return ports.first <= 1 && ports.last >= kLastPort; }

}  // namespace

std::optional<std::string_view> OpenCidrs(JsonValue record, Arena& arena) {
  JoinedTexts cidrs;
  ForEachPermission(record, [&](const Permission& permission) {
    for (const std::string_view range : permission.ranges)
      if (IsWideCidr(range)) cidrs.Add(PlainCidr(range));
  });
  return cidrs.Join(arena);
}

std::optional<std::string_view> OpenPorts(JsonValue record, Arena& arena) {
  JoinedTexts texts;
  bool all = false;
  ForEachOpenPermission(record, [&](const Permission& permission) {
    const auto ports = Ports(permission);
    if (!ports) return;
    all = all || AreAll(*ports);
    const std::string first = std::to_string(ports->first);
    texts.Add(ports->first == ports->last ? first : first + "-" + std::to_string(ports->last));
  });
  if (all) return "all";
  return texts.Join(arena);
}

std::optional<std::string_view> SensitivePorts(JsonValue record, Arena& arena) {
  bool open[std::size(kSensitive)] = {};
  bool all = false;
  ForEachOpenPermission(record, [&](const Permission& permission) {
    const auto ports = Ports(permission);
    if (!ports || permission.protocol == Protocol::kUdp) return;
    all = all || AreAll(*ports);
    for (std::size_t i = 0; i < std::size(kSensitive); ++i)
      open[i] = open[i] || (ports->first <= kSensitive[i] && kSensitive[i] <= ports->last);
  });
  if (all) return "all";
  JoinedTexts texts;
  for (std::size_t i = 0; i < std::size(kSensitive); ++i)
    if (open[i]) texts.Add(std::to_string(kSensitive[i]));
  return texts.Join(arena);
}

}  // namespace trailsift
