// Writes a folder of made CloudTrail objects and prints what is in it as one line of JSON.
//
// usage: make_records_bench DIR [--records N] [--per-object N] [--vary] [--per-second N] [--alert-share X] [--seed N]
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bench/records.h"

namespace {

int Usage() {
  std::fputs(
      "usage: make_records_bench DIR [--records N] [--per-object N] [--vary] [--per-second N] [--alert-share X] [--seed N]\n",
      stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  trailsift::bench::RecordOptions options;
  std::string dir;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--vary") {
      options.vary = true;
      continue;
    }
    if (name.substr(0, 2) != "--") {
      dir = name;
      continue;
    }
    if (++i == argc) return Usage();
    if (name == "--alert-share") {
      options.alert_share = std::strtod(argv[i], nullptr);
      continue;
    }
    const std::size_t number = std::strtoull(argv[i], nullptr, 10);
    if (name == "--records") options.records = number;
    else if (name == "--per-object") options.per_object = number;
    else if (name == "--per-second") options.per_second = number;
    else if (name == "--seed") options.seed = number;
    else return Usage();
  }
  if (dir.empty()) return Usage();
  const trailsift::Result<trailsift::bench::Written> written = trailsift::bench::WriteTrail(options, dir);
  if (!written.ok()) {
    std::fprintf(stderr, "make_records_bench: %s\n", written.status().message().c_str());
    return 1;
  }
  std::printf(R"({"objects":%zu,"records":%zu,"alerting":%zu,"json_bytes":%llu,"gzip_bytes":%llu})"
              "\n",
              written->objects, written->records, written->alerting, static_cast<unsigned long long>(written->json_bytes),
              static_cast<unsigned long long>(written->gzip_bytes));
  return 0;
}
