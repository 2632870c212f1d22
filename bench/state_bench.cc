// The memory of objects that were read: so many of them in HOME/state/trailsift.db, each commit a group of a thousand, as `run` writes them;
// spread over accounts, and over the days of the look-back. Prints one line of JSON: bytes of the database on the disk, CPU seconds of an
// object remembered and of one asked for, peak resident bytes.
//
// usage: state_bench HOME OBJECTS
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "source/checkpoint.h"

namespace trailsift::bench {
namespace {

constexpr std::uint64_t kDays = 30;
constexpr std::uint64_t kAccounts = 200;
constexpr std::uint64_t kGroup = 1000;
constexpr std::uint64_t kAsked = 100'000;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Keys as long as CloudTrail's.
FinishedObject Object(std::uint64_t number, std::uint64_t objects) {
  FinishedObject object;
  object.source = 1;
  object.day = 20'000 + static_cast<std::int64_t>(number * kDays / objects);
  char key[160];
  std::snprintf(key, sizeof key, "AWSLogs/%012llu/CloudTrail/us-east-1/day%lld/%012llu_CloudTrail_us-east-1_%016llx.json.gz",
                static_cast<unsigned long long>(number % kAccounts), static_cast<long long>(object.day),
                static_cast<unsigned long long>(number % kAccounts), static_cast<unsigned long long>(number));
  object.key = ObjectKeyHash(key);
  return object;
}

int Run(const std::string& home, std::uint64_t objects) {
  const Result<std::unique_ptr<Checkpoint>> checkpoint = Checkpoint::Open(home);
  if (!checkpoint.ok()) {
    std::fprintf(stderr, "state_bench: %s\n", checkpoint.status().message().c_str());
    return 1;
  }
  double begin = CpuSeconds();
  std::vector<FinishedObject> group;
  for (std::uint64_t number = 0; number < objects; ++number) {
    group.push_back(Object(number, objects));
    if (group.size() < kGroup && number + 1 < objects) continue;
    if (const Status status = (*checkpoint)->Commit(group, {"alerts.json", number}, {"state.log", number}); !status.ok()) {
      std::fprintf(stderr, "state_bench: %s\n", status.message().c_str());
      return 1;
    }
    group.clear();
  }
  const double remembered = (CpuSeconds() - begin) / static_cast<double>(objects);
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(home + "/state"))
    if (entry.is_regular_file()) bytes += entry.file_size();
  // As a listing asks: one day's keys after another's.
  begin = CpuSeconds();
  std::uint64_t known = 0;
  for (std::uint64_t i = 0; i < kAsked; ++i) {
    const Result<bool> finished = (*checkpoint)->IsFinished(Object(i * (objects / kAsked), objects));
    known += finished.ok() && *finished ? 1 : 0;
  }
  const double asked = (CpuSeconds() - begin) / static_cast<double>(kAsked);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "{\"objects\": %llu, \"bytes\": %llu, \"known\": %llu, \"asked\": %llu, \"cpu_remembered\": %.3g, \"cpu_asked\": %.3g, "
      "\"peak\": %lld}\n",
      static_cast<unsigned long long>(objects), static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(known),
      static_cast<unsigned long long>(kAsked), remembered, asked, static_cast<long long>(usage.ru_maxrss) * 1024);
  return 0;
}

}  // namespace
}  // namespace trailsift::bench

int main(int argc, char** argv) {
  if (argc != 3 || std::strtoull(argv[2], nullptr, 10) < 100'000) {
    std::fprintf(stderr, "usage: state_bench HOME OBJECTS (at least 100,000)\n");
    return 2;
  }
  return trailsift::bench::Run(argv[1], std::strtoull(argv[2], nullptr, 10));
}
