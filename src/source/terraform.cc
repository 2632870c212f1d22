#include "source/terraform.h"

#include <optional>
#include <utility>

#include "aws/queue_address.h"

namespace trailsift {
namespace {

// @NAMES@ are replaced.
constexpr const char* kModule =
    R"TF(# What trailsift reads, by `trailsift init --terraform`: a trail of all regions, its bucket, a queue that S3 tells of each new object, a queue
# for messages that failed five times, and a role that may read all that and nothing else.
@NOTES@
terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "bucket" {
  description = "Name of the bucket that CloudTrail writes to"
  type        = string@BUCKET@
}

variable "prefix" {
  description = "What stands before AWSLogs/ in the keys, without a slash at its end; empty: nothing"
  type        = string
  default     = @PREFIX@
}

variable "trail" {
  description = "Name of the trail"
  type        = string
  default     = "management-events"
}

variable "organization_id" {
  description = "o-…: the trail is the organization's, made in its management account; empty: this account's alone"
  type        = string
  default     = @ORGANIZATION@
}

variable "kms_key_arn" {
  description = "Key of KMS that encrypts the objects; its policy must let CloudTrail encrypt and the role decrypt; empty: S3's own key"
  type        = string
  default     = @KMS@
}

variable "expire_days" {
  description = "Days after which an object is removed"
  type        = number
  default     = 400
}

variable "remove_from_bucket" {
  description = "As <remove_from_bucket>: trailsift removes what it has read"
  type        = bool
  default     = @REMOVE@
}

variable "log_integrity" {
  description = "As <log_integrity>: trailsift checks the digests of the trail"
  type        = bool
  default     = @INTEGRITY@
}

variable "queue" {
  description = "Name of the queue"
  type        = string
  default     = @QUEUE@
}

variable "role" {
  description = "Name of the role that trailsift assumes"
  type        = string
  default     = @ROLE@
}

variable "trusted" {
  description = "ARNs of who may assume the role: the user or instance role of trailsift; empty: whom this account's policies let"
  type        = list(string)
  default     = []
}

variable "external_id" {
  description = "As <external_id>: must be given to assume the role; empty: none"
  type        = string
  default     = @EXTERNAL@
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  logs      = var.prefix == "" ? "AWSLogs/" : "${var.prefix}/AWSLogs/"
  writers   = compact([local.account, var.organization_id])
  # Composed, because trail and policy would wait for each other.
  trail_arn = "arn:${local.partition}:cloudtrail:${data.aws_region.current.id}:${local.account}:trail/${var.trail}"
}

# The bucket.

resource "aws_s3_bucket" "logs" {
  bucket = var.bucket
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    bucket_key_enabled = var.kms_key_arn != ""
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == "" ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn == "" ? null : var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    id     = "expire"
    status = "Enabled"
    filter {}
    expiration {
      days = var.expire_days
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "CloudTrailChecksAcl"
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.logs.arn]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }
  statement {
    sid       = "CloudTrailWrites"
    actions   = ["s3:PutObject"]
    resources = [for writer in local.writers : "${aws_s3_bucket.logs.arn}/${local.logs}${writer}/*"]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }
  statement {
    sid       = "NothingWithoutTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket     = aws_s3_bucket.logs.id
  policy     = data.aws_iam_policy_document.bucket.json
  depends_on = [aws_s3_bucket_public_access_block.logs]
}

# The trail.

resource "aws_cloudtrail" "trail" {
  name                          = var.trail
  s3_bucket_name                = aws_s3_bucket.logs.id
  s3_key_prefix                 = var.prefix == "" ? null : var.prefix
  is_multi_region_trail         = true
  is_organization_trail         = var.organization_id != ""
  include_global_service_events = true
  enable_log_file_validation    = true
  kms_key_id                    = var.kms_key_arn == "" ? null : var.kms_key_arn
  depends_on                    = [aws_s3_bucket_policy.logs]
}

# The queue: S3 writes to it itself, without SNS between.

resource "aws_sqs_queue" "failed" {
  name                      = "${var.queue}-failed"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue" "trail" {
  name                       = var.queue
  visibility_timeout_seconds = 300
  message_retention_seconds  = 345600
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = true
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.failed.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "failed" {
  queue_url = aws_sqs_queue.failed.id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.trail.arn]
  })
}

