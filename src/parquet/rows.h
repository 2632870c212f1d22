// The rows of a Parquet file, each as one line of JSON as pyarrow's rows become through Python's json.dumps: `{"a": 1, "b": {"c": null}}`,
// lists as arrays, maps as arrays of [key, value]. One row group after another, and of each column one page at a time, so that memory
// follows the pages and not the file. The bytes may come from anybody: damage ends the file with a fault, and the rows before it stand.
// Reads Snappy, gzip, Zstandard and unpacked pages of both versions in all encodings but the long abandoned ones; no encryption. Format:
// Apache Parquet, parquet.thrift and Encodings.md; nesting as in the Dremel paper. Borrows the file; one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/time.h"
#include "parquet/column.h"
#include "parquet/schema.h"

namespace trailsift {

class ParquetRows {
 public:
  explicit ParquetRows(std::string_view file);

  // The next row. False: the end, or a fault.
  bool Next(std::string& json);
  // Of that row: the column `time` in milliseconds since 1970, which OCSF has.
  std::optional<Millis> time() const { return time_; }

  // kCorrupt, in words that follow the file's name.
  const Status& fault() const { return fault_; }

 private:
  bool Fail(std::string what);
  bool BeginGroup();
  bool BeginRow();
  bool Emit(const ParquetNode& node);
  bool EmitLeaf(const ParquetNode& node);
  bool EmitStruct(const ParquetNode& node);
  bool EmitElements(const ParquetNode& node);
  bool EmitElement(const ParquetNode& node);
  // One entry of each leaf below, which all say that there is nothing.
  bool Pass(const ParquetNode& node);
  bool Advance(std::size_t leaf);

  std::string_view file_;
  ParquetFooter footer_;
  const ParquetNode* time_node_ = nullptr;
  Status fault_;
  ParquetMemory memory_;
  std::vector<std::unique_ptr<ColumnReader>> columns_;
  std::size_t group_ = 0;  // the next one
  std::int64_t rows_left_ = 0;
  std::int64_t row_ = 0;
  std::uint64_t text_ = 0;  // bytes of all rows
  std::string out_;
  std::optional<Millis> time_;
};

}  // namespace trailsift
