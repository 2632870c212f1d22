#include "event/digest.h"

#include "base/json.h"

namespace trailsift {
namespace {

// S3's longest key is 1,024 bytes; the rest is shorter.
constexpr std::size_t kMaxText = 1024;

Status Fault(const std::string& what) { return Status(Code::kCorrupt, what); }

enum class Need { kText, kTextOrNull };

// A text of at most `limit` bytes without control characters; null and absence are the empty text where they may be.
Status ReadText(simdjson::dom::object object, const char* name, Need need, std::string& out, std::size_t limit = kMaxText) {
  JsonValue value;
  const bool there = object.at_key(name).get(value) == simdjson::SUCCESS && !value.is_null();
  if (!there && need == Need::kTextOrNull) return Status::Ok();
  std::string_view text;
  if (!there || value.get(text) != simdjson::SUCCESS || text.empty()) return Fault(std::string(name) + " is missing or no text");
  if (text.size() > limit) return Fault(std::string(name) + " is longer than " + std::to_string(limit) + " bytes");
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20) return Fault(std::string(name) + " holds a control character");
  out = text;
  return Status::Ok();
}

Status ReadTime(simdjson::dom::object object, const char* name, std::string& text, Millis& time) {
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, name, Need::kText, text));
  const std::optional<Millis> read = ParseIsoTime(text);
  if (!read) return Fault(std::string(name) + " is no time");
  time = *read;
  return Status::Ok();
}

Status ReadLog(simdjson::dom::object object, DigestLog& log) {
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "s3Bucket", Need::kText, log.bucket));
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "s3Object", Need::kText, log.key));
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "hashAlgorithm", Need::kText, log.algorithm));
  std::string hash;
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "hashValue", Need::kText, hash));
  if (log.algorithm != "SHA-256") return Status::Ok();
  const std::optional<Sha256Value> value = Sha256OfHex(hash);
  if (!value) return Fault("hashValue is no SHA-256");
  log.hash = *value;
  return Status::Ok();
}

Status ReadLogs(simdjson::dom::object object, std::vector<DigestLog>& logs) {
  simdjson::dom::array array;
  if (object.at_key("logFiles").get(array) != simdjson::SUCCESS) return Fault("logFiles is missing or no array");
  for (const JsonValue element : array) {
    if (logs.size() == kMaxDigestLogs) return Fault("more than " + std::to_string(kMaxDigestLogs) + " logs");
    simdjson::dom::object entry;
    const std::string place = "logFiles[" + std::to_string(logs.size()) + ']';
    if (element.get(entry) != simdjson::SUCCESS) return Fault(place + " is no object");
    if (const Status status = ReadLog(entry, logs.emplace_back()); !status.ok()) return status.Annotate(place);
  }
  return Status::Ok();
}

Status ReadPrevious(simdjson::dom::object object, Digest& digest) {
  TRAILSIFT_RETURN_IF_ERROR(
      ReadText(object, "previousDigestSignature", Need::kTextOrNull, digest.previous_signature, kMaxSignature));
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "previousDigestS3Bucket", Need::kTextOrNull, digest.previous_bucket));
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "previousDigestS3Object", Need::kTextOrNull, digest.previous_key));
  std::string hash;
  std::string algorithm;
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "previousDigestHashValue", Need::kTextOrNull, hash));
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "previousDigestHashAlgorithm", Need::kTextOrNull, algorithm));
  if (hash.empty() || algorithm != "SHA-256") return Status::Ok();
  digest.previous_hash = Sha256OfHex(hash);
  return digest.previous_hash ? Status::Ok() : Fault("previousDigestHashValue is no SHA-256");
}

Status ReadObject(simdjson::dom::object object, Digest& digest) {
  std::string start_text;
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "awsAccountId", Need::kText, digest.account));
  TRAILSIFT_RETURN_IF_ERROR(ReadTime(object, "digestStartTime", start_text, digest.start));
  TRAILSIFT_RETURN_IF_ERROR(ReadTime(object, "digestEndTime", digest.end_text, digest.end));
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "digestS3Bucket", Need::kText, digest.bucket));
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "digestS3Object", Need::kText, digest.key));
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "digestPublicKeyFingerprint", Need::kText, digest.fingerprint));
  TRAILSIFT_RETURN_IF_ERROR(ReadText(object, "digestSignatureAlgorithm", Need::kText, digest.algorithm));
  TRAILSIFT_RETURN_IF_ERROR(ReadPrevious(object, digest));
  return ReadLogs(object, digest.logs);
}

}  // namespace

Result<Digest> ReadDigest(std::string_view text) {
  if (text.size() > kMaxDigestText) return Fault("larger than " + std::to_string(kMaxDigestText >> 20) + " MiB");
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) return Fault("no JSON object");
  Digest digest;
  if (Status status = ReadObject(object, digest); !status.ok()) return status;
  return digest;
}

std::string SignedText(const Digest& digest, const Sha256Value& hash) {
  std::string text = digest.end_text;
  text += '\n';
  text += digest.bucket;
  text += '/';
  text += digest.key;
  text += '\n';
  text += HexOf(hash);
  text += '\n';
  // The first digest of a chain signs the word.
  text += digest.previous_signature.empty() ? "null" : digest.previous_signature;
  return text;
}

}  // namespace trailsift
