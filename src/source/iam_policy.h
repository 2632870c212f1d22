// The least that an identity of AWS must be allowed so that a configuration works: one policy for the credentials themselves, one for each
// role that they assume. The one table of what trailsift ever asks AWS for: `init` prints from it, `doctor` tries what it holds. Actions
// and conditions: Service authorization reference, "Actions, resources, and condition keys for Amazon S3", "… for AWS Security Token
// Service", "… for AWS Key Management Service", "… for Amazon SQS", "… for Amazon Inspector2", "… for Amazon CloudWatch Logs". Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace trailsift {

// What a part of a configuration needs.
enum class Need {
  kList,           // a bucket
  kRead,           // its objects
  kRemove,         // them, where remove_from_bucket says so
  kDecrypt,        // what a key of KMS encrypts
  kAssume,         // a role
  kFindQueue,      // a subscriber's queue, where it has a name and no URL
  kReceive,        // its messages
  kLookAtQueue,    // what doctor says of it besides; nothing that runs needs it
  kKeys,           // public keys of CloudTrail, where <log_integrity> checks digests
  kFindings,       // of Inspector
  kLogs,           // groups of CloudWatch Logs
  kRemoveStreams,  // their streams, where remove_log_streams says so
};
inline constexpr int kNeeds = 12;

// The actions that IAM must allow for it, each once.
const std::vector<std::string>& ActionsOf(Need need);

// One statement; every list has an entry, but for the prefixes, which only listing has.
struct PolicyStatement {
  std::string sid;
  std::vector<std::string> actions;
  std::vector<std::string> resources;
  std::vector<std::string> prefixes;  // condition s3:prefix
};

// What the configuration does not say.
struct PolicyFacts {
  std::vector<std::string> kms_keys;  // ARNs of the keys that buckets and queues are encrypted with
  std::vector<std::string> buckets;   // whose objects the messages of subscribers name
};

// Stands for such a bucket where none is named.
inline constexpr std::string_view kUnknownBucket = "BUCKET-THAT-THE-MESSAGES-NAME";

// The roles that the configuration assumes, as written, each once.
std::vector<std::string> AssumedRoles(const AwsS3Settings& settings);

// Whether what `role` (empty: the credentials themselves) does has a subscriber, which reads objects of buckets that no setting names.
bool HasSubscriber(const AwsS3Settings& settings, const std::string& role);

// Whether digests are checked of buckets that `role` reads, which needs CloudTrail's public keys besides.
bool NeedsKeys(const Settings& settings, const std::string& role);

// What `role` must be allowed.
std::vector<PolicyStatement> LeastPolicy(const AwsS3Settings& settings, const std::string& role, const PolicyFacts& facts);

// The one statement that lets a need of a bucket, subscriber or service be met, without the others of the configuration.
PolicyStatement StatementFor(const BucketSettings& bucket, Need need);
PolicyStatement StatementFor(const SubscriberSettings& subscriber, Need need);                  // of its queue
PolicyStatement StatementFor(const SubscriberSettings& subscriber, const std::string& bucket);  // to read what its messages name
PolicyStatement StatementFor(const ServiceSettings& service, Need need);
PolicyStatement KeysStatement();
PolicyStatement DecryptStatement(const std::vector<std::string>& keys);
PolicyStatement AssumeStatement(const std::vector<std::string>& roles);

// The policy as IAM takes it, with a line break at its end; the statement alone, on one line
// and without its name, so that it can be added to a policy that has one of that name.
std::string PolicyJson(const std::vector<PolicyStatement>& statements);
std::string StatementJson(const PolicyStatement& statement);

}  // namespace trailsift
