// One column of one row group, entry by entry: its levels and its values, page after page. Of the file only the current page and the
// dictionary are unpacked. Whatever is wrong with the bytes ends it with a fault. Borrows the file; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "parquet/decode.h"
#include "parquet/schema.h"

namespace trailsift {

// What the pages and dictionaries of all columns together may take, unpacked.
class ParquetMemory {
 public:
  static constexpr std::size_t kLimit = 256u << 20;
  bool Change(std::size_t before, std::size_t after);

 private:
  std::size_t used_ = 0;
};

// One value. Bytes live until the column goes on to its next entry.
struct ParquetCell {
  std::int64_t integer = 0;  // booleans, integers
  double real = 0;
  std::string_view bytes;  // also of kInt96
};

class ColumnReader {
 public:
  ColumnReader(std::string_view file, const ParquetLeaf& leaf, const ParquetChunk& chunk, ParquetMemory& memory);
  ~ColumnReader();
  ColumnReader(const ColumnReader&) = delete;
  ColumnReader& operator=(const ColumnReader&) = delete;

  // To the first entry, and to each next one. False: damaged, see fault(). At the end at_end() is true.
  bool Advance();
  bool at_end() const { return at_end_; }
  int rep() const { return rep_; }
  int def() const { return def_; }
  // Of the current entry, asked once, and only where def() is the leaf's max_def.
  bool Value(ParquetCell& cell);

  const Status& fault() const { return fault_; }

 private:
  enum Encoding : std::int64_t {
    kPlain = 0,
    kPlainDictionary = 2,
    kRle = 3,
    kDeltaPacked = 5,
    kDeltaLength = 6,
    kDeltaBytes = 7,
    kRleDictionary = 8,
    kSplit = 9,
  };
  struct Header;

  bool Fail(std::string_view what);
  bool NextPage();
  bool Unpack(std::string_view packed, std::size_t size, std::string& out);
  bool BeginValues(std::int64_t encoding, std::string_view bytes);
  bool BeginLengths(std::string_view& bytes, std::vector<std::int64_t>& lengths);
  bool BeginDictionary(const Header& header, std::string_view packed);
  bool Plain(ParquetCell& cell);
  bool FromFixed(std::string_view bytes, ParquetCell& cell) const;
  std::size_t FixedWidth() const;

  std::string_view file_;
  const ParquetLeaf& leaf_;
  ParquetMemory& memory_;
  const int codec_;
  std::size_t at_;
  std::size_t end_;
  std::int64_t left_;  // entries of the column
  Status fault_;
  bool at_end_ = false;
  int rep_ = 0;
  int def_ = 0;

  std::string page_;  // unpacked
  std::int64_t page_left_ = 0;
  HybridReader reps_;
  HybridReader defs_;
  std::int64_t encoding_ = kPlain;
  std::string_view values_;
  std::size_t value_at_ = 0;  // byte of kPlain, number of kSplit and kDeltaLength
  std::uint64_t bit_ = 0;     // of plain booleans
  HybridReader indexes_;
  DeltaReader deltas_;
  std::vector<std::int64_t> lengths_;   // kDeltaLength, kDeltaBytes: of the suffixes
  std::vector<std::int64_t> prefixes_;  // kDeltaBytes
  std::string text_;                    // kDeltaBytes, kSplit: the current value

  std::string dictionary_bytes_;
  std::vector<ParquetCell> dictionary_;
  std::size_t held_ = 0;
};

}  // namespace trailsift
