#include "bench/records.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace trailsift::bench {
namespace {

// A kind of call. Texts hold places in angle brackets, which Expand fills in.
struct Call {
  int weight;
  std::string_view source;
  std::string_view name;
  bool read_only;
  std::string_view request;    // requestParameters
  std::string_view response;   // responseElements
  std::string_view resources;  // "" = no member `resources`
  std::string_view error;      // the code of this call's failures
};

constexpr std::string_view kNull = "null";

constexpr Call kCalls[] = {
    {110, "kms", "Decrypt", true,
     R"({"encryptionContext":{"PARAMETER_ARN":"arn:aws:ssm:<region>:<account>:parameter<param>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"})",
     kNull, R"([{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kms>"}])",
     "AccessDenied"},
    {60, "kms", "GenerateDataKey", true,
     R"({"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>"},"keyId":"arn:aws:kms:<region>:<account>:key/<kms>","keySpec":"AES_256"})",
     kNull, R"([{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kms>"}])",
     "ThrottlingException"},
    {90, "ec2", "DescribeRouteTables", true,
     R"({"maxResults":100,"routeTableIdSet":{},"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[{"value":"<vpc>"}]}}]}})",
     kNull, "", "Client.RequestLimitExceeded"},
    {90, "ec2", "DescribeInstances", true,
     R"({"maxResults":1000,"instancesSet":{"items":[{"instanceId":"<instance>"},{"instanceId":"<instance>"}]},"filterSet":{}})",
     kNull, "", "Client.InvalidInstanceID.NotFound"},
    {50, "ec2", "DescribeSecurityGroups", true,
     R"({"maxResults":1000,"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"<sg>"}]},"filterSet":{}})", kNull, "",
     "Client.InvalidGroup.NotFound"},
    {40, "ec2", "DescribeVpcAttribute", true, R"({"vpcId":"<vpc>","attribute":"enableDnsSupport"})", kNull, "",
     "Client.InvalidVpcID.NotFound"},
    {30, "ec2", "DescribeImages", true,
     R"({"executableBySet":{},"imagesSet":{"items":[{"imageId":"ami-0abcdef0123456789"}]},"ownersSet":{},"filterSet":{},"includeDeprecated":true,"includeDisabled":false})",
     kNull, "", "Client.RequestLimitExceeded"},
    {90, "iam", "GetUser", true, R"({"userName":"<user>"})", kNull, "", "NoSuchEntityException"},
    {50, "iam", "ListAttachedRolePolicies", true, R"({"roleName":"<role>"})", kNull, "", "NoSuchEntityException"},
    {70, "ssm", "DescribeParameters", true,
     R"({"maxResults":50,"parameterFilters":[{"key":"Name","option":"BeginsWith","values":["<param>"]}]})", kNull, "",
     "ThrottlingException"},
    {60, "ssm", "GetParameter", true, R"({"name":"<param>","withDecryption":true})", kNull,
     R"([{"accountId":"<account>","ARN":"arn:aws:ssm:<region>:<account>:parameter<param>"}])", "ParameterNotFound"},
    {40, "ssm", "UpdateInstanceInformation", false,
     R"({"instanceId":"<instance>","agentVersion":"3.2.582.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"10.0.12.7","computerName":"ip-10-0-12-7.ec2.internal","agentName":"amazon-ssm-agent","sSMConnectionChannel":"ssmmessages"})",
     kNull, "", "InternalServerError"},
    {60, "secretsmanager", "GetSecretValue", true, R"({"secretId":"<secret>","versionStage":"AWSCURRENT"})", kNull, "",
     "ResourceNotFoundException"},
    {80, "sts", "AssumeRole", true,
     R"({"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<session>","durationSeconds":3600})",
     R"({"credentials":{"accessKeyId":"<tempkey>","sessionToken":"IQoJb3JpZ2luX2VjE<token>","expiration":"Jan 15, 2026 11:00:00 AM"},"assumedRoleUser":{"assumedRoleId":"AROAEXAMPLEROLEID0001:<session>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<session>"}})",
     R"([{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<account>:role/<role>"}])", "AccessDenied"},
    {110, "sts", "GetCallerIdentity", true, kNull, kNull, "", "ExpiredTokenException"},
    {60, "s3", "GetBucketAcl", true, R"({"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","acl":""})", kNull,
     R"([{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::<bucket>/"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}])",
     "NoSuchBucket"},
    {90, "s3", "GetObject", true,
     R"({"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"exports/2026/01/15/part-<uuid>.snappy.parquet"})",
     kNull,
     R"([{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/exports/2026/01/15/part.parquet"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}])",
     "AccessDenied"},
    {40, "s3", "ListObjects", true,
     R"({"list-type":"2","bucketName":"<bucket>","prefix":"exports/2026/","max-keys":"1000","encoding-type":"url","Host":"<bucket>.s3.<region>.amazonaws.com"})",
     kNull,
     R"([{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::<bucket>/exports/2026/"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}])",
     "NoSuchKey"},
    {40, "rds", "DescribeDBInstances", true, R"({"maxRecords":100,"dBInstanceIdentifier":"orders-<number>","filters":[]})", kNull,
     "", "DBInstanceNotFoundFault"},
    {60, "logs", "CreateLogStream", false,
     R"({"logGroupName":"/aws/lambda/<function>","logStreamName":"2026/01/15/[$LATEST]<hex32>"})", kNull, "",
     "ResourceAlreadyExistsException"},
    {40, "lambda", "GetFunction20150331v2", true, R"({"functionName":"arn:aws:lambda:<region>:<account>:function:<function>"})",
     kNull, "", "ResourceNotFoundException"},
    {30, "dynamodb", "DescribeTable", true, R"({"tableName":"orders-<number>"})", kNull,
     R"([{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/orders"}])",
     "ResourceNotFoundException"},
    {30, "health", "DescribeEventAggregates", true,
     R"({"filter":{"eventStatusCodes":["open","upcoming"],"startTimes":[{"from":"Jan 8, 2026 10:00:00 AM"}]},"aggregateField":"eventTypeCategory"})",
     kNull, "", "ThrottlingException"},
    {30, "elasticloadbalancing", "DescribeTargetHealth", true,
     R"({"targetGroupArn":"arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/web/73e2d6bc24d8a067"})", kNull, "",
     "TargetGroupNotFoundException"},
    {20, "cloudformation", "DescribeStacks", true,
     R"({"stackName":"arn:aws:cloudformation:<region>:<account>:stack/<function>/51af3dc0-da77-11e4-872e-1234567db123"})", kNull,
     "", "ValidationException"},
};

