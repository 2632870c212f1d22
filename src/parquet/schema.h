// What a Parquet file says of itself at its end: the tree of its columns, and where their pages lie (Apache Parquet, parquet.thrift;
// "Logical types" for lists and maps). Everything is checked against the file's size and against limits before it is believed. Owns its
// texts. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace trailsift {

enum class ParquetType : std::uint8_t { kBoolean, kInt32, kInt64, kInt96, kFloat, kDouble, kBytes, kFixed };

// How a leaf's values are to be read.
enum class ParquetMeaning : std::uint8_t {
  kPlain,  // as its type says; bytes are text where they can be
  kText,
  kUnsigned,
  kDecimal,
  kDate,
  kTime,
  kTimestamp,
  kUuid,
  kHalf,  // a float of 16 bits
};

struct ParquetNode {
  enum class Kind : std::uint8_t { kLeaf, kStruct, kList, kMap };

  std::string name;
  Kind kind = Kind::kStruct;
  bool optional = false;  // may be null
  int def = 0;          // entries of the leaves below reach this definition level where it is there: not null, in a list an element
  int rep = 0;          // kList, kMap: the repetition level of their elements
  int element_def = 0;  // kList, kMap: the definition level from which on there is an element
  std::vector<ParquetNode> children;  // of a struct its members, of a list its element, of a map key and value
  std::size_t first_leaf = 0;
  std::size_t end_leaf = 0;
  // Of a leaf.
  ParquetType type = ParquetType::kBytes;
  std::size_t width = 0;  // of kFixed
  ParquetMeaning meaning = ParquetMeaning::kPlain;
  int scale = 0;     // kDecimal
  int digits = 3;    // kTime, kTimestamp: of the fraction of a second, 3, 6 or 9
  bool utc = false;  // kTimestamp
};

struct ParquetLeaf {
  std::string path;  // dotted, for messages
  int max_def = 0;
  int max_rep = 0;
  ParquetType type = ParquetType::kBytes;
  std::size_t width = 0;
};

struct ParquetChunk {
  int codec = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::int64_t values = 0;  // entries, nulls among them
};

struct ParquetGroup {
  std::int64_t rows = 0;
  std::vector<ParquetChunk> chunks;  // one a leaf
};

struct ParquetFooter {
  ParquetNode root;
  std::vector<ParquetLeaf> leaves;
  std::vector<ParquetGroup> groups;
};

// Of a whole file. kCorrupt says what is wrong, in words that follow the file's name.
Result<ParquetFooter> ReadParquetFooter(std::string_view file);

}  // namespace trailsift