data "aws_iam_policy_document" "queue" {
  statement {
    sid       = "BucketSends"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.trail.arn]
    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_s3_bucket.logs.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_sqs_queue_policy" "trail" {
  queue_url = aws_sqs_queue.trail.id
  policy    = data.aws_iam_policy_document.queue.json
}

resource "aws_s3_bucket_notification" "logs" {
  bucket = aws_s3_bucket.logs.id
  queue {
    queue_arn     = aws_sqs_queue.trail.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = local.logs
    filter_suffix = ".json.gz"
  }
  depends_on = [aws_sqs_queue_policy.trail]
}

# The role.

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = length(var.trusted) > 0 ? var.trusted : ["arn:${local.partition}:iam::${local.account}:root"]
    }
    dynamic "condition" {
      for_each = compact([var.external_id])
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

data "aws_iam_policy_document" "trailsift" {
@STATEMENTS@}

resource "aws_iam_role" "trailsift" {
  name               = var.role
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "trailsift" {
  name   = "read-the-trail"
  role   = aws_iam_role.trailsift.id
  policy = data.aws_iam_policy_document.trailsift.json
}

# Who runs as the user or instance that assumes the role needs this one.
data "aws_iam_policy_document" "caller" {
  statement {
    sid       = "Assume"
    actions   = @ASSUME@
    resources = [aws_iam_role.trailsift.arn]
  }
}

output "role_arn" {
  description = "For <iam_role_arn>"
  value       = aws_iam_role.trailsift.arn
}

output "caller_policy" {
  description = "Policy of who assumes the role"
  value       = data.aws_iam_policy_document.caller.json
}

output "bucket" {
  description = "For <name> of a <bucket type=\"cloudtrail\">"
  value       = aws_s3_bucket.logs.id
}

output "queue" {
  description = "For <sqs_name> of a <subscriber type=\"buckets\">"
  value       = aws_sqs_queue.trail.name
}
)TF";

void Replace(std::string_view name, const std::string& value, std::string& text) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
}

std::string HclList(const std::vector<std::string>& texts) {
  std::string out("[");
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + HclString(text);
  return out += ']';
}

// The lines of a statement; `resources` and `prefixes` are HCL.
std::string Body(const std::string& sid, const std::vector<std::string>& actions, const std::string& resources,
                 const std::string& prefixes, const std::string& margin) {
  std::string out = margin + "sid       = " + HclString(sid) + '\n';
  out += margin + "actions   = " + HclList(actions) + '\n';
  out += margin + "resources = " + resources + '\n';
  if (prefixes.empty()) return out;
  out += margin + "condition {\n" + margin + "  test     = \"StringLike\"\n";
  out += margin + "  variable = \"s3:prefix\"\n" + margin + "  values   = " + prefixes + '\n' + margin + "}\n";
  return out;
}

std::string Statement(const std::string& sid, const std::vector<std::string>& actions, const std::string& resources,
                      const std::string& prefixes = {}) {
  return "  statement {\n" + Body(sid, actions, resources, prefixes, "    ") + "  }\n";
}

std::string StatementIf(const std::string& condition, const std::string& sid, const std::vector<std::string>& actions,
                        const std::string& resources) {
  return "  dynamic \"statement\" {\n    for_each = " + condition + " ? [1] : []\n    content {\n" +
         Body(sid, actions, resources, {}, "      ") + "    }\n  }\n";
}

// What the module makes, taken out of the settings.
struct Made {
  std::optional<BucketSettings> bucket;
  std::optional<SubscriberSettings> subscriber;
  AwsS3Settings rest;
};

