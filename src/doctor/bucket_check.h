// Tries what a run will do with one <bucket>: reach its host, find keys, assume the role, list, read the newest objects, delete. Nothing in
// the bucket changes: what is deleted is a key under which nothing was ever written. A failure ends what depends on it and nothing else.
// Blocking; each request has a limit, and their number has, too.
#pragma once

#include <string_view>

#include "config/settings.h"
#include "doctor/check.h"
#include "doctor/options.h"

namespace trailsift {

// Below the prefix of the bucket: the key that is deleted. S3 answers as if it had been there, or that it may not be deleted.
inline constexpr std::string_view kNeverWritten = "trailsift-doctor/nothing-was-ever-written-here";

void CheckBucket(const BucketSettings& bucket, const DoctorOptions& options, const Tell& tell);

}  // namespace trailsift
