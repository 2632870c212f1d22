#include "parquet/rows.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>

namespace trailsift {
namespace {

// pyarrow has written these files; tests/integration/parquet_test.py compares many more with it.
std::string File(const std::string& name) {
  std::ifstream in("fuzz/corpus/parquet/" + name + ".parquet", std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The rows, each with its time before it, and the fault.
std::string Read(const std::string& file) {
  ParquetRows rows(file);
  std::string out;
  std::string row;
  while (rows.Next(row)) out += (rows.time() ? std::to_string(*rows.time()) : "-") + ' ' + row + '\n';
  if (!rows.fault().ok()) out += "fault " + rows.fault().message() + '\n';
  return out;
}

TEST(ParquetRows, NestedColumnsOfEveryCodec) {
  const std::string wanted =
      R"(1768471200000 {"time": 1768471200000, "api": {"operation": "GetObject", "response": {"error": null}}, )"
      R"("resources": [{"uid": "a", "tags": ["x", null]}, {"uid": "b", "tags": []}], "unmapped": [["k", "v"], ["l", null]]})"
      "\n"
      R"(1768471201000 {"time": 1768471201000, "api": {"operation": "PutObject", "response": {"error": "AccessDenied"}}, )"
      R"("resources": [], "unmapped": null})"
      "\n"
      R"(- {"time": null, "api": null, "resources": null, "unmapped": []})"
      "\n";
  for (const char* codec : {"none", "snappy", "gzip", "zstd"}) EXPECT_EQ(Read(File(std::string("ocsf-") + codec)), wanted) << codec;
}

TEST(ParquetRows, PackedEncodings) {
  std::string wanted;
  for (int i = 0; i < 40; ++i) {
    std::string quarter = std::to_string(i / 4);
    quarter += i % 4 == 0 ? ".0" : i % 4 == 1 ? ".25" : i % 4 == 2 ? ".5" : ".75";
    std::string line = "- {\"i\": ";
    line.append(std::to_string(i)).append(", \"s\": \"id-").append(std::to_string(i)).append("\", \"d\": ").append(quarter);
    line.append(", \"b\": ").append(i % 3 == 0 ? "true" : "false").append("}\n");
    wanted += line;
  }
  EXPECT_EQ(Read(File("packed")), wanted);
}

TEST(ParquetRows, TypesThatJsonLacks) {
  EXPECT_EQ(Read(File("types")),
            "- {\"us\": \"2026-01-15T10:00:00.000005Z\", \"day\": \"2026-01-15\", \"dec\": -12.50, \"bin\": \"ff\", \"u\": "
            "18446744073709551615}\n");
  EXPECT_EQ(Read(File("int96")), "- {\"t\": \"2026-01-15T10:00:00.000005000Z\"}\n");
}

TEST(ParquetRows, DamageEndsTheFileOnly) {
  const std::string whole = File("ocsf-none");
  EXPECT_EQ(Read(whole.substr(0, whole.size() - 1)), "fault is a Parquet file that is cut off: it does not end with PAR1\n");
  EXPECT_EQ(Read(""), "fault is no Parquet file: it does not begin with PAR1\n");
  // Whatever one byte is changed to, it ends, and what is read before stands.
  std::size_t faults = 0;
  std::size_t later = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      const std::string read = Read(damaged);
      if (const std::size_t fault = read.find("fault "); fault != std::string::npos) {
        ++faults;
        if (fault > 0) ++later;
      }
    }
  }
  EXPECT_GT(faults, whole.size());
  EXPECT_GT(later, 10u);
}

}  // namespace
}  // namespace trailsift