constexpr Call kAlerting[] = {
    {1, "iam", "CreateUser", false, R"({"userName":"<user>","tags":[{"key":"team","value":"platform"}]})",
     R"({"user":{"path":"/","userName":"<user>","userId":"AIDAEXAMPLEUSERID0009","arn":"arn:aws:iam::<account>:user/<user>","createDate":"Jan 15, 2026 10:00:00 AM"}})",
     "", "EntityAlreadyExistsException"},
    {1, "ec2", "RunInstances", false,
     R"({"instancesSet":{"items":[{"imageId":"ami-0abcdef0123456789","minCount":1,"maxCount":1}]},"instanceType":"t3.micro","blockDeviceMapping":{},"monitoring":{"enabled":false},"disableApiTermination":false,"clientToken":"<uuid>"})",
     R"({"requestId":"<uuid>","reservationId":"r-0fd1f2a3b4c5d6e7f","ownerId":"<account>","groupSet":{},"instancesSet":{"items":[{"instanceId":"<instance>","imageId":"ami-0abcdef0123456789","instanceState":{"code":0,"name":"pending"},"amiLaunchIndex":0,"productCodes":{},"instanceType":"t3.micro","launchTime":1768471205000,"placement":{"availabilityZone":"<region>a","tenancy":"default"},"monitoring":{"state":"disabled"},"subnetId":"subnet-0a1b2c3d4e5f67890","vpcId":"<vpc>","privateIpAddress":"10.0.12.7","stateReason":{"code":"pending","message":"pending"},"architecture":"x86_64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","blockDeviceMapping":{},"virtualizationType":"hvm","hypervisor":"xen","groupSet":{"items":[{"groupId":"<sg>","groupName":"web"}]},"ebsOptimized":false}]}})",
     "", "Client.UnauthorizedOperation"},
    {1, "signin", "ConsoleLogin", false, kNull, R"({"ConsoleLogin":"Success"})", "", ""},
};

