// One value of a column as JSON, as far as can be as pyarrow's rows become through Python's json.dumps: what JSON has no form for, where
// Python would give up, is text (times as ISO 8601, bytes that are no text as hex digits), and no number (NaN) is null. Pure functions.
#pragma once

#include <string>

#include "parquet/column.h"
#include "parquet/schema.h"

namespace trailsift {

void AppendParquetCell(const ParquetNode& leaf, const ParquetCell& cell, std::string& out);

}  // namespace trailsift
