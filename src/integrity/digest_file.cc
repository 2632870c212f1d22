#include "integrity/digest_file.h"

#include "event/batch.h"
#include "event/inflate.h"
#include "event/inflated_hash.h"

namespace trailsift {

DigestFile ReadDigestFile(const std::string& key, Millis end, const Result<ObjectWithMetadata>& object) {
  DigestFile file;
  file.key = key;
  file.end = end;
  if (!object.ok()) {
    file.digest = object.status();
    return file;
  }
  const auto signature = object->metadata.find("signature");
  if (signature != object->metadata.end()) file.signature = signature->second;
  const Inflated inflated = IsGzip(object->bytes) ? InflateGzip(object->bytes, kMaxDigestText) : Inflated{};
  const std::string_view text = IsGzip(object->bytes) ? inflated.text.view() : std::string_view(object->bytes);
  file.hash = Sha256::Of(text);
  file.digest = inflated.fault.ok() ? ReadDigest(text) : Result<Digest>(inflated.fault);
  return file;
}

Result<Sha256Value> HashOfLog(const Result<std::string>& bytes) {
  if (!bytes.ok()) return bytes.status();
  return HashInflated(*bytes, Batch::kMaxInflated);
}

FileFinding JudgeLog(const DigestLog& log, const Digest& digest, std::string key, const Result<Sha256Value>& hash) {
  FileFinding finding{FileKind::kLog, Verdict::kValid, Why::kNone, std::move(key), "", {}, {}};
  const auto judge = [&](Verdict verdict, Why why, std::string detail) {
    finding.verdict = verdict;
    finding.why = why;
    finding.detail = std::move(detail);
    return finding;
  };
  if (log.bucket != digest.bucket)
    return judge(Verdict::kUnreadable, Why::kNoAccess, "it lies in another bucket, s3://" + log.bucket);
  if (log.algorithm != "SHA-256")
    return judge(Verdict::kUnsigned, Why::kAlgorithm, "its hash is of an unknown kind, " + log.algorithm);
  if (!hash.ok()) {
    const Code code = hash.status().code();
    if (code == Code::kNotFound) return judge(Verdict::kMissing, Why::kNotThere, "its digest names it");
    if (code == Code::kCorrupt) return judge(Verdict::kChanged, Why::kDamaged, hash.status().message());
    return judge(Verdict::kUnreadable, Why::kNoAccess, hash.status().message());
  }
  if (*hash != log.hash) return judge(Verdict::kChanged, Why::kHash, "its digest names another hash");
  return finding;
}

}  // namespace trailsift
