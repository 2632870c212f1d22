#include "aws/s3_xml.h"

#include <charconv>

#include "base/xml.h"

namespace trailsift {
namespace {

// Both kinds of answer are four levels deep.
constexpr int kMaxDepth = 16;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Some servers write an XML namespace prefix.
std::string_view LocalName(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

const XmlNode* FindRoot(const std::vector<XmlNode>& roots, std::string_view name) {
  for (const XmlNode& root : roots)
    if (LocalName(root.name) == name) return &root;
  return nullptr;
}

Status ReadObject(const XmlNode& node, bool encoded, S3Object& object) {
  const XmlNode* key = node.Child("Key");
  if (key == nullptr || key->text.empty()) return {Code::kCorrupt, "the listing has an object without a key"};
  object.key = encoded ? UrlDecode(key->text) : key->text;
  const std::string_view size = Trim(node.ChildText("Size"));
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), object.size);
  if (error != std::errc() || end != size.data() + size.size()) return {Code::kCorrupt, "the listing has an object without a size"};
  object.etag = Trim(node.ChildText("ETag"));
  if (object.etag.size() >= 2 && object.etag.front() == '"' && object.etag.back() == '"') {
    object.etag = object.etag.substr(1, object.etag.size() - 2);
  }
  object.last_modified = ParseIsoTime(Trim(node.ChildText("LastModified"))).value_or(0);
  object.storage_class = Trim(node.ChildText("StorageClass"));
  return {};
}

}  // namespace

std::string UrlDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0) {
      out += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

Result<ListPage> ParseListing(std::string_view text) {
  Diagnostics diagnostics;
  const std::vector<XmlNode> roots = ParseXml(text, XmlDialect::kStandard, "listing", diagnostics, kMaxDepth);
  if (diagnostics.has_errors()) return Status(Code::kCorrupt, "the listing is broken: " + diagnostics.items().front().message);
  const XmlNode* root = FindRoot(roots, "ListBucketResult");
  if (root == nullptr) return Status(Code::kCorrupt, "the answer is no listing of a bucket");
  const std::string_view truncated = Trim(root->ChildText("IsTruncated"));
  if (truncated != "true" && truncated != "false") return Status(Code::kCorrupt, "the listing does not say whether more follows");
  const bool encoded = Trim(root->ChildText("EncodingType")) == "url";
  ListPage page;
  for (const XmlNode& child : root->children) {
    if (child.name == "Contents") {
      TRAILSIFT_RETURN_IF_ERROR(ReadObject(child, encoded, page.objects.emplace_back()));
    } else if (child.name == "CommonPrefixes") {
      const std::string_view prefix = child.ChildText("Prefix");
      if (prefix.empty()) return Status(Code::kCorrupt, "the listing has an empty common prefix");
      page.common_prefixes.push_back(encoded ? UrlDecode(prefix) : std::string(prefix));
    }
  }
  if (truncated == "true") {
    page.next_token = root->ChildText("NextContinuationToken");
    if (page.next_token.empty()) return Status(Code::kCorrupt, "the listing goes on but does not say where");
  }
  return page;
}

std::optional<S3ErrorBody> ParseS3Error(std::string_view text) {
  Diagnostics diagnostics;
  const std::vector<XmlNode> roots = ParseXml(text, XmlDialect::kStandard, "error", diagnostics, kMaxDepth);
  if (diagnostics.has_errors()) return std::nullopt;
  const XmlNode* root = FindRoot(roots, "Error");
  // Some servers wrap it as the other services do: <ErrorResponse><Error>, some with <Errors> between the two.
  if (root == nullptr) {
    const XmlNode* wrapper = FindRoot(roots, "ErrorResponse");
    if (const XmlNode* list = wrapper == nullptr ? nullptr : wrapper->Child("Errors"); list != nullptr) wrapper = list;
    if (wrapper != nullptr) root = wrapper->Child("Error");
  }
  if (root == nullptr) return std::nullopt;
  S3ErrorBody error;
  error.code = Trim(root->ChildText("Code"));
  if (error.code.empty()) return std::nullopt;
  error.message = Trim(root->ChildText("Message"));
  error.region = Trim(root->ChildText("Region"));
  error.endpoint = Trim(root->ChildText("Endpoint"));
  error.server_time = ParseIsoTime(Trim(root->ChildText("ServerTime")));
  return error;
}

}  // namespace trailsift
