#include "parquet/column.h"

#include <snappy-c.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>

#include "event/inflate.h"
#include "parquet/thrift.h"

namespace trailsift {
namespace {

constexpr std::size_t kMaxPage = 64u << 20;
constexpr std::size_t kMaxDictionary = 1'000'000;
constexpr std::int64_t kMaxLengths = 4'000'000;

enum Codec { kUncompressed = 0, kSnappy = 1, kGzip = 2, kLzo = 3, kBrotli = 4, kLz4 = 5, kZstd = 6, kLz4Raw = 7 };

template <typename T>
T Load(std::string_view bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace

struct ColumnReader::Header {
  std::int64_t type = -1;  // 0 data, 1 index, 2 dictionary, 3 data of version 2
  std::int64_t unpacked = -1;
  std::int64_t packed = -1;
  std::int64_t values = -1;
  std::int64_t encoding = -1;
  std::int64_t def_encoding = kRle;
  std::int64_t rep_encoding = kRle;
  std::int64_t def_size = 0;
  std::int64_t rep_size = 0;
  bool is_packed = true;

  void Read(ThriftReader& in) {
    ThriftReader::Field field;
    while (in.NextField(field)) {
      if (field.id == 1) type = in.Integer(field.type);
      else if (field.id == 2) unpacked = in.Integer(field.type);
      else if (field.id == 3) packed = in.Integer(field.type);
      else if ((field.id == 5 || field.id == 7 || field.id == 8) && field.type == ThriftReader::kStruct) ReadPart(in, field.id);
      else in.Skip(field.type);
    }
  }

  void ReadPart(ThriftReader& in, int part) {
    ThriftReader::Field field;
    while (in.NextField(field)) {
      const bool old = part == 5;
      const bool two = part == 8;
      if (field.id == 1) values = in.Integer(field.type);
      else if (field.id == (two ? 4 : 2)) encoding = in.Integer(field.type);
      else if (old && field.id == 3) def_encoding = in.Integer(field.type);
      else if (old && field.id == 4) rep_encoding = in.Integer(field.type);
      else if (two && field.id == 5) def_size = in.Integer(field.type);
      else if (two && field.id == 6) rep_size = in.Integer(field.type);
      else if (two && field.id == 7) is_packed = field.type != ThriftReader::kFalse;
      else in.Skip(field.type);
    }
  }
};

bool ParquetMemory::Change(std::size_t before, std::size_t after) {
  used_ = used_ - before + after;
  return used_ <= kLimit;
}

ColumnReader::ColumnReader(std::string_view file, const ParquetLeaf& leaf, const ParquetChunk& chunk, ParquetMemory& memory)
    : file_(file),
      leaf_(leaf),
      memory_(memory),
      codec_(chunk.codec),
      at_(static_cast<std::size_t>(chunk.begin)),
      end_(static_cast<std::size_t>(chunk.end)),
      left_(chunk.values) {}

ColumnReader::~ColumnReader() { memory_.Change(held_, 0); }

bool ColumnReader::Fail(std::string_view what) {
  std::string text("column ");
  text.append(leaf_.path).append(": ").append(what);
  fault_ = Status(Code::kCorrupt, std::move(text));
  return false;
}

bool ColumnReader::Unpack(std::string_view packed, std::size_t size, std::string& out) {
  if (size > kMaxPage) return Fail("a page of more than 64 MiB");
  const std::size_t held = held_ - out.size() + size;
  const bool fits = memory_.Change(held_, held);
  held_ = held;
  if (!fits) {
    out.resize(size);  // as counted
    return Fail("the pages of a row group need more than 256 MiB");
  }
  std::string().swap(out);
  out.resize(size);
  switch (codec_) {
    case kUncompressed:
      if (packed.size() != size) return Fail("a page has another size than it says");
      out.assign(packed);
      return true;
    case kSnappy: {
      std::size_t room = 0;
      if (snappy_uncompressed_length(packed.data(), packed.size(), &room) != SNAPPY_OK || room != size ||
          snappy_uncompress(packed.data(), packed.size(), out.data(), &room) != SNAPPY_OK)
        return Fail("a page that Snappy can't unpack");
      return true;
    }
    case kGzip: {
      if (!IsGzip(packed)) return Fail("a page that is no gzip");
      const Inflated inflated = InflateGzip(packed, std::max<std::size_t>(size, 64));
      if (!inflated.fault.ok() || inflated.text.view().size() != size) return Fail("a page that gzip can't unpack");
      out.assign(inflated.text.view());
      return true;
    }
    case kZstd: {
      const std::size_t got = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
      if (ZSTD_isError(got) != 0 || got != size) return Fail("a page that Zstandard can't unpack");
      return true;
    }
    default: return Fail("it is packed by codec " + std::to_string(codec_) + "; Snappy, gzip and Zstandard can be read");
  }
}

std::size_t ColumnReader::FixedWidth() const {
  switch (leaf_.type) {
    case ParquetType::kInt32:
    case ParquetType::kFloat: return 4;
    case ParquetType::kInt64:
    case ParquetType::kDouble: return 8;
    case ParquetType::kInt96: return 12;
    case ParquetType::kFixed: return leaf_.width;
    default: return 0;
  }
}

bool ColumnReader::FromFixed(std::string_view bytes, ParquetCell& cell) const {
  switch (leaf_.type) {
    case ParquetType::kInt32: cell.integer = Load<std::int32_t>(bytes); break;
    case ParquetType::kInt64: cell.integer = Load<std::int64_t>(bytes); break;
    case ParquetType::kFloat: cell.real = static_cast<double>(Load<float>(bytes)); break;
    case ParquetType::kDouble: cell.real = Load<double>(bytes); break;
    default: cell.bytes = bytes;
  }
  return true;
}

// The next value of values_ by PLAIN.
bool ColumnReader::Plain(ParquetCell& cell) {
  if (leaf_.type == ParquetType::kBoolean) {
    if (bit_ / 8 >= values_.size()) return Fail("a page ends early");
    cell.integer = static_cast<std::int64_t>(ReadBits(values_, bit_++, 1));
    return true;
  }
  std::size_t size = FixedWidth();
  const std::string_view rest = values_.substr(value_at_);
  if (size == 0) {
    if (rest.size() < 4) return Fail("a page ends early");
    size = Load<std::uint32_t>(rest);
    if (size > rest.size() - 4) return Fail("a page ends early");
    cell.bytes = rest.substr(4, size);
    value_at_ += 4 + size;
    return true;
  }
  if (rest.size() < size) return Fail("a page ends early");
  value_at_ += size;
  return FromFixed(rest.substr(0, size), cell);
}

bool ColumnReader::BeginDictionary(const Header& header, std::string_view packed) {
  if (!dictionary_.empty()) return Fail("it has two dictionaries");
  if (header.encoding != kPlain && header.encoding != kPlainDictionary) return Fail("its dictionary has an unknown encoding");
  if (header.values < 0 || static_cast<std::size_t>(header.values) > kMaxDictionary)
    return Fail("its dictionary has more than a million values");
  if (!Unpack(packed, static_cast<std::size_t>(header.unpacked), dictionary_bytes_)) return false;
  values_ = dictionary_bytes_;
  value_at_ = 0;
  bit_ = 0;
  for (std::int64_t i = 0; i < header.values; ++i)
    if (!Plain(dictionary_.emplace_back())) return false;
  return true;
}

// The lengths at the start of `bytes`, which become what follows them.
bool ColumnReader::BeginLengths(std::string_view& bytes, std::vector<std::int64_t>& lengths) {
  DeltaReader reader(bytes);
  lengths.clear();
  if (reader.count() > static_cast<std::uint64_t>(std::min(page_left_, kMaxLengths)))
    return Fail("a page has more values than it says");
  for (std::uint64_t i = 0; i < reader.count(); ++i) {
    std::int64_t length = 0;
    if (!reader.Next(length) || length < 0) return Fail("a page's lengths are damaged");
    lengths.push_back(length);
  }
  bytes.remove_prefix(reader.end());
  return true;
}

bool ColumnReader::BeginValues(std::int64_t encoding, std::string_view bytes) {
  encoding_ = encoding == kPlainDictionary ? static_cast<std::int64_t>(kRleDictionary) : encoding;
  values_ = bytes;
  value_at_ = 0;
  bit_ = 0;
  text_.clear();
  const bool is_text = leaf_.type == ParquetType::kBytes || leaf_.type == ParquetType::kFixed;
  switch (encoding_) {
    case kPlain: return true;
    case kRleDictionary: {
      // A page of nulls needs none.
      const unsigned width = bytes.empty() ? 0 : static_cast<std::uint8_t>(bytes[0]);
      if (width > 32) return Fail("a page's indexes are damaged");
      indexes_ = HybridReader(bytes.empty() ? bytes : bytes.substr(1), width);
      return true;
    }
    case kRle:
      if (leaf_.type != ParquetType::kBoolean || bytes.size() < 4) break;
      if (const std::size_t size = Load<std::uint32_t>(bytes); size <= bytes.size() - 4) {
        indexes_ = HybridReader(bytes.substr(4, size), 1);
        return true;
      }
      return Fail("a page ends early");
    case kDeltaPacked:
      if (leaf_.type != ParquetType::kInt32 && leaf_.type != ParquetType::kInt64) break;
      deltas_ = DeltaReader(bytes);
      return true;
    case kDeltaLength:
      if (!is_text) break;
      return BeginLengths(values_, lengths_);
    case kDeltaBytes:
      if (!is_text) break;
      return BeginLengths(values_, prefixes_) && BeginLengths(values_, lengths_);
    case kSplit:
      if (FixedWidth() == 0 || leaf_.type == ParquetType::kInt96) break;
      return true;
    default: break;
  }
  return Fail("a page has encoding " + std::to_string(encoding) + ", which its type can't have");
}

bool ColumnReader::NextPage() {
  for (;;) {
    if (at_ >= end_) return Fail("its pages end early");
    ThriftReader in(file_.substr(at_, end_ - at_));
    Header header;
    header.Read(in);
    if (!in.ok() || header.packed < 0 || header.unpacked < 0) return Fail("a page's heading is damaged");
    at_ += in.position();
    if (static_cast<std::uint64_t>(header.packed) > end_ - at_) return Fail("a page lies outside the column");
    std::string_view packed = file_.substr(at_, static_cast<std::size_t>(header.packed));
    at_ += packed.size();
    if (header.type == 1) continue;
    if (header.type == 2) {
      if (!BeginDictionary(header, packed)) return false;
      continue;
    }
    if (header.type != 0 && header.type != 3) return Fail("a page is of an unknown kind");
    if (header.values < 0) return Fail("a page's heading is damaged");
    page_left_ = header.values;
    const unsigned rep_width = BitWidth(static_cast<std::uint32_t>(leaf_.max_rep));
    const unsigned def_width = BitWidth(static_cast<std::uint32_t>(leaf_.max_def));
    std::string_view bytes;
    if (header.type == 3) {
      const std::int64_t levels = header.rep_size + header.def_size;
      if (header.rep_size < 0 || header.def_size < 0 || levels > header.packed || levels > header.unpacked)
        return Fail("a page's heading is damaged");
      reps_ = HybridReader(packed.substr(0, static_cast<std::size_t>(header.rep_size)), rep_width);
      defs_ = HybridReader(packed.substr(static_cast<std::size_t>(header.rep_size), static_cast<std::size_t>(header.def_size)),
                           def_width);
      packed.remove_prefix(static_cast<std::size_t>(levels));
      if (header.is_packed && codec_ != kUncompressed && header.unpacked > levels) {
        if (!Unpack(packed, static_cast<std::size_t>(header.unpacked - levels), page_)) return false;
        bytes = page_;
      } else {
        bytes = packed;
      }
    } else {
      if (!Unpack(packed, static_cast<std::size_t>(header.unpacked), page_)) return false;
      bytes = page_;
      for (const auto& [width, encoding, levels] :
           {std::tuple{rep_width, header.rep_encoding, &reps_}, std::tuple{def_width, header.def_encoding, &defs_}}) {
        if (width == 0) continue;
        if (encoding != kRle) return Fail("a page's levels have an encoding that is not used any more");
        if (bytes.size() < 4 || Load<std::uint32_t>(bytes) > bytes.size() - 4) return Fail("a page ends early");
        *levels = HybridReader(bytes.substr(4, Load<std::uint32_t>(bytes)), width);
        bytes.remove_prefix(4 + Load<std::uint32_t>(bytes));
      }
    }
    if (!BeginValues(header.encoding, bytes)) return false;
    if (page_left_ > 0) return true;
  }
}

bool ColumnReader::Advance() {
  if (!fault_.ok()) return false;
  if (left_ == 0) {
    at_end_ = true;
    rep_ = def_ = 0;
    return true;
  }
  if (page_left_ == 0 && !NextPage()) return false;
  --left_;
  --page_left_;
  std::uint32_t rep = 0;
  std::uint32_t def = 0;
  if ((leaf_.max_rep > 0 && !reps_.Next(rep)) || (leaf_.max_def > 0 && !defs_.Next(def))) return Fail("a page's levels end early");
  rep_ = static_cast<int>(rep);
  def_ = static_cast<int>(def);
  if (rep_ > leaf_.max_rep || def_ > leaf_.max_def) return Fail("a page's levels are damaged");
  return true;
}

bool ColumnReader::Value(ParquetCell& cell) {
  if (!fault_.ok()) return false;
  std::uint32_t index = 0;
  switch (encoding_) {
    case kPlain: return Plain(cell);
    case kRleDictionary:
      if (!indexes_.Next(index) || index >= dictionary_.size()) return Fail("a page names what its dictionary lacks");
      cell = dictionary_[index];
      return true;
    case kRle:
      if (!indexes_.Next(index)) return Fail("a page ends early");
      cell.integer = index;
      return true;
    case kDeltaPacked:
      if (!deltas_.Next(cell.integer)) return Fail("a page ends early");
      if (leaf_.type == ParquetType::kInt32) cell.integer = static_cast<std::int32_t>(cell.integer);
      return true;
    case kDeltaLength:
    case kDeltaBytes: {
      if (value_at_ >= lengths_.size() || static_cast<std::uint64_t>(lengths_[value_at_]) > values_.size())
        return Fail("a page ends early");
      const auto size = static_cast<std::size_t>(lengths_[value_at_]);
      std::string_view value = values_.substr(0, size);
      values_.remove_prefix(size);
      if (encoding_ == kDeltaBytes) {
        if (value_at_ >= prefixes_.size() || static_cast<std::uint64_t>(prefixes_[value_at_]) > text_.size())
          return Fail("a page's prefixes are damaged");
        text_.resize(static_cast<std::size_t>(prefixes_[value_at_]));
        if (text_.size() + size > kMaxPage) return Fail("a value of more than 64 MiB");
        text_.append(value);
        value = text_;
      }
      ++value_at_;
      if (leaf_.type == ParquetType::kFixed && value.size() != leaf_.width) return Fail("a value has another width than its type");
      cell.bytes = value;
      return true;
    }
    default: {  // kSplit
      const std::size_t width = FixedWidth();
      const std::size_t count = values_.size() / width;
      if (value_at_ >= count) return Fail("a page ends early");
      text_.resize(width);
      for (std::size_t i = 0; i < width; ++i) text_[i] = values_[i * count + value_at_];
      ++value_at_;
      return FromFixed(text_, cell);
    }
  }
}

}  // namespace trailsift
