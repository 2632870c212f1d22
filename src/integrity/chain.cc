#include "integrity/chain.h"

#include <strings.h>

#include "source/digest_key.h"

namespace trailsift {
namespace {

// A digest covers an hour; one that ends this much earlier than it should leaves room for another.
constexpr Millis kSlack = 30 * kMinute;

std::string Between(Millis from, Millis to) { return FormatIsoTime(from) + " and " + FormatIsoTime(to); }

}  // namespace

std::string Chain::LocalKey(const std::string& key) const {
  if (!scope_.copy) return key;
  const std::optional<KeyParts> parts = SplitAtLogs(key);
  return parts ? scope_.lead + std::string(parts->tail) : key;
}

FileFinding Chain::Gap(Why why, Millis from, Millis to, std::string detail) const {
  return {FileKind::kDigest, Verdict::kMissing, why, scope_.stream, std::move(detail), from, to};
}

FileFinding Chain::Missing(const std::string& key) const {
  FileFinding finding{FileKind::kDigest, Verdict::kMissing, Why::kNotThere, key, "the digest after it names it", {}, {}};
  if (const std::optional<DigestKey> name = ReadDigestKey(key)) {
    finding.from = name->end - kHour;
    finding.to = name->end;
  }
  return finding;
}

// What is missing between the last digest and the one of that key. True when the last one names it; the claim is used up then.
bool Chain::Link(const std::string& key, Millis end, std::vector<FileFinding>& out) {
  if (!any_) return false;
  if (claim_.known && claim_.key == key) return true;
  const auto add = [&](FileFinding finding) {
    if (!scope_.backfill || finding.why == Why::kNotThere) out.push_back(std::move(finding));
  };
  if (!claim_.known || claim_.elsewhere) {
    if (end + kSlack < start_) add(Gap(Why::kGap, end, start_, "no digest covers the time between " + Between(end, start_)));
    return false;
  }
  if (claim_.key.empty()) {
    add(Gap(Why::kChainRestarted, end, start_,
            "the chain begins anew at " + FormatIsoTime(start_) + ", though a digest ends at " + FormatIsoTime(end) +
                ": nothing tells what was between them"));
    return false;
  }
  const std::optional<DigestKey> name = ReadDigestKey(claim_.key);
  add(Missing(claim_.key));
  if (name && end + kSlack < name->end - kHour) {
    add(Gap(Why::kGap, end, name->end - kHour, "no digest covers the time between " + Between(end, name->end - kHour)));
  }
  return false;
}

Chain::Judgement Chain::Judge(const DigestFile& file) {
  Judgement judgement;
  // One that stands aside of the chain, newer than what the last one names, neither uses that up nor breaks it.
  const std::optional<DigestKey> wanted = any_ && claim_.known ? ReadDigestKey(claim_.key) : std::nullopt;
  const bool aside = wanted && claim_.key != file.key && file.end >= wanted->end;
  const bool linked = !aside && Link(file.key, file.end, judgement.before);
  JudgeDigest(file, linked, judgement);
  if (aside) return judgement;
  any_ = true;
  start_ = file.end - kHour;
  claim_ = {};
  if (!file.digest.ok() || judgement.finding.why == Why::kMoved) return judgement;
  const Digest& digest = *file.digest;
  start_ = digest.start;
  claim_.known = true;
  claim_.trusted = judgement.trusted;
  claim_.elsewhere = !digest.begins_chain() && digest.previous_bucket != digest.bucket;
  claim_.key = digest.begins_chain() ? std::string() : LocalKey(digest.previous_key);
  claim_.hash = digest.previous_hash;
  claim_.signature = digest.previous_signature;
  return judgement;
}

void Chain::JudgeDigest(const DigestFile& file, bool linked, Judgement& judgement) const {
  FileFinding& finding = judgement.finding;
  finding = {FileKind::kDigest, Verdict::kValid, Why::kNone, file.key, "", file.end - kHour, file.end};
  const auto judge = [&](Verdict verdict, Why why, std::string detail) {
    finding.verdict = verdict;
    finding.why = why;
    finding.detail = std::move(detail);
  };
  if (!file.digest.ok()) return judge(Verdict::kChanged, Why::kDamaged, "it is no digest: " + file.digest.status().message());
  const Digest& digest = *file.digest;
  const bool witness = linked && claim_.trusted && claim_.hash.has_value();
  const bool contradicted = witness && *claim_.hash != file.hash;
  const bool vouched = witness && !contradicted;
  const std::string also = contradicted ? "; the digest after it names another hash, too" : "";
  if (LocalKey(digest.key) != file.key || (!scope_.bucket.empty() && digest.bucket != scope_.bucket)) {
    return judge(Verdict::kChanged, Why::kMoved, "it was written as s3://" + digest.bucket + '/' + digest.key + also);
  }
  finding.from = digest.start;
  finding.to = digest.end;
  judgement.trusted = vouched;
  if (digest.algorithm != "SHA256withRSA") {
    return judge(Verdict::kUnsigned, Why::kAlgorithm, "its signature is made by an unknown algorithm, " + digest.algorithm + also);
  }
  const SignatureVerdict signature = keys_.Check(digest.fingerprint, digest.end, SignedText(digest, file.hash), file.signature);
  if (signature == SignatureVerdict::kForeignKey) {
    return judge(Verdict::kUnsigned, Why::kForeignKey, "its key " + digest.fingerprint + " is none of the public keys" + also);
  }
  if (signature == SignatureVerdict::kKeyTime) {
    return judge(Verdict::kUnsigned, Why::kKeyTime,
                 "its key " + digest.fingerprint + " signs for another time than its own" + also);
  }
  if (contradicted) return judge(Verdict::kChanged, Why::kHash, "the digest after it names another hash");
  if (file.signature.empty()) {
    return judge(Verdict::kUnsigned, Why::kNoSignature,
                 vouched ? "it has no signature (metadata x-amz-meta-signature); the digest after it vouches for its content"
                         : "it has no signature (metadata x-amz-meta-signature)");
  }
  const bool other = witness && strcasecmp(claim_.signature.c_str(), file.signature.c_str()) != 0;
  if (signature == SignatureVerdict::kBad || other) {
    return judge(Verdict::kChanged, Why::kSignature,
                 vouched ? "its signature is not the one that it was written with; the digest after it vouches for its content"
                         : "its signature does not belong to it");
  }
  judgement.trusted = true;
}

std::vector<FileFinding> Chain::Skip(const std::string& key, Millis end) {
  std::vector<FileFinding> out;
  (void)Link(key, end, out);
  any_ = true;
  start_ = end - kHour;
  claim_ = {};
  return out;
}

std::vector<FileFinding> Chain::Finish() {
  if (!any_ || !claim_.known || claim_.elsewhere || claim_.key.empty()) return {};
  const std::optional<DigestKey> name = ReadDigestKey(claim_.key);
  if (name && scope_.from && name->end < *scope_.from) return {};
  return {Missing(claim_.key)};
}

}  // namespace trailsift