// Patterns don't copy; what is needed here does without them.
BucketSettings Plain(const BucketSettings& bucket) {
  BucketSettings copy;
  static_cast<AwsAccessSettings&>(copy) = bucket;
  copy.type = bucket.type;
  copy.name = bucket.name;
  copy.path = bucket.path;
  copy.path_suffix = bucket.path_suffix;
  copy.organization_id = bucket.organization_id;
  copy.regions = bucket.regions;
  copy.folder = bucket.folder;
  copy.remove_from_bucket = bucket.remove_from_bucket;
  return copy;
}

// What is allowed for the first of two is allowed for the second.
bool IsSame(const BucketSettings& made, const BucketSettings& bucket) {
  return bucket.type == made.type && bucket.name == made.name && bucket.path == made.path &&
         bucket.iam_role_arn == made.iam_role_arn;
}

// The first that could read the bucket's queue, better one with the bucket's role; null where there is none.
const SubscriberSettings* ChooseSubscriber(const AwsS3Settings& settings, const BucketSettings* bucket) {
  const SubscriberSettings* chosen = nullptr;
  for (const SubscriberSettings& subscriber : settings.subscribers) {
    if (subscriber.type != "buckets") continue;
    if (bucket == nullptr || subscriber.iam_role_arn == bucket->iam_role_arn) return &subscriber;
    if (chosen == nullptr) chosen = &subscriber;
  }
  return chosen;
}

Made Divide(const AwsS3Settings& settings) {
  Made made;
  for (const BucketSettings& bucket : settings.buckets) {
    if (made.bucket && IsSame(*made.bucket, bucket)) made.bucket->remove_from_bucket |= bucket.remove_from_bucket;
    else if (!made.bucket && !bucket.is_folder() && bucket.type == "cloudtrail") made.bucket = Plain(bucket);
    else made.rest.buckets.push_back(Plain(bucket));
  }
  const SubscriberSettings* chosen = ChooseSubscriber(settings, made.bucket ? &*made.bucket : nullptr);
  for (const SubscriberSettings& subscriber : settings.subscribers) {
    SubscriberSettings copy;
    static_cast<AwsAccessSettings&>(copy) = subscriber;
    copy.type = subscriber.type;
    copy.sqs_name = subscriber.sqs_name;
    if (&subscriber == chosen) made.subscriber = std::move(copy);
    else made.rest.subscribers.push_back(std::move(copy));
  }
  for (const ServiceSettings& service : settings.services) {
    ServiceSettings copy;
    static_cast<AwsAccessSettings&>(copy) = service;
    copy.type = service.type;
    copy.regions = service.regions;
    copy.log_groups = service.log_groups;
    copy.remove_log_streams = service.remove_log_streams;
    made.rest.services.push_back(std::move(copy));
  }
  return made;
}

// Behind the last `/` of a role's ARN.
std::string RoleName(const std::string& arn) { return arn.substr(arn.rfind('/') + 1); }

}  // namespace

std::string HclString(std::string_view text) {
  std::string out("\"");
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    // `${` and `%{` begin a template; doubled, the sign stands for itself.
    if (c == '{' && (out.back() == '$' || out.back() == '%')) out += out.back();
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return out += '"';
}

