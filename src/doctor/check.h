// What `trailsift doctor` finds: one thing that was looked at, how it stands, and what a policy lacks. Plain values that own their strings;
// no secret ever stands in one.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "source/iam_policy.h"

namespace trailsift {

struct CheckResult {
  enum class Verdict {
    kOk,
    kWarn,     // works, and somebody should look at it
    kFail,     // does not work
    kSkipped,  // could not be tried because something before it failed
  };
  // What a failure is a failure of: decides the exit code.
  enum class Area { kConfiguration, kDisk, kAws, kState };

  Verdict verdict = Verdict::kOk;
  Area area = Area::kAws;
  std::string check;    // `list`: one of the words in docs/doctor.md
  std::string subject;  // `s3://bucket/AWSLogs/`
  std::string item;     // a part of the subject: a region
  std::string detail;
  std::string hint;                        // what to do
  std::string action;                      // of IAM, that was tried
  std::optional<PolicyStatement> missing;  // what would allow it
  std::string identity;                    // whose policy lacks it
};

// Called for each finding at once, on the thread that checks.
using Tell = std::function<void(CheckResult)>;

}  // namespace trailsift
