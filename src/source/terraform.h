// A Terraform module for what trailsift reads: the trail, its bucket, the queue that S3 tells of new objects with a queue for what fails, and
// the role that reads them, with the policy of iam_policy.h. HCL as Terraform 1.3 and the AWS provider 5 take it. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "config/settings.h"
#include "source/iam_policy.h"

namespace trailsift {

// What is there before its variables are set comes from the settings: of the first bucket of CloudTrail its name, path, organization and
// role, the name of the queue of a <subscriber type="buckets">, best of one with the same role. What else the role of that bucket reads
// stands in its policy and is not made. Empty settings give a module whose bucket must be named.
std::string TerraformModule(const Settings& settings, const PolicyFacts& facts);

// A text as HCL writes it, in quotes; nothing in it is a template.
std::string HclString(std::string_view text);

}  // namespace trailsift
