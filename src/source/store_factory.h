// The one place where an object store is made.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "config/settings.h"
#include "source/object_store.h"

namespace trailsift {

// The store of a configured bucket: a folder for `file:///folder`, else S3. Nothing is asked yet; the failure is a profile that does not
// exist or a bucket or endpoint that can't be.
Result<std::unique_ptr<ObjectStore>> MakeStore(const BucketSettings& bucket);

// Likewise for a bucket that only the environment describes (`hunt s3://bucket/…`).
Result<std::unique_ptr<ObjectStore>> MakeS3Store(const std::string& bucket);

// What identifies the bucket's objects in the checkpoint: `s3://bucket/prefix/AWSLogs/…` or `file:///folder/…`, and
// `#type` for another type than CloudTrail's.
std::string SourceName(const BucketSettings& bucket);

}  // namespace trailsift
