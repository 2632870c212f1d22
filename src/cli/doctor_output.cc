#include "cli/doctor_output.h"

#include <algorithm>

#include "base/json.h"
#include "cli/exit_code.h"

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;
using Area = CheckResult::Area;

constexpr std::size_t kVerdictWidth = 4;
constexpr std::size_t kCheckWidth = 15;
constexpr std::size_t kMargin = kVerdictWidth + 2 + kCheckWidth;

// What a server or a file name put into a text must not move a terminal's cursor.
std::string Plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    out += byte < 0x20 || byte == 0x7F || c1 ? '?' : text[i];
    if (c1) ++i;
  }
  return out;
}

std::string Padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

// `s3://bucket/` of `s3://bucket/AWSLogs/`.
std::string_view RootOf(std::string_view subject) {
  const std::size_t scheme = subject.find("://");
  if (scheme == std::string_view::npos) return subject;
  const std::size_t slash = subject.find('/', scheme + 3);
  return subject.substr(0, slash == std::string_view::npos ? subject.size() : slash + 1);
}

// `us-east-1 2 minutes ago, eu-west-1 3 minutes ago`, `us-east-1, eu-west-1 just now`.
std::string Parts(const std::vector<CheckResult>& results) {
  const std::string& detail = results.front().detail;
  const bool alike =
      std::all_of(results.begin(), results.end(), [&](const CheckResult& result) { return result.detail == detail; });
  std::string text;
  for (const CheckResult& result : results) {
    text += (text.empty() ? "" : ", ") + result.item;
    if (!alike) text += ' ' + result.detail;
  }
  if (alike) text += (results.front().item.empty() ? "" : " ") + detail;
  return text;
}

std::string Line(const std::vector<CheckResult>& results) {
  const CheckResult& result = results.front();
  std::string line = Padded(result.verdict == Verdict::kFail ? "FAIL" : VerdictWord(result.verdict), kVerdictWidth);
  line += "  ";
  line += Padded(result.check, kCheckWidth);
  // Messages of failed requests begin with their place.
  const std::string_view root = RootOf(result.subject);
  if (!root.empty() && result.detail.rfind(root, 0) != 0) line += Plain(result.subject) + ": ";
  line += Plain(Parts(results));
  line += '\n';
  if (!result.hint.empty()) line += std::string(kMargin, ' ') + "-> " + Plain(result.hint) + '\n';
  return line;
}

// Whose policy it is: of a role, whoever assumes it.
std::string Owner(const std::string& identity) {
  if (identity.empty()) return "the caller";
  const std::size_t assumed = identity.find(" assumed with ");
  if (identity.rfind("role ", 0) == 0 && assumed != std::string::npos) return "the " + Plain(identity.substr(0, assumed));
  return "who has the keys from " + Plain(identity);
}

bool IsOneLine(const CheckResult& a, const CheckResult& b) {
  return !a.item.empty() && !b.item.empty() && a.verdict == b.verdict && a.check == b.check && a.subject == b.subject &&
         a.hint == b.hint && !a.missing && !b.missing;
}

}  // namespace

std::string_view VerdictWord(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk: return "ok";
    case Verdict::kWarn: return "warn";
    case Verdict::kFail: return "fail";
    case Verdict::kSkipped: return "skip";
  }
  return "";
}

std::string DoctorJsonLine(const CheckResult& result) {
  std::string line("{\"status\":\"");
  line += VerdictWord(result.verdict);
  line += '"';
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    line += ",\"";
    line += name;
    line += "\":";
    AppendJsonString(value, line);
  };
  add("check", result.check);
  add("subject", result.subject);
  add("item", result.item);
  add("detail", result.detail);
  add("hint", result.hint);
  add("action", result.action);
  add("identity", result.identity);
  if (result.missing) line += ",\"statement\":" + StatementJson(*result.missing);
  return line + "}\n";
}

std::string DoctorTable::Add(CheckResult result) {
  std::string line;
  if (!waiting_.empty() && !IsOneLine(waiting_.front(), result)) line = Finish();
  waiting_.push_back(std::move(result));
  return line;
}

std::string DoctorTable::Finish() {
  std::string text;
  if (!waiting_.empty()) text = Line(waiting_) + Statement(waiting_.front());
  waiting_.clear();
  return text;
}

std::string DoctorTable::Statement(const CheckResult& result) {
  if (!result.missing) return {};
  const std::string margin(kMargin, ' ');
  const std::string statement = StatementJson(*result.missing);
  if (!statements_.insert(result.identity + '\n' + statement).second) return margin + "-> the same statement as above\n";
  std::string text = margin + "-> a policy of ";
  return text.append(Owner(result.identity)).append(" needs\n").append(margin).append("   ").append(statement).append("\n");
}

void DoctorTotals::Add(const CheckResult& result) {
  ++verdicts_[static_cast<std::size_t>(result.verdict)];
  if (result.verdict == Verdict::kFail) ++failures_[static_cast<std::size_t>(result.area)];
}

std::string DoctorTotals::Text() const {
  const auto count = [&](Verdict verdict) { return verdicts_[static_cast<std::size_t>(verdict)]; };
  std::string text = std::to_string(count(Verdict::kOk)) + " ok, ";
  text += std::to_string(count(Verdict::kWarn)) + (count(Verdict::kWarn) == 1 ? " warning, " : " warnings, ");
  text += std::to_string(count(Verdict::kFail)) + (count(Verdict::kFail) == 1 ? " failure" : " failures");
  if (count(Verdict::kSkipped) > 0) text += ", " + std::to_string(count(Verdict::kSkipped)) + " not tried";
  return text;
}

int DoctorTotals::exit_code() const {
  const auto failed = [&](Area area) { return failures_[static_cast<std::size_t>(area)] > 0; };
  if (failed(Area::kConfiguration)) return kExitConfiguration;
  if (failed(Area::kDisk)) return kExitIo;
  if (failed(Area::kAws)) return kExitAws;
  return failed(Area::kState) ? kExitFindings : kExitOk;
}

}  // namespace trailsift
