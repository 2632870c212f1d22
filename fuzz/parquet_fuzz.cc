// Parquet files of arbitrary bytes: no fault of memory, no endless row, and each row that is given is JSON.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.h"
#include "parquet/rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  trailsift::ParquetRows rows(std::string_view(reinterpret_cast<const char*>(data), size));
  std::string row;
  std::size_t total = 0;
  // A run of a billion nulls takes a byte: enough of it is enough.
  while (total < (1u << 20) && rows.Next(row)) {
    if (!trailsift::JsonDocument::Parse(row, 200)) std::abort();
    total += row.size();
  }
  return 0;
}
