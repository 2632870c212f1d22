// The floor: what reading the objects costs at least. Inflates each .json.gz below a folder with libdeflate and with igzip, parses it with
// simdjson's DOM and walks over every value, on one thread, and prints the CPU seconds of each as one line of JSON.
//
// usage: floor_bench PATH… [--repeat N]
#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// The size that a gzip member says of itself in its last four bytes (RFC 1952); our objects have one member.
std::size_t InflatedSize(const std::string& gzip) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i)
    size |= static_cast<std::size_t>(static_cast<unsigned char>(gzip[gzip.size() - 4 + i])) << (8 * i);
  return size;
}

class Inflater {
 public:
  virtual ~Inflater() = default;
  virtual bool Inflate(const std::string& gzip, char* out, std::size_t size) = 0;
};

class Libdeflate : public Inflater {
 public:
  bool Inflate(const std::string& gzip, char* out, std::size_t size) override {
    return libdeflate_gzip_decompress(decompressor_.get(), gzip.data(), gzip.size(), out, size, nullptr) == LIBDEFLATE_SUCCESS;
  }

 private:
  std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor_{libdeflate_alloc_decompressor()};
};

class Igzip : public Inflater {
 public:
  bool Inflate(const std::string& gzip, char* out, std::size_t size) override {
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP;
    state_.next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(gzip.data()));
    state_.avail_in = static_cast<std::uint32_t>(gzip.size());
    state_.next_out = reinterpret_cast<std::uint8_t*>(out);
    state_.avail_out = static_cast<std::uint32_t>(size);
    return isal_inflate(&state_) == ISAL_DECOMP_OK && state_.total_out == size;
  }

 private:
  inflate_state state_{};
};

// Touches every value, so that no part of the parse can be left out.
std::size_t Walk(simdjson::dom::element value) {
  std::size_t sum = 1;
  switch (value.type()) {
    case simdjson::dom::element_type::OBJECT: {
      simdjson::dom::object object;
      if (value.get(object) != simdjson::SUCCESS) return sum;
      for (const simdjson::dom::key_value_pair member : object) sum += member.key.size() + Walk(member.value);
      return sum;
    }
    case simdjson::dom::element_type::ARRAY: {
      simdjson::dom::array array;
      if (value.get(array) != simdjson::SUCCESS) return sum;
      for (const simdjson::dom::element item : array) sum += Walk(item);
      return sum;
    }
    case simdjson::dom::element_type::STRING: {
      std::string_view text;
      return value.get(text) == simdjson::SUCCESS ? sum + text.size() : sum;
    }
    default: return sum;
  }
}

struct Measured {
  double cpu = 0;
  std::size_t objects = 0;
  std::size_t records = 0;
  std::size_t bytes = 0;
  std::size_t walked = 0;
};

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Reads, inflates, parses and walks each file; nothing when one of them cannot be read so.
bool Run(const std::vector<std::filesystem::path>& files, int repeat, Inflater& inflater, Measured& measured) {
  simdjson::dom::parser parser;
  std::vector<char> buffer;
  const double begin = CpuSeconds();
  for (int round = 0; round < repeat; ++round) {
    for (const std::filesystem::path& path : files) {
      const std::string gzip = ReadFile(path);
      const std::size_t size = gzip.size() < 18 ? 0 : InflatedSize(gzip);
      if (buffer.size() < size + simdjson::SIMDJSON_PADDING) buffer.resize(size + simdjson::SIMDJSON_PADDING);
      simdjson::dom::element root;
      simdjson::dom::array records;
      if (size == 0 || !inflater.Inflate(gzip, buffer.data(), size) || parser.parse(buffer.data(), size, false).get(root) != 0 ||
          root["Records"].get(records) != 0) {
        std::fprintf(stderr, "floor_bench: cannot read %s\n", path.c_str());
        return false;
      }
      measured.walked += Walk(root);
      measured.records += records.size();
      measured.bytes += size;
      ++measured.objects;
    }
  }
  measured.cpu = CpuSeconds() - begin;
  return true;
}

std::vector<std::filesystem::path> Find(const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.emplace_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path, error))
      if (entry.is_regular_file(error) && entry.path().extension() == ".gz") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> paths;
  int repeat = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--repeat" && i + 1 < argc) {
      repeat = std::atoi(argv[++i]);  // NOLINT(cert-err34-c): a bad number gives no file read, which fails below
    } else {
      paths.emplace_back(argv[i]);
    }
  }
  const std::vector<std::filesystem::path> files = Find(paths);
  Libdeflate libdeflate;
  Igzip igzip;
  Measured first;
  Measured second;
  if (files.empty() || repeat < 1 || !Run(files, repeat, libdeflate, first) || !Run(files, repeat, igzip, second)) {
    std::fputs("usage: floor_bench PATH… [--repeat N]\n", stderr);
    return 2;
  }
  if (first.walked != second.walked) {
    std::fputs("floor_bench: the inflaters disagree\n", stderr);
    return 1;
  }
  std::printf(R"({"objects":%zu,"records":%zu,"bytes":%zu,"libdeflate_cpu_seconds":%.4f,"igzip_cpu_seconds":%.4f,)"
              R"("cpu_seconds":%.4f,"records_per_second":%.0f})"
              "\n",
              first.objects, first.records, first.bytes, first.cpu, second.cpu, std::min(first.cpu, second.cpu),
              static_cast<double>(first.records) / std::min(first.cpu, second.cpu));
  return 0;
}
