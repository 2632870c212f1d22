// What AWS asks for reading a bucket, in US dollars: the one place where prices stand. They are those of us-east-1 for the class S3
// Standard, without the free amounts of an account; most other regions ask somewhat more. An estimate built on them must say so.
//
// List prices of June 2026, from
//   https://aws.amazon.com/s3/pricing/   requests (LIST; GET), transfer out to the Internet (first 10 TB a month) and to other regions
//   https://aws.amazon.com/kms/pricing/  requests with symmetric keys
#pragma once

namespace trailsift {

inline constexpr const char* kPricesRegion = "us-east-1";
inline constexpr const char* kPricesAsOf = "2026-06";
inline constexpr const char* kPricesSource = "https://aws.amazon.com/s3/pricing/";

inline constexpr double kDollarsPerList = 0.005 / 1000;
inline constexpr double kDollarsPerGet = 0.0004 / 1000;
// S3 asks KMS once for each object that it decrypts, unless the bucket has a bucket key.
inline constexpr double kDollarsPerDecrypt = 0.03 / 10'000;
// Bytes as stored; a GB of AWS's bills is 2^30. Within the bucket's region nothing is asked.
inline constexpr double kBytesPerBilledGb = 1 << 30;
inline constexpr double kDollarsPerGbToRegion = 0.02;
inline constexpr double kDollarsPerGbToInternet = 0.09;

}  // namespace trailsift
