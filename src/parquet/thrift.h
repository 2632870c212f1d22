// Thrift's compact protocol, as far as Parquet's headers need it (Apache Thrift, "Thrift compact protocol encoding"). Borrows its bytes,
// which may come from anybody: whatever is wrong makes ok() false for good, and every further answer empty. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trailsift {

class ThriftReader {
 public:
  enum Type : std::uint8_t { kStop, kTrue, kFalse, kByte, kI16, kI32, kI64, kDouble, kBinary, kList, kSet, kMap, kStruct };
  struct Field {
    int id = 0;  // the one before, at first 0
    Type type = kStop;
  };

  explicit ThriftReader(std::string_view bytes) : bytes_(bytes) {}

  // The next member of a struct; false at its end. The caller reads its value or skips it.
  bool NextField(Field& field);
  // kByte, kI16, kI32 and kI64.
  std::int64_t Integer(Type type);
  std::string_view Binary();
  // Of a list or set: false where it can't be.
  bool ListHeader(Type& element, std::size_t& size);
  void Skip(Type type, int depth = 0);

  bool ok() const { return ok_; }
  // Behind what was read.
  std::size_t position() const { return at_; }

 private:
  std::uint8_t Byte();
  std::uint64_t Varint();
  void Fail();

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace trailsift
