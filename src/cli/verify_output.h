// What `trailsift verify` prints: a line a finding, for people or as JSON (docs/format/verify.md), and the totals. Pure but for the counts.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "integrity/finding.h"
#include "integrity/verifier.h"

namespace trailsift {

std::string_view VerdictWord(Verdict verdict);
std::string_view WhyWord(Why why);

// Without the line's end. `store`: what stands before a key, `s3://bucket/` or `/folder/`.
std::string VerifyLine(const FileFinding& finding);
std::string VerifyJsonLine(const FileFinding& finding, std::string_view store);

// Characters that a terminal would obey become `?`: keys are whatever somebody put into the bucket.
std::string Printable(std::string_view text);

class VerifyTotals {
 public:
  void Add(const FileFinding& finding) {
    ++counts_[static_cast<std::size_t>(finding.kind)][static_cast<std::size_t>(finding.verdict)];
  }
  std::uint64_t Count(FileKind kind, Verdict verdict) const {
    return counts_[static_cast<std::size_t>(kind)][static_cast<std::size_t>(verdict)];
  }
  std::uint64_t Count(Verdict verdict) const { return Count(FileKind::kDigest, verdict) + Count(FileKind::kLog, verdict); }
  std::uint64_t all() const;

  // Several lines, each with its end.
  std::string Text(const std::vector<ChainSpan>& spans) const;

 private:
  std::array<std::array<std::uint64_t, kVerdicts>, 2> counts_{};
};

}  // namespace trailsift
