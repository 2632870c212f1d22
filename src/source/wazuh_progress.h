// What Wazuh's own collector has read: its SQLite file wodles/aws/s3_cloudtrail.db, table `cloudtrail` (shared facts 1.5). It keeps the last
// 500 keys of each bucket, account and region; whatever sorts before the first of them was read too.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "source/checkpoint.h"

namespace trailsift {

struct WazuhStream {
  std::string bucket_path;  // `bucket/prefix/suffix/`
  std::string account;
  std::string region;
  std::vector<std::string> keys;  // in byte order, at least one
};

struct WazuhProgress {
  std::vector<WazuhStream> streams;
  std::vector<std::string> other_tables;  // of other types of bucket, with rows: not read
};

// The file is opened for reading only. kNotFound, kDenied or kIo where that fails; kInvalid where it is no such file.
Result<WazuhProgress> ReadWazuhProgress(const std::string& path);

// Takes one stream over: its keys are known, what sorts before the first of them is not listed. Doing it again changes nothing; kInvalid
// where a pass of ours has listed the stream.
Status TakeOver(Checkpoint& checkpoint, std::int64_t source, const WazuhStream& stream);

}  // namespace trailsift