std::string TerraformModule(const Settings& settings, const PolicyFacts& facts) {
  const Made made = Divide(settings.aws_s3);
  const AwsAccessSettings* access = nullptr;
  if (made.bucket) access = &*made.bucket;
  else if (made.subscriber) access = &*made.subscriber;
  const std::string role = access == nullptr ? "" : access->iam_role_arn;

  std::string statements =
      Statement("List", ActionsOf(Need::kList), "[aws_s3_bucket.logs.arn]", "[\"${local.logs}*\"]") +
      Statement("Read", ActionsOf(Need::kRead), "[\"${aws_s3_bucket.logs.arn}/${local.logs}*\"]") +
      StatementIf("var.remove_from_bucket", "Remove", ActionsOf(Need::kRemove), "[\"${aws_s3_bucket.logs.arn}/${local.logs}*\"]") +
      Statement("FindQueue", ActionsOf(Need::kFindQueue), "[aws_sqs_queue.trail.arn]") +
      Statement("Receive", ActionsOf(Need::kReceive), "[aws_sqs_queue.trail.arn]") +
      Statement("LookAtQueue", ActionsOf(Need::kLookAtQueue), "[aws_sqs_queue.trail.arn]") +
      StatementIf("var.log_integrity", "Keys", ActionsOf(Need::kKeys), "[\"*\"]") +
      StatementIf("var.kms_key_arn != \"\"", "Decrypt", ActionsOf(Need::kDecrypt), "[var.kms_key_arn]");
  PolicyFacts further = facts;
  if (!further.kms_keys.empty()) further.kms_keys.erase(further.kms_keys.begin());
  for (const PolicyStatement& statement : LeastPolicy(made.rest, role, further)) {
    if (statement.actions == ActionsOf(Need::kAssume)) continue;
    statements += Statement("Further" + statement.sid, statement.actions, HclList(statement.resources),
                            statement.prefixes.empty() ? "" : HclList(statement.prefixes));
  }

  std::string notes;
  for (const BucketSettings& bucket : made.rest.buckets)
    if (!bucket.is_folder() && !(made.bucket && made.bucket->name == bucket.name))
      notes += "# Not made here, but read by the same configuration: the bucket " + HclString(bucket.name) + ".\n";
  for (const SubscriberSettings& subscriber : made.rest.subscribers)
    notes += "# Not made here, but read by the same configuration: the queue " + HclString(subscriber.sqs_name) + ".\n";
  if (made.subscriber && made.subscriber->iam_role_arn != role)
    notes += "# Give the <subscriber> of " + HclString(made.subscriber->sqs_name) +
             " the role of this module, too: now it has another one than the bucket, or none.\n";
  for (const std::string& other : AssumedRoles(made.rest))
    if (other != role) notes += "# Not made here, but assumed by the same configuration: the role " + HclString(other) + ".\n";
  if (statements.find(kUnknownBucket) != std::string::npos)
    notes += "# Replace " + std::string(kUnknownBucket) + ": no setting says which buckets the messages of a queue name.\n";

  const Result<QueueAddress> queue = ReadQueueAddress(made.subscriber ? made.subscriber->sqs_name : "");
  std::string prefix = made.bucket ? made.bucket->path : "";
  if (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  std::string text(kModule);
  Replace("@NOTES@\n", notes + '\n', text);
  Replace("@STATEMENTS@", statements, text);
  Replace("@ASSUME@", HclList(ActionsOf(Need::kAssume)), text);
  Replace("@BUCKET@", made.bucket ? "\n  default     = " + HclString(made.bucket->name) : "", text);
  Replace("@PREFIX@", HclString(prefix), text);
  Replace("@ORGANIZATION@", HclString(made.bucket ? made.bucket->organization_id : ""), text);
  Replace("@KMS@", HclString(facts.kms_keys.empty() ? "" : facts.kms_keys.front()), text);
  Replace("@REMOVE@", made.bucket && made.bucket->remove_from_bucket ? "true" : "false", text);
  Replace("@INTEGRITY@", settings.own.log_integrity ? "true" : "false", text);
  Replace("@QUEUE@", HclString(queue.ok() && !queue->name.empty() ? queue->name : "trailsift"), text);
  Replace("@ROLE@", HclString(role.empty() ? "trailsift" : RoleName(role)), text);
  Replace("@EXTERNAL@", HclString(made.subscriber && made.subscriber->iam_role_arn == role ? made.subscriber->external_id : ""),
          text);
  return text;
}

}  // namespace trailsift
