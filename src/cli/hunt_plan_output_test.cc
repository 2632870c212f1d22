#include "cli/hunt_plan_output.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "source/folder_store.h"
#include "source/source_testing.h"

namespace trailsift {
namespace {

// A server's bucket in a region.
class FarStore : public MemoryStore {
 public:
  using MemoryStore::MemoryStore;
  StoreSite where;
  StoreSite site() const override { return where; }
};

struct Made {
  std::vector<HuntInput> inputs;
  HuntPlan plan;
};

Made MakeOne(const StoreSite& where) {
  Made made;
  auto store = std::make_shared<FarStore>();
  store->where = where;
  made.inputs.push_back({"s3://made/AWSLogs/", store, "AWSLogs/", false, 0});
  PlanPart part{0, "111122223333", "us-east-1", {}};
  part.count.objects = 1'200'000;
  part.count.bytes = 5ull << 30;
  part.count.inflated = 50ull << 30;
  part.count.first = ParseIsoTime("2026-01-01T00:05:00Z");
  part.count.last = ParseIsoTime("2026-01-31T23:55:00Z");
  made.plan.parts = {part};
  made.plan.total = made.plan.remote = part.count;
  made.plan.cost = {1200, 1'200'000, 0.006, 0.48, 3.6, 0.1, 0.45};
  return made;
}

TEST(HuntPlanOutput, Text) {
  const Made made = MakeOne({"eu-west-1", ""});
  EXPECT_EQ(PlanText(made.plan, made.inputs),
            "ACCOUNT       REGION       OBJECTS   STORED  INFLATED ~        FROM          TO    GET\n"
            "111122223333  us-east-1  1,200,000  5.0 GiB    50.0 GiB  2026-01-01  2026-01-31  $0.48\n"
            "\n"
            "requests   1,200 LIST, 1,200,000 GET: $0.49 (LIST under $0.01, GET $0.48)\n"
            "transfer   $0 within the bucket's region (eu-west-1), $0.10 to another region, $0.45 to the Internet\n"
            "decryption $3.60 where the objects are encrypted with a KMS key and the bucket has no bucket key\n"
            "prices     an estimate at the list prices of us-east-1 for S3 Standard, 2026-06 (https://aws.amazon.com/s3/pricing/); "
            "other regions and classes differ\n");
}

TEST(HuntPlanOutput, TextSaysWhatIsMissing) {
  Made made = MakeOne({"us-east-1", "http://127.0.0.1:9000"});
  made.plan.total.archived = 1000;
  made.plan.listing.other_files = 3;
  made.plan.listing.outside_times = 2000;
  made.plan.listing.failures.push_back({Status(Code::kDenied, "refused"), false});
  const std::string text = PlanText(made.plan, made.inputs);
  for (const char* words : {"http://127.0.0.1:9000 is not AWS", "1,000 of the objects are in GLACIER", "2,000 objects outside",
                            "3 files", "1 places could not be listed"})
    EXPECT_NE(text.find(words), std::string::npos) << words << '\n' << text;
}

TEST(HuntPlanOutput, NothingFound) {
  Made made;
  made.inputs.push_back({"here", std::make_shared<FolderStore>("/nowhere"), "", false, 0});
  EXPECT_EQ(PlanText(made.plan, made.inputs), "nothing to read\n\ncost       none: all of it is on this machine\n");
  // A listing of a bucket has its price.
  made.plan.cost.list_requests = 1;
  made.plan.cost.list = 0.000005;
  EXPECT_NE(PlanText(made.plan, made.inputs).find("requests   1 LIST, 0 GET: under $0.01"), std::string::npos);
}

TEST(HuntPlanOutput, LongTablesShowTheLargest) {
  Made made = MakeOne({});
  made.inputs.push_back({std::string(200, 'p') + "\x1b[31m", made.inputs[0].store, "", false, 0});
  const PlanPart part = made.plan.parts[0];
  made.plan.parts.clear();
  for (int i = 0; i < 60; ++i) {
    made.plan.parts.push_back(part);
    made.plan.parts.back().input = i < 30 ? 0 : 1;
    made.plan.parts.back().region = "region-" + std::to_string(i);
    made.plan.parts.back().count.bytes = static_cast<std::uint64_t>(i);
  }
  const std::string text = PlanText(made.plan, made.inputs);
  EXPECT_EQ(text.find("region-9 "), std::string::npos);
  EXPECT_NE(text.find("region-10 "), std::string::npos);
  EXPECT_LT(text.find("region-10 "), text.find("region-59 "));
  EXPECT_NE(text.find("\n10 smaller ones are not shown"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  // A long heading widens no column.
  EXPECT_NE(text.find("\n111122223333  region-59"), std::string::npos);
}

TEST(HuntPlanOutput, Json) {
  Made made = MakeOne({"eu-west-1", ""});
  made.plan.listing.failures.push_back({Status(Code::kDenied, "s3://made/\"x\": refused"), false});
  EXPECT_EQ(
      PlanJson(made.plan, made.inputs),
      R"({"objects":1200000,"bytes":5368709120,"inflated_bytes_estimate":53687091200,"archived_objects":0,)"
      R"("first":"2026-01-01T00:05:00Z","last":"2026-01-31T23:55:00Z","requests":{"list":1200,"get":1200000},)"
      R"("dollars_estimate":{"list":0.006000,"get":0.480000,"kms_decrypt":3.600000,"transfer_same_region":0.000000,)"
      R"("transfer_other_region":0.100000,"transfer_internet":0.450000},"prices":{"region":"us-east-1","as_of":"2026-06",)"
      R"("source":"https://aws.amazon.com/s3/pricing/"},"left_out":{"outside_times":0,"other_files":0},"complete":false,)"
      R"("failures":["s3://made/\"x\": refused"],"inputs":[{"input":"s3://made/AWSLogs/","region":"eu-west-1"}],)"
      R"("parts":[{"input":"s3://made/AWSLogs/","account":"111122223333","region":"us-east-1","objects":1200000,"bytes":5368709120,)"
      R"("inflated_bytes_estimate":53687091200,"archived_objects":0,"first":"2026-01-01T00:05:00Z","last":"2026-01-31T23:55:00Z",)"
      R"("get_requests":1200000,"get_dollars_estimate":0.480000}]})"
      "\n");
}

}  // namespace
}  // namespace trailsift