constexpr std::string_view kRegions[] = {"us-east-1", "us-west-2", "eu-west-1", "eu-central-1"};
constexpr std::string_view kAccounts[] = {"111122223333", "222233334444", "333344445555"};
constexpr std::string_view kUsers[] = {"alice",  "bob",     "carol", "deploy-bot",   "terraform",
                                       "backup", "grafana", "erin",  "frank-lambda", "grace"};
constexpr std::string_view kRoles[] = {"app-server",           "ci-runner",     "data-export", "ops-admin",
                                       "ecsTaskExecutionRole", "lambda-orders", "eks-node"};
constexpr std::string_view kParams[] = {"/prod/db/password", "/prod/db/user", "/prod/api/token", "/stage/db/password",
                                        "/prod/feature/flags"};
constexpr std::string_view kBuckets[] = {"acme-exports", "acme-cloudtrail-logs", "acme-artifacts-eu", "acme-web-assets"};
constexpr std::string_view kFunctions[] = {"orders-api", "orders-worker", "image-resize", "nightly-report"};
// NOLINTBEGIN(bugprone-suspicious-missing-comma): one text over two lines
constexpr std::string_view kAgents[] = {
    "aws-cli/2.22.4 md/awscrt#0.22.0 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.6 md/pyimpl#CPython "
    "cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#ec2.describe-instances",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 (+https://www.terraform.io) terraform-provider-aws/5.60.0 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux "
    "md/GOARCH#amd64 api/iam#1.34.3",
    "Boto3/1.34.144 md/Botocore#1.34.144 ua/2.0 os/linux#5.10.220-209.869.amzn2.x86_64 md/arch#x86_64 lang/python#3.11.6 "
    "md/pyimpl#CPython exec-env/AWS_Lambda_python3.11 cfg/retry-mode#legacy Botocore/1.34.144",
    "aws-sdk-java/2.26.20 Linux/5.10.220-209.869.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.12+7-LTS Java/17.0.12 kotlin/1.9.24 "
    "vendor/Amazon.com_Inc. exec-env/AWS_ECS_FARGATE io/sync http/Apache cfg/retry-mode/legacy",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
};
// NOLINTEND(bugprone-suspicious-missing-comma)

template <std::size_t N>
std::string_view Pick(Random& random, const std::string_view (&pool)[N]) {
  return pool[random.Below(N)];
}

void AppendHex(Random& random, std::size_t digits, std::string& out) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (i % 16 == 0) bits = random.Next();
    out += "0123456789abcdef"[bits & 15];
    bits >>= 4;
  }
}

void AppendBase64(Random& random, std::size_t digits, std::string& out) {
  for (std::size_t i = 0; i < digits; ++i)
    out += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[random.Below(64)];
}

void AppendUuid(Random& random, std::string& out) {
  AppendHex(random, 8, out);
  for (int i = 0; i < 3; ++i) {
    out += '-';
    AppendHex(random, 4, out);
  }
  out += '-';
  AppendHex(random, 12, out);
}

// One of `count` fixed ids of `digits` hex digits, so that a trail names the same things again and again.
void AppendFixedId(Random& random, std::string_view prefix, std::size_t digits, std::size_t count, std::string& out) {
  Random fixed(prefix.size() * 1000003 + random.Below(count));
  out += prefix;
  AppendHex(fixed, digits, out);
}

struct Caller {
  Random& random;
  Millis time;
  std::string_view account;
  std::string_view region;
  std::string_view user;
  std::string_view role;
  std::string session;
};

