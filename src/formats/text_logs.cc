#include "formats/text_logs.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/json.h"
#include "formats/line_fields.h"

namespace trailsift {
namespace {

using Names = std::vector<std::string>;
using Fields = std::vector<std::pair<std::string, std::string>>;

const Names& FlowNames() {
  static const Names names{"version",  "account_id", "interface_id", "srcaddr", "dstaddr", "srcport", "dstport",
                           "protocol", "packets",    "bytes",        "start",   "end",     "action",  "log_status"};
  return names;
}

const Names& AlbNames() {
  static const Names names{"type",
                           "time",
                           "elb",
                           "client_port",
                           "target_port",
                           "request_processing_time",
                           "target_processing_time",
                           "response_processing_time",
                           "elb_status_code",
                           "target_status_code",
                           "received_bytes",
                           "sent_bytes",
                           "request",
                           "user_agent",
                           "ssl_cipher",
                           "ssl_protocol",
                           "target_group_arn",
                           "trace_id",
                           "domain_name",
                           "chosen_cert_arn",
                           "matched_rule_priority",
                           "request_creation_time",
                           "action_executed",
                           "redirect_url",
                           "error_reason",
                           "target_port_list",
                           "target_status_code_list",
                           "classification",
                           "classification_reason"};
  return names;
}

const Names& ClbNames() {
  static const Names names{"time",
                           "elb",
                           "client_port",
                           "backend_port",
                           "request_processing_time",
                           "backend_processing_time",
                           "response_processing_time",
                           "elb_status_code",
                           "backend_status_code",
                           "received_bytes",
                           "sent_bytes",
                           "request",
                           "user_agent",
                           "ssl_cipher",
                           "ssl_protocol"};
  return names;
}

const Names& NlbNames() {
  static const Names names{"type",
                           "version",
                           "time",
                           "elb",
                           "listener",
                           "client_port",
                           "destination_port",
                           "connection_time",
                           "tls_handshake_time",
                           "received_bytes",
                           "sent_bytes",
                           "incoming_tls_alert",
                           "chosen_cert_arn",
                           "chosen_cert_serial",
                           "tls_cipher",
                           "tls_protocol_version",
                           "tls_named_group",
                           "domain_name",
                           "alpn_fe_protocol",
                           "alpn_client_preference_list"};
  return names;
}

const Names& AccessNames() {
  static const Names names{"bucket_owner",
                           "bucket",
                           "time",
                           "remote_ip",
                           "requester",
                           "request_id",
                           "operation",
                           "key",
                           "request_uri",
                           "http_status",
                           "error_code",
                           "bytes_sent",
                           "object_sent",
                           "total_time",
                           "turn_around_time",
                           "referer",
                           "user_agent",
                           "version_id",
                           "host_id",
                           "signature_version",
                           "cipher_suite",
                           "authentication_type",
                           "host_header",
                           "tls_version"};
  return names;
}

const Names* UmbrellaNames(std::string_view key) {
  static const Names dns{"timestamp",
                         "most_granular_identity",
                         "identities",
                         "internal_ip",
                         "external_ip",
                         "action",
                         "query_type",
                         "response_code",
                         "domain",
                         "categories",
                         "most_granular_identity_type",
                         "identity_types",
                         "blocked_categories"};
  static const Names proxy{"timestamp",
                           "identities",
                           "internal_ip",
                           "external_ip",
                           "destination_ip",
                           "content_type",
                           "verdict",
                           "url",
                           "referer",
                           "user_agent",
                           "status_code",
                           "requested_size",
                           "response_size",
                           "response_body_size",
                           "sha",
                           "categories",
                           "av_detections",
                           "puas",
                           "amp_disposition",
                           "amp_malware_name",
                           "amp_score",
                           "identity_type",
                           "blocked_categories"};
  static const Names ip{"timestamp", "identity", "source_ip", "source_port", "destination_ip", "destination_port", "categories"};
  if (key.find("dnslogs") != std::string_view::npos) return &dns;
  if (key.find("proxylogs") != std::string_view::npos) return &proxy;
  if (key.find("iplogs") != std::string_view::npos) return &ip;
  return nullptr;
}

std::optional<std::int64_t> Number(std::string_view text) {
  if (text.empty() || text.size() > 12) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::string* Find(Fields& fields, std::string_view name) {
  for (auto& [known, value] : fields)
    if (known == name) return &value;
  return nullptr;
}

// `06/Feb/2019:00:00:38 +0000`
std::optional<Millis> AccessTime(std::string_view text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 20 || text[2] != '/' || text[6] != '/' || text[11] != ':') return std::nullopt;
  const std::size_t month = kMonths.find(text.substr(3, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  char two[8];
  std::snprintf(two, sizeof two, "%02d", static_cast<int>(month / 3 + 1));
  std::string iso(text.substr(7, 4));
  iso.append("-").append(two).append("-").append(text.substr(0, 2)).append("T").append(text.substr(12, 8));
  if (text.size() > 21) iso.append(text.substr(21));
  return ParseIsoTime(iso);
}

// `10.0.0.1:80 10.0.0.2:80`: the addresses stay together under one name and the ports under another. The last colon counts, since an IPv6
// address has more; a text without one stays as it is.
void SplitAddresses(Fields& fields, std::string_view ports, std::string address_name) {
  std::string* value = Find(fields, ports);
  if (value == nullptr) return;
  std::string addresses;
  std::string numbers;
  std::string_view left = *value;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find(' '), left.size());
    const std::string_view item = left.substr(0, end);
    const std::size_t colon = item.rfind(':');
    if (colon == std::string_view::npos) return;
    if (!addresses.empty()) addresses += ' ', numbers += ' ';
    addresses += item.substr(0, colon);
    numbers += item.substr(colon + 1);
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  *value = std::move(numbers);
  fields.emplace_back(std::move(address_name), std::move(addresses));
}

bool IsHeading(const Names& fields) {
  return std::find(fields.begin(), fields.end(), "srcaddr") != fields.end() ||
         std::find(fields.begin(), fields.end(), "interface-id") != fields.end();
}

std::string Object(const Fields& fields) {
  std::string json = "{";
  for (const auto& [name, value] : fields) {
    if (json.size() > 1) json += ',';
    AppendJsonString(name, json);
    json += ':';
    AppendJsonString(value, json);
  }
  return json += '}';
}

}  // namespace

TextLog::TextLog(LogFormat format, std::string_view name) : format_(format) {
  switch (format) {
    case LogFormat::kAlb: source_ = "alb", names_ = AlbNames(); break;
    case LogFormat::kClb: source_ = "clb", names_ = ClbNames(); break;
    case LogFormat::kNlb: source_ = "nlb", names_ = NlbNames(); break;
    case LogFormat::kServerAccess: source_ = "s3_server_access", names_ = AccessNames(); break;
    case LogFormat::kUmbrella:
      source_ = "cisco_umbrella";
      if (const Names* names = UmbrellaNames(name)) names_ = *names;
      else fault_ = "none of dnslogs, proxylogs and iplogs stands in its name, so its columns are not known";
      break;
    default: source_ = "vpc", names_ = FlowNames(); break;
  }
}

bool TextLog::Read(std::string_view line, std::string& record, LogFacts& facts) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.empty()) return false;
  Names values =
      format_ == LogFormat::kServerAccess ? SplitAccessLine(line) : SplitQuoted(line, format_ == LogFormat::kUmbrella ? ',' : ' ');
  if (source_ == "vpc" && IsHeading(values)) {
    for (std::string& name : values) std::replace(name.begin(), name.end(), '-', '_');
    names_ = std::move(values);
    return false;
  }
  Fields fields;
  for (std::size_t i = 0; i < std::min(values.size(), names_.size()); ++i) fields.emplace_back(names_[i], std::move(values[i]));
  facts.source = source_;
  facts.time.reset();
  if (source_ == "vpc") {
    for (const char* name : {"end", "start"}) {
      std::string* value = Find(fields, name);
      const std::optional<std::int64_t> seconds = value == nullptr ? std::nullopt : Number(*value);
      if (!seconds) continue;
      facts.time = *seconds * kSecond;
      *value = FormatIsoTime(*seconds * kSecond);
    }
  } else if (const std::string* time = Find(fields, format_ == LogFormat::kUmbrella ? "timestamp" : "time")) {
    facts.time = format_ == LogFormat::kServerAccess ? AccessTime(*time) : ParseIsoTime(*time);
  }
  if (format_ == LogFormat::kAlb) {
    SplitAddresses(fields, "client_port", "client_ip");
    SplitAddresses(fields, "target_port", "target_ip");
    SplitAddresses(fields, "target_port_list", "target_ip_list");
  } else if (format_ == LogFormat::kNlb) {
    SplitAddresses(fields, "client_port", "client_ip");
    SplitAddresses(fields, "destination_port", "destination_ip");
  }
  record = Object(fields);
  return true;
}

}  // namespace trailsift
