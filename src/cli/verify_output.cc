#include "cli/verify_output.h"

#include <cstdio>

#include "base/json.h"

namespace trailsift {
namespace {

std::string_view KindWord(FileKind kind) { return kind == FileKind::kDigest ? "digest" : "log"; }

std::string Padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

}  // namespace

std::string_view VerdictWord(Verdict verdict) {
  switch (verdict) {
    case Verdict::kValid: return "valid";
    case Verdict::kChanged: return "changed";
    case Verdict::kMissing: return "missing";
    case Verdict::kUnsigned: return "unsigned";
    case Verdict::kNotYetCovered: return "not-yet-covered";
    case Verdict::kUnreadable: return "unreadable";
  }
  return "";
}

std::string_view WhyWord(Why why) {
  switch (why) {
    case Why::kNone: return "";
    case Why::kHash: return "hash";
    case Why::kDamaged: return "damaged";
    case Why::kSignature: return "signature";
    case Why::kNoSignature: return "no-signature";
    case Why::kKeyTime: return "key-time";
    case Why::kForeignKey: return "foreign-key";
    case Why::kAlgorithm: return "algorithm";
    case Why::kMoved: return "moved";
    case Why::kNotThere: return "not-there";
    case Why::kGap: return "gap";
    case Why::kChainRestarted: return "chain-restarted";
    case Why::kNoDigest: return "no-digest";
    case Why::kDigestChanged: return "digest-changed";
    case Why::kDigestMissing: return "digest-missing";
    case Why::kDigestUnsigned: return "digest-unsigned";
    case Why::kDigestUnreadable: return "digest-unreadable";
    case Why::kNoAccess: return "no-access";
  }
  return "";
}

std::string Printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (byte < 0x20 || byte == 0x7F) {
      out += '?';
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {  // C1 controls in UTF-8
      out += '?';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string VerifyLine(const FileFinding& finding) {
  std::string line = Padded(VerdictWord(finding.verdict), 15);
  line += "  ";
  line += Padded(KindWord(finding.kind), 6);
  line += "  ";
  line += Printable(finding.key);
  if (!finding.detail.empty()) line += "  (" + Printable(finding.detail) + ')';
  return line;
}

std::string VerifyJsonLine(const FileFinding& finding, std::string_view store) {
  std::string line("{\"kind\":\"");
  line += KindWord(finding.kind);
  line += "\",\"status\":\"";
  line += VerdictWord(finding.verdict);
  line += "\",\"object\":";
  AppendJsonString(std::string(store) + finding.key, line);
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    line += ",\"";
    line += name;
    line += "\":";
    AppendJsonString(value, line);
  };
  if (finding.from) add("from", FormatIsoTime(*finding.from));
  if (finding.to) add("to", FormatIsoTime(*finding.to));
  add("why", WhyWord(finding.why));
  add("detail", finding.detail);
  return line + '}';
}

std::uint64_t VerifyTotals::all() const {
  std::uint64_t sum = 0;
  for (const auto& kind : counts_)
    for (const std::uint64_t count : kind) sum += count;
  return sum;
}

std::string VerifyTotals::Text(const std::vector<ChainSpan>& spans) const {
  std::string text = Padded("", 8);
  for (int i = 0; i < kVerdicts; ++i) text += "  " + std::string(VerdictWord(static_cast<Verdict>(i)));
  text += '\n';
  for (const FileKind kind : {FileKind::kDigest, FileKind::kLog}) {
    text += kind == FileKind::kDigest ? "digests " : "logs    ";
    for (int i = 0; i < kVerdicts; ++i) {
      const auto verdict = static_cast<Verdict>(i);
      const std::string count = std::to_string(Count(kind, verdict));
      const std::size_t width = VerdictWord(verdict).size() + 2;
      text += (count.size() < width ? std::string(width - count.size(), ' ') : " ") + count;
    }
    text += '\n';
  }
  for (const ChainSpan& span : spans) {
    text += "signed from " + FormatIsoTime(span.from) + " to " + FormatIsoTime(span.to) + ": " + Printable(span.stream) + '\n';
  }
  return text;
}

}  // namespace trailsift