void AppendPlace(Caller& caller, std::string_view place, std::string& out) {
  Random& random = caller.random;
  if (place == "account") {
    out += caller.account;
  } else if (place == "region") {
    out += caller.region;
  } else if (place == "user") {
    out += Pick(random, kUsers);
  } else if (place == "role") {
    out += caller.role;
  } else if (place == "session") {
    out += caller.session;
  } else if (place == "param") {
    out += Pick(random, kParams);
  } else if (place == "bucket") {
    out += Pick(random, kBuckets);
  } else if (place == "function") {
    out += Pick(random, kFunctions);
  } else if (place == "secret") {
    out += "prod/service/credentials-";
    out += std::to_string(random.Below(40));
  } else if (place == "number") {
    out += std::to_string(random.Below(10000));
  } else if (place == "uuid") {
    AppendUuid(random, out);
  } else if (place == "token") {
    AppendBase64(random, 380, out);
  } else if (place == "hex32") {
    AppendHex(random, 32, out);
  } else if (place == "instance") {
    AppendFixedId(random, "i-", 17, 2000, out);
  } else if (place == "sg") {
    AppendFixedId(random, "sg-", 17, 30, out);
  } else if (place == "vpc") {
    AppendFixedId(random, "vpc-", 17, 5, out);
  } else if (place == "kms") {
    AppendFixedId(random, "0e5d0ab6-097e-49d8-99ef-", 12, 8, out);
  } else if (place == "tempkey") {
    AppendFixedId(random, "ASIA", 16, 1500, out);
  }
}

void Expand(Caller& caller, std::string_view text, std::string& out) {
  for (std::size_t open = text.find('<'); open != std::string_view::npos; open = text.find('<')) {
    const std::size_t close = text.find('>', open);
    out += text.substr(0, open);
    AppendPlace(caller, text.substr(open + 1, close - open - 1), out);
    text.remove_prefix(close + 1);
  }
  out += text;
}

enum class Kind { kUser, kUserSession, kRole, kPerson, kService, kRoot };

Kind PickKind(Random& random) {
  const std::size_t lot = random.Below(100);
  if (lot < 35) return Kind::kUser;
  if (lot < 45) return Kind::kUserSession;
  if (lot < 76) return Kind::kRole;
  if (lot < 81) return Kind::kPerson;
  return lot < 99 ? Kind::kService : Kind::kRoot;
}

void AppendSessionAttributes(Caller& caller, std::string& out) {
  out += R"("webIdFederationData":{},"attributes":{"creationDate":")" + FormatIsoTime(caller.time / kHour * kHour) +
         R"(","mfaAuthenticated":"false"}})";
}

void AppendIdentity(Caller& caller, Kind kind, std::string& out) {
  const std::string account(caller.account);
  const std::string user(caller.user);
  switch (kind) {
    case Kind::kUser:
    case Kind::kUserSession:
      out += R"({"type":"IAMUser","principalId":"AIDAEXAMPLE)" + std::string(10, static_cast<char>('A' + user.size())) +
             R"(","arn":"arn:aws:iam::)" + account + ":user/" + user + R"(","accountId":")" + account + R"(","accessKeyId":")";
      AppendFixedId(caller.random, kind == Kind::kUser ? "AKIA" : "ASIA", 16, 300, out);
      out += R"(","userName":")" + user + "\"";
      if (kind == Kind::kUserSession) {
        out += R"(,"sessionContext":{"sessionIssuer":{},)";
        AppendSessionAttributes(caller, out);
      }
      out += '}';
      break;
    case Kind::kRole:
    case Kind::kPerson: {
      const std::string role = kind == Kind::kRole ? std::string(caller.role) : "AWSReservedSSO_ReadOnly_0123456789abcdef";
      const std::string path = kind == Kind::kRole ? "role/" : "role/aws-reserved/sso.amazonaws.com/";
      const std::string session = kind == Kind::kRole ? caller.session : user + "@example.com";
      out += R"({"type":"AssumedRole","principalId":"AROAEXAMPLEROLEID0001:)" + session + R"(","arn":"arn:aws:sts::)" + account +
             ":assumed-role/" + role + "/" + session + R"(","accountId":")" + account + R"(","accessKeyId":")";
      AppendFixedId(caller.random, "ASIA", 16, 1500, out);
      out += R"(","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEROLEID0001","arn":"arn:aws:iam::)" +
             account + ":" + path + role + R"(","accountId":")" + account + R"(","userName":")" + role + R"("},)";
      AppendSessionAttributes(caller, out);
      out += '}';
      break;
    }
    case Kind::kService: out += R"({"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"})"; break;
    case Kind::kRoot:
      out += R"({"type":"Root","principalId":")" + account + R"(","arn":"arn:aws:iam::)" + account + R"(:root","accountId":")" +
             account + R"(","accessKeyId":"","sessionContext":{"sessionIssuer":{},)";
      AppendSessionAttributes(caller, out);
      out += '}';
      break;
  }
}

