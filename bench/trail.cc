// The objects of a made trail: which records stand together, at which times, under which key.
#include <libdeflate.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "bench/records.h"

namespace trailsift::bench {
namespace {

constexpr std::size_t kAccountCount = 3;
constexpr std::size_t kRegionCount = 4;
constexpr const char* kAccountIds[kAccountCount] = {"111122223333", "222233334444", "333344445555"};
constexpr const char* kRegionNames[kRegionCount] = {"us-east-1", "us-west-2", "eu-west-1", "eu-central-1"};
constexpr int kGzipLevel = 6;

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};

// The name time: five minutes after the newest event at most, on a five-minute mark as CloudTrail writes it.
std::string ObjectPath(Random& random, std::size_t account, std::size_t region, Millis newest) {
  const std::string stamp = FormatIsoTime((newest + 5 * kMinute) / (5 * kMinute) * (5 * kMinute));
  std::string name = std::string(kAccountIds[account]) + "_CloudTrail_" + kRegionNames[region] + "_" + stamp.substr(0, 4) +
                     stamp.substr(5, 2) + stamp.substr(8, 5) + stamp.substr(14, 2) + "Z_";
  for (int i = 0; i < 16; ++i) name += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[random.Below(62)];
  return std::string("AWSLogs/") + kAccountIds[account] + "/CloudTrail/" + kRegionNames[region] + "/" + stamp.substr(0, 4) + "/" +
         stamp.substr(5, 2) + "/" + stamp.substr(8, 2) + "/" + name + ".json.gz";
}

std::size_t ObjectSize(Random& random, const RecordOptions& options) {
  if (!options.vary) return options.per_object;
  const double exponent = static_cast<double>(random.Below(1001)) / 1000.0;
  return static_cast<std::size_t>(std::pow(static_cast<double>(options.per_object), exponent));
}

Status WriteFile(const std::filesystem::path& path, const std::string& bytes) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return file ? Status() : Status(Code::kIo, "cannot write " + path.string());
}

}  // namespace

Result<Written> WriteTrail(const RecordOptions& options, const std::string& dir) {
  if (options.per_object == 0 || options.per_second == 0) return Status(Code::kInvalid, "sizes and rates begin at 1");
  const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(libdeflate_alloc_compressor(kGzipLevel));
  Random random(options.seed);
  Written written;
  std::string json;
  std::string gzip;
  while (written.records < options.records) {
    const std::size_t size = std::min(ObjectSize(random, options), options.records - written.records);
    std::vector<Millis> times(size);
    for (std::size_t i = 0; i < size; ++i)
      times[i] = options.start + static_cast<Millis>((written.records + i) / options.per_second) * kSecond;
    const Millis newest = times.back();
    for (std::size_t i = size - 1; i > 0; --i) std::swap(times[i], times[random.Below(i + 1)]);

    const std::size_t account = written.objects % kAccountCount;
    const std::size_t region = written.objects / kAccountCount % kRegionCount;
    json = R"({"Records":[)";
    for (std::size_t i = 0; i < size; ++i) {
      const bool alerting = random.Chance(options.alert_share);
      written.alerting += alerting ? 1 : 0;
      if (i > 0) json += ',';
      AppendRecord(random, times[i], account, region, alerting, json);
    }
    json += "]}";
    gzip.resize(libdeflate_gzip_compress_bound(compressor.get(), json.size()));
    gzip.resize(libdeflate_gzip_compress(compressor.get(), json.data(), json.size(), gzip.data(), gzip.size()));
    TRAILSIFT_RETURN_IF_ERROR(WriteFile(std::filesystem::path(dir) / ObjectPath(random, account, region, newest), gzip));
    ++written.objects;
    written.records += size;
    written.json_bytes += json.size();
    written.gzip_bytes += gzip.size();
  }
  return written;
}

}  // namespace trailsift::bench
