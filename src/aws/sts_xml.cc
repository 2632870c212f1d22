#include "aws/sts_xml.h"

#include <algorithm>
#include <string>

#include "base/xml.h"

namespace trailsift {
namespace {

constexpr int kMaxDepth = 16;
// A session token has some hundred bytes; AWS names no limit, and a header line has one.
constexpr std::size_t kMaxKey = 8192;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// `AssumeRoleResult` in `AssumeRoleResponse`, and the same for the other action.
const XmlNode* FindCredentials(const std::vector<XmlNode>& roots) {
  for (const XmlNode& root : roots) {
    if (!EndsWith(root.name, "Response")) continue;
    for (const XmlNode& child : root.children)
      if (EndsWith(child.name, "Result")) return child.Child("Credentials");
  }
  return nullptr;
}

bool ReadKey(const XmlNode& node, const char* name, std::string& out) {
  const std::string_view text = Trim(node.ChildText(name));
  out = text;
  return !text.empty() && text.size() <= kMaxKey &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<StsAnswer> ParseStsAnswer(std::string_view text) {
  Diagnostics diagnostics;
  const std::vector<XmlNode> roots = ParseXml(text, XmlDialect::kStandard, "answer", diagnostics, kMaxDepth);
  const XmlNode* credentials = diagnostics.has_errors() ? nullptr : FindCredentials(roots);
  if (credentials == nullptr) return Status(Code::kCorrupt, "the answer is none of STS");
  StsAnswer answer;
  if (!ReadKey(*credentials, "AccessKeyId", answer.keys.access_key) ||
      !ReadKey(*credentials, "SecretAccessKey", answer.keys.secret_key) ||
      !ReadKey(*credentials, "SessionToken", answer.keys.session_token)) {
    return Status(Code::kCorrupt, "the answer of STS holds no usable keys");
  }
  const std::optional<Millis> expires = ParseIsoTime(Trim(credentials->ChildText("Expiration")));
  if (!expires.has_value()) return Status(Code::kCorrupt, "the answer of STS does not say when the keys expire");
  answer.expires = *expires;
  return answer;
}

}  // namespace trailsift
