#include "enrich/policy_document.h"

namespace trailsift {
namespace {

// Where calls put the policy they write. PutBucketPolicy leaves an empty `policy` beside its `bucketPolicy`.
constexpr std::string_view kDocumentNames[] = {
    "requestParameters.policyDocument",            // IAM, CloudWatch Logs
    "requestParameters.assumeRolePolicyDocument",  // CreateRole
    "requestParameters.bucketPolicy",              // S3, an object
    "requestParameters.policy",                    // KMS and others
    "requestParameters.policyText",                // ECR
    "requestParameters.resourcePolicy",            // Secrets Manager
    "requestParameters.inlinePolicy",              // Identity Center's permission sets
    "responseElements.role.assumeRolePolicyDocument",
};

void AppendMember(std::string_view key, std::optional<std::string_view> value, std::string& out) {
  if (!value) return;
  if (out.back() != '{') out += ',';
  AppendJsonString(key, out);
  out += ':';
  AppendJsonString(*value, out);
}

}  // namespace

PolicyDocument::PolicyDocument(JsonValue record) {
  ReadDocument(record);
  if (!document_) ReadLambdaPermission(record);
}

void PolicyDocument::ReadDocument(JsonValue record) {
  for (const std::string_view name : kDocumentNames) {
    std::optional<JsonValue> value = FindJson(record, name);
    if (value && value->is_string()) value = embedded_.Parse(value->get_string().value_unsafe());
    if (!value || !value->is_object()) continue;
    document_ = value;
    return;
  }
}

// The statement that Lambda will add, as its answer tells it, out of the request, which a denied call keeps too.
void PolicyDocument::ReadLambdaPermission(JsonValue record) {
  if (FindText(record, "eventSource").value_or("") != "lambda.amazonaws.com") return;
  const auto request = FindJson(record, "requestParameters");
  const auto principal = request ? FilledText(*request, "principal") : std::nullopt;
  if (!principal) return;
  const bool service = principal->find('.') != std::string_view::npos && ParseArn(*principal).service.empty();
  std::string text = R"({"Statement":{"Effect":"Allow","Principal":{)";
  AppendMember(service ? "Service" : "AWS", principal, text);
  text += R"(},"Condition":{"StringEquals":{)";
  AppendMember("aws:SourceAccount", FilledText(*request, "sourceAccount"), text);
  AppendMember("aws:PrincipalOrgID", FirstFilledText(*request, {"principalOrgID", "organizationId"}), text);
  text += R"(},"ArnLike":{)";
  AppendMember("aws:SourceArn", FilledText(*request, "sourceArn"), text);
  text += "}}}}";
  document_ = embedded_.Parse(text);
}

std::optional<bool> ReadConditionOperator(std::string_view name) {
  constexpr std::string_view kAny = "ForAnyValue:";
  if (EqualsNoCase(name.substr(0, kAny.size()), kAny)) name.remove_prefix(kAny.size());
  for (const std::string_view plain : {"StringEquals", "StringEqualsIgnoreCase", "IpAddress"})
    if (EqualsNoCase(name, plain)) return false;
  for (const std::string_view like : {"StringLike", "ArnEquals", "ArnLike"})
    if (EqualsNoCase(name, like)) return true;
  return std::nullopt;
}

}  // namespace trailsift