const Call& PickCall(Random& random, bool alerting) {
  if (alerting) return kAlerting[random.Below(std::size(kAlerting))];
  static const int total = [] {
    int sum = 0;
    for (const Call& call : kCalls) sum += call.weight;
    return sum;
  }();
  int lot = static_cast<int>(random.Below(static_cast<std::size_t>(total)));
  for (const Call& call : kCalls) {
    if (lot < call.weight) return call;
    lot -= call.weight;
  }
  return kCalls[0];
}

void AppendAddress(Random& random, Kind kind, std::string& out) {
  if (kind == Kind::kService) {
    out += R"("cloudtrail.amazonaws.com","userAgent":"cloudtrail.amazonaws.com")";
    return;
  }
  // Ranges for documentation (RFC 5737).
  static constexpr std::string_view kNets[] = {"192.0.2.", "198.51.100.", "203.0.113."};
  out += '"';
  out += Pick(random, kNets);
  out += std::to_string(1 + random.Below(254)) + R"(","userAgent":")";
  out += Pick(random, kAgents);
  out += '"';
}

}  // namespace

std::uint64_t Random::Next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void AppendRecord(Random& random, Millis time, std::size_t account, std::size_t region, bool alerting, std::string& out) {
  const Call& call = PickCall(random, alerting);
  const bool signin = call.source == "signin";
  const Kind kind = signin ? Kind::kUser : (alerting ? Kind::kPerson : PickKind(random));
  Caller caller{random,
                time,
                kAccounts[account % std::size(kAccounts)],
                kRegions[region % std::size(kRegions)],
                Pick(random, kUsers),
                Pick(random, kRoles),
                {}};
  AppendFixedId(random, "i-", 17, 800, caller.session);
  const bool failed = !alerting && random.Chance(0.1);

  out += R"({"eventVersion":"1.10","userIdentity":)";
  AppendIdentity(caller, kind, out);
  out += R"(,"eventTime":")" + FormatIsoTime(time) + R"(","eventSource":")" + std::string(call.source) +
         R"(.amazonaws.com","eventName":")" + std::string(call.name) + R"(","awsRegion":")" + std::string(caller.region) +
         R"(","sourceIPAddress":)";
  AppendAddress(random, kind, out);
  if (failed) {
    out += R"(,"errorCode":")" + std::string(call.error) + R"(","errorMessage":"User: )" + std::string(caller.user) +
           " could not perform " + std::string(call.source) + ":" + std::string(call.name) + R"( on the resource")";
  }
  out += R"(,"requestParameters":)";
  Expand(caller, call.request, out);
  out += R"(,"responseElements":)";
  Expand(caller, failed ? kNull : call.response, out);
  if (signin) {
    out +=
        R"(,"additionalEventData":{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"Yes"})";
  } else if (call.source == "s3") {
    // S3's request ids are 16 hex digits, beside a longer one in base64.
    out += R"(,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,)"
           R"("AuthenticationMethod":"AuthHeader","x-amz-id-2":")";
    AppendBase64(random, 75, out);
    out += R"(=","bytesTransferredOut":)" + std::to_string(random.Below(100000)) + R"(},"requestID":")";
    AppendHex(random, 16, out);
    out += '"';
  } else {
    out += R"(,"requestID":")";
    AppendUuid(random, out);
    out += '"';
  }
  out += R"(,"eventID":")";
  AppendUuid(random, out);
  out += R"(","readOnly":)";
  out += call.read_only ? "true" : "false";
  if (!call.resources.empty() && !failed) {
    out += R"(,"resources":)";
    Expand(caller, call.resources, out);
  }
  out += signin ? R"(,"eventType":"AwsConsoleSignIn")" : R"(,"eventType":"AwsApiCall")";
  out += R"(,"managementEvent":true,"recipientAccountId":")" + std::string(caller.account) + R"(","eventCategory":"Management")";
  if (kind != Kind::kService) {
    out += R"(,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":")" +
           std::string(call.source) + "." + std::string(caller.region) + R"(.amazonaws.com"})";
  }
  out += '}';
}

}  // namespace trailsift::bench
