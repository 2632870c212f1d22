// The one place where object stores and queues are made.
#pragma once

#include <memory>
#include <string>

#include "aws/credential_pool.h"
#include "aws/credentials.h"
#include "aws/message_queue.h"
#include "aws/s3.h"
#include "aws/sqs.h"
#include "base/status.h"
#include "config/settings.h"
#include "source/object_store.h"

namespace trailsift {

// Of a service whose clients share their keys; empty: each client gets its own.
using CredentialPoolPtr = std::shared_ptr<CredentialPool>;

// What the configuration says of credentials; environment and clock are the process's.
CredentialOptions CredentialsOf(const AwsAccessSettings& access, CredentialPoolPtr pool = nullptr);
// How the clients are made: of a configured bucket of S3, of a bucket that a subscriber's queue names, of that queue.
S3Options ClientOptions(const BucketSettings& bucket, CredentialPoolPtr pool = nullptr);
S3Options ClientOptions(const SubscriberSettings& subscriber, const std::string& bucket, CredentialPoolPtr pool = nullptr);
SqsOptions QueueOptions(const SubscriberSettings& subscriber, CredentialPoolPtr pool = nullptr);

// The store of a configured bucket: a folder for `file:///folder`, else S3. Nothing is asked yet; the failure is a profile that does not
// exist or a bucket or endpoint that can't be.
Result<std::unique_ptr<ObjectStore>> MakeStore(const BucketSettings& bucket, CredentialPoolPtr pool = nullptr);

// Likewise for a bucket that a subscriber's queue names, and for the queue itself.
Result<std::unique_ptr<ObjectStore>> MakeStore(const SubscriberSettings& subscriber, const std::string& bucket,
                                               CredentialPoolPtr pool = nullptr);
Result<std::unique_ptr<MessageQueue>> MakeQueue(const SubscriberSettings& subscriber, CredentialPoolPtr pool = nullptr);

// Likewise for a bucket that only the environment describes (`hunt s3://bucket/…`).
Result<std::unique_ptr<ObjectStore>> MakeS3Store(const std::string& bucket);

// What identifies the bucket's objects in the checkpoint: `s3://bucket/prefix/AWSLogs/…` or `file:///folder/…`, and
// `#type` for another type than CloudTrail's.
std::string SourceName(const BucketSettings& bucket);

}  // namespace trailsift
