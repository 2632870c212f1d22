#include "cli/demo_data.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <vector>

#include "base/json.h"
#include "event/gzip.h"
#include "source/layout.h"

namespace trailsift {
namespace {

constexpr const char* kProduction = "111122223333";
constexpr const char* kStaging = "444455556666";
constexpr const char* kSandbox = "777788889999";

std::string Quote(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

// One record under construction; the members are JSON text.
struct Record {
  Millis time = 0;
  std::string account = kProduction;
  std::string region = "us-east-1";
  std::string identity;
  std::string source;
  std::string name;
  std::string address;
  std::string agent = "aws-cli/2.22.4 md/awscrt#0.22.0 os/linux lang/python#3.12.6";
  std::string error_code;
  std::string error_message;
  std::string request = "null";
  std::string response = "null";
  std::string extra;  // further members, each with a comma in front
  std::string type = "AwsApiCall";
  bool read_only = false;
};

class DemoWriter {
 public:
  DemoWriter(std::string folder, Millis now) : folder_(std::move(folder)), random_(20260115) {
    const Millis midnight = now - now % kDay;
    base_ = std::max(midnight + kSecond, now - kHour);
    span_ = std::max<Millis>(now - base_, 30 * kMinute);
  }

  Millis At(int seconds) const { return base_ + seconds * kSecond; }

  std::string Hex(int digits) {
    std::string out;
    for (int i = 0; i < digits; ++i) out += "0123456789abcdef"[random_() % 16];
    return out;
  }

  std::string Uuid() { return Hex(8) + '-' + Hex(4) + "-4" + Hex(3) + "-a" + Hex(3) + '-' + Hex(12); }

  static std::string User(const std::string& account, const std::string& name) {
    return "{\"type\":\"IAMUser\",\"principalId\":\"AIDAEXAMPLE" + name + "\",\"arn\":\"arn:aws:iam::" + account + ":user/" + name +
           "\",\"accountId\":\"" + account + "\",\"accessKeyId\":\"AKIAEXAMPLE" + name + "\",\"userName\":\"" + name + "\"}";
  }

  std::string Role(const std::string& account, const std::string& role, const std::string& session) const {
    return "{\"type\":\"AssumedRole\",\"principalId\":\"AROAEXAMPLE:" + session + "\",\"arn\":\"arn:aws:sts::" + account +
           ":assumed-role/" + role + '/' + session + "\",\"accountId\":\"" + account +
           "\",\"accessKeyId\":\"ASIAEXAMPLE\",\"sessionContext\":{\"sessionIssuer\":{\"type\":\"Role\",\"principalId\":"
           "\"AROAEXAMPLE\","
           "\"arn\":\"arn:aws:iam::" +
           account + ":role/" + role + "\",\"accountId\":\"" + account + "\",\"userName\":\"" + role +
           "\"},\"attributes\":{\"creationDate\":\"" + FormatIsoTime(base_) + "\",\"mfaAuthenticated\":\"false\"}}}";
  }

  void Add(const Record& record, bool late = false) {
    std::string text = "{\"eventVersion\":\"1.10\",\"userIdentity\":" + record.identity + ",\"eventTime\":\"" +
                       FormatIsoTime(record.time) + "\",\"eventSource\":\"" + record.source + ".amazonaws.com\",\"eventName\":\"" +
                       record.name + "\",\"awsRegion\":\"" + record.region + "\",\"sourceIPAddress\":\"" + record.address +
                       "\",\"userAgent\":" + Quote(record.agent);
    if (!record.error_code.empty()) text += ",\"errorCode\":" + Quote(record.error_code);
    if (!record.error_message.empty()) text += ",\"errorMessage\":" + Quote(record.error_message);
    text += ",\"requestParameters\":" + record.request + ",\"responseElements\":" + record.response + record.extra +
            ",\"requestID\":\"" + Uuid() + "\",\"eventID\":\"" + Uuid() +
            "\",\"readOnly\":" + (record.read_only ? "true" : "false") + ",\"eventType\":\"" + record.type +
            "\",\"managementEvent\":true,\"recipientAccountId\":\"" + record.account + "\",\"eventCategory\":\"Management\"}";
    if (late) {
      late_ = record;
      late_text_ = std::move(text);
      return;
    }
    // An object holds what happened in a few minutes of a region, and is named some minutes later.
    const Millis slot = record.time - record.time % (2 * kMinute);
    objects_[{record.account, record.region, slot}].push_back(std::move(text));
  }

  void UseCases();
  void OrdinaryWork();
  Result<DemoBucket> Write();

 private:
  std::string Key(const std::string& account, const std::string& region, Millis slot) {
    const Millis named = slot + 5 * kMinute;
    const std::string iso = FormatIsoTime(named);
    const std::string stamp =
        iso.substr(0, 4) + iso.substr(5, 2) + iso.substr(8, 2) + 'T' + iso.substr(11, 2) + iso.substr(14, 2) + 'Z';
    std::string folder = "AWSLogs/" + account + "/CloudTrail/" + region + '/' + DayFolder(named / kDay) + '/';
    return folder + account + "_CloudTrail_" + region + '_' + stamp + '_' + Hex(16) + ".json.gz";
  }

  std::string folder_;
  std::mt19937 random_;
  Millis base_ = 0;
  Millis span_ = 0;
  std::map<std::tuple<std::string, std::string, Millis>, std::vector<std::string>> objects_;
  Record late_;
  std::string late_text_;
};

void DemoWriter::UseCases() {
  const std::string alice = User(kProduction, "alice");
  const std::string mallory = User(kProduction, "mallory");
  const std::string arn = "arn:aws:ec2:us-east-1:111122223333:";
  const auto call = [&](int seconds, const std::string& who, const std::string& source, const std::string& name,
                        const std::string& request, const std::string& response) {
    Record record;
    record.time = At(seconds);
    record.identity = who;
    record.source = source;
    record.name = name;
    record.address = who == mallory ? "203.0.113.66" : "198.51.100.10";
    record.request = request;
    record.response = response;
    return record;
  };
  const auto denied = [&](Record record, const std::string& action, const std::string& resource) {
    const std::string who = "arn:aws:iam::111122223333:user/mallory";
    const bool ec2 = record.source == "ec2";
    record.error_code = ec2 ? "Client.UnauthorizedOperation" : "AccessDenied";
    record.error_message = std::string(ec2 ? "You are not authorized to perform this operation. " : "") + "User: " + who +
                           " is not authorized to perform: " + action + " on resource: " + resource +
                           " because no identity-based policy allows the " + action + " action";
    return record;
  };
  const std::string one = "{\"instancesSet\":{\"items\":[{\"instanceId\":\"i-0a1b2c3d4e5f60718\"}]}}";
  const auto state = [](const char* now, const char* before) {
    return std::string("{\"instancesSet\":{\"items\":[{\"instanceId\":\"i-0a1b2c3d4e5f60718\",\"currentState\":{\"name\":\"") +
           now + "\"},\"previousState\":{\"name\":\"" + before + "\"}}]}}";
  };
  const std::string run =
      "{\"instancesSet\":{\"items\":[{\"imageId\":\"ami-0123456789abcdef0\",\"minCount\":1,\"maxCount\":1}]},"
      "\"instanceType\":\"t3.micro\",\"disableApiTermination\":false}";
  Add(call(60, alice, "ec2", "RunInstances", run,
           "{\"reservationId\":\"r-0123456789abcdef0\",\"instancesSet\":{\"items\":[{\"instanceId\":\"i-0a1b2c3d4e5f60718\","
           "\"instanceType\":"
           "\"t3.micro\",\"launchTime\":" +
               std::to_string(At(60)) + ",\"instanceState\":{\"code\":0,\"name\":\"pending\"}}]}}"));
  Add(denied(call(90, mallory, "ec2", "RunInstances", run, "null"), "ec2:RunInstances", arn + "instance/*"));
  Add(call(200, alice, "ec2", "StopInstances", one, state("stopping", "running")));
  Add(denied(call(230, mallory, "ec2", "StopInstances", one, "null"), "ec2:StopInstances", arn + "instance/i-0a1b2c3d4e5f60718"));
  Add(call(300, alice, "ec2", "StartInstances", one, state("pending", "stopped")));
  Add(denied(call(320, mallory, "ec2", "StartInstances", one, "null"), "ec2:StartInstances", arn + "instance/i-0a1b2c3d4e5f60718"));
  Add(call(360, alice, "ec2", "CreateSecurityGroup",
           "{\"groupName\":\"web-sg\",\"groupDescription\":\"web tier\",\"vpcId\":\"vpc-0aa11bb22cc33dd44\"}",
           "{\"_return\":true,\"groupId\":\"sg-0123456789abcdef0\"}"));
  Add(call(400, alice, "ec2", "AllocateAddress", "{\"domain\":\"vpc\"}",
           "{\"publicIp\":\"192.0.2.77\",\"domain\":\"vpc\",\"allocationId\":\"eipalloc-0123456789abcdef0\"}"));
  Add(call(420, alice, "ec2", "AssociateAddress",
           "{\"instanceId\":\"i-0a1b2c3d4e5f60718\",\"allocationId\":\"eipalloc-0123456789abcdef0\"}",
           "{\"_return\":true,\"associationId\":\"eipassoc-0123456789abcdef0\"}"));
  Add(call(480, alice, "iam", "CreateUser", "{\"userName\":\"bob\"}",
           "{\"user\":{\"path\":\"/\",\"userName\":\"bob\",\"userId\":\"AIDAEXAMPLEBOB\",\"arn\":\"arn:aws:iam::111122223333:user/"
           "bob\"}}"));
  Add(denied(call(500, mallory, "iam", "CreateUser", "null", "null"), "iam:CreateUser", "arn:aws:iam::111122223333:user/backdoor"));
  const auto login = [&](int seconds, bool success) {
    Record record = call(seconds, "", "signin", "ConsoleLogin", "null",
                         success ? "{\"ConsoleLogin\":\"Success\"}" : "{\"ConsoleLogin\":\"Failure\"}");
    record.identity =
        success ? User(kProduction, "alice")
                : "{\"type\":\"IAMUser\",\"principalId\":\"AIDAEXAMPLEalice\",\"accountId\":\"111122223333\",\"accessKeyId\":\"\","
                  "\"userName\":\"alice\"}";
    record.address = success ? "198.51.100.10" : "203.0.113.66";
    record.agent = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
    record.type = "AwsConsoleSignIn";
    if (!success) record.error_message = "Failed authentication";
    record.extra =
        ",\"additionalEventData\":{\"LoginTo\":\"https://console.aws.amazon.com/console/"
        "home\",\"MobileVersion\":\"No\",\"MFAUsed\":\"" +
        std::string(success ? "Yes" : "No") + "\"}";
    return record;
  };
  // Six failures within 360 s; the second stands in the object that comes late. Without it the fifth that is seen is the sixth.
  for (const int seconds : {600, 625, 650, 680, 700, 720}) Add(login(seconds, false), seconds == 625);
  Add(login(1500, true));
}

void DemoWriter::OrdinaryWork() {
  struct Call {
    const char* source;
    const char* name;
    const char* request;
  };
  static constexpr Call kCalls[] = {
      {"ec2", "DescribeInstances", "{\"maxResults\":50,\"instancesSet\":{},\"filterSet\":{}}"},
      {"ec2", "DescribeSecurityGroups", "{\"securityGroupSet\":{},\"filterSet\":{}}"},
      {"s3", "GetBucketAcl", "{\"bucketName\":\"app-artifacts\",\"Host\":\"app-artifacts.s3.amazonaws.com\",\"acl\":\"\"}"},
      {"kms", "Decrypt",
       "{\"encryptionContext\":{\"aws:s3:arn\":\"arn:aws:s3:::app-artifacts\"},\"encryptionAlgorithm\":\"SYMMETRIC_DEFAULT\"}"},
      {"sts", "GetCallerIdentity", "null"},
      {"ssm", "DescribeParameters", "{\"maxResults\":10}"},
      {"logs", "DescribeLogGroups", "{\"limit\":50}"},
      {"iam", "GetUser", "{\"userName\":\"deploy\"}"},
  };
  const std::string accounts[] = {kProduction, kStaging, kSandbox};
  const std::string regions[] = {"us-east-1", "eu-west-1"};
  // Most of it is read-only and stays silent; now and then somebody starts or stops an instance.
  for (int i = 0; i < 120'000; ++i) {
    Record record;
    record.account = accounts[random_() % 3];
    record.region = regions[random_() % 2];
    record.time = base_ + static_cast<Millis>(random_() % static_cast<unsigned>(span_ / kSecond)) * kSecond;
    record.address = "10.20." + std::to_string(random_() % 4) + '.' + std::to_string(random_() % 250 + 1);
    const bool person = random_() % 3 != 0;
    record.identity = person ? Role(record.account, "AWSReservedSSO_Developer_0123456789abcdef",
                                    random_() % 2 == 0 ? "dana@example.com" : "ravi@example.com")
                             : Role(record.account, "ci-deploy", "run-" + std::to_string(random_() % 40));
    if (random_() % 100 == 0) {
      const std::string instance = "i-0" + Hex(16);
      record.source = "ec2";
      record.name = random_() % 2 == 0 ? "StartInstances" : "StopInstances";
      record.request = "{\"instancesSet\":{\"items\":[{\"instanceId\":\"" + instance + "\"}]}}";
      record.response =
          "{\"instancesSet\":{\"items\":[{\"instanceId\":\"" + instance + "\",\"currentState\":{\"name\":\"pending\"}}]}}";
    } else {
      const Call& call = kCalls[random_() % std::size(kCalls)];
      record.source = call.source;
      record.name = call.name;
      record.request = call.request;
      record.read_only = true;
    }
    Add(record);
  }
}

std::string Document(const std::vector<std::string>& records) {
  std::string text = "{\"Records\":[";
  for (std::size_t i = 0; i < records.size(); ++i) text += (i == 0 ? "" : ",") + records[i];
  return text + "]}";
}

Status WriteObject(const std::string& path, const std::string& bytes) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  std::FILE* file = std::fopen(path.c_str(), "wbe");
  if (file == nullptr) return Status(Code::kIo, path + ": " + std::strerror(errno));
  const bool whole = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  return std::fclose(file) == 0 && whole ? Status::Ok() : Status(Code::kIo, path + ": " + std::strerror(errno));
}

Result<DemoBucket> DemoWriter::Write() {
  DemoBucket bucket;
  bucket.folder = folder_;
  for (const auto& [place, records] : objects_) {
    const auto& [account, region, slot] = place;
    const Result<std::string> bytes = Gzip(Document(records));
    if (!bytes.ok()) return bytes.status();
    TRAILSIFT_RETURN_IF_ERROR(WriteObject(folder_ + '/' + Key(account, region, slot), *bytes));
    ++bucket.objects;
  }
  const Result<std::string> late = Gzip(Document({late_text_}));
  if (!late.ok()) return late.status();
  bucket.late_key = Key(late_.account, late_.region, late_.time - late_.time % kMinute);
  bucket.late_bytes = *late;
  return bucket;
}

}  // namespace

Result<DemoBucket> WriteDemoBucket(const std::string& folder, Millis now) {
  DemoWriter writer(folder, now);
  writer.UseCases();
  writer.OrdinaryWork();
  return writer.Write();
}

Status PlaceLate(const DemoBucket& bucket) { return WriteObject(bucket.folder + '/' + bucket.late_key, bucket.late_bytes); }

}  // namespace trailsift
