// Logs with a line for each event: VPC flow logs, access logs of the three load balancers, Amazon S3's server access logs, Cisco Umbrella.
// Names of the fields are those of Wazuh's collector; every value is text, what a line lacks is absent. Formats: Amazon VPC user guide,
// "Flow log records"; Elastic Load Balancing user guides, "Access logs"; Amazon S3 user guide, "Amazon S3 server access log format"; Cisco
// Umbrella, "Log formats and versioning".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/log_chunk.h"
#include "formats/log_format.h"

namespace trailsift {

class TextLog {
 public:
  // `name` is the object's key: Umbrella's kind of log (dnslogs, proxylogs, iplogs) stands in it.
  TextLog(LogFormat format, std::string_view name);

  // Why nothing of this object can be read; empty where it can.
  const std::string& fault() const { return fault_; }

  // The line's event. False where it has none: it is empty, or a flow log's heading, whose names then hold for the lines below.
  bool Read(std::string_view line, std::string& record, LogFacts& facts);

 private:
  LogFormat format_;
  std::string source_;
  std::vector<std::string> names_;
  std::string fault_;
};

}  // namespace trailsift
