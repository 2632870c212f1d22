#include "parquet/thrift.h"

namespace trailsift {
namespace {

constexpr int kMaxDepth = 32;

std::int64_t Unzigzag(std::uint64_t value) { return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1); }

}  // namespace

void ThriftReader::Fail() {
  ok_ = false;
  at_ = bytes_.size();
}

std::uint8_t ThriftReader::Byte() {
  if (at_ >= bytes_.size()) {
    Fail();
    return 0;
  }
  return static_cast<std::uint8_t>(bytes_[at_++]);
}

std::uint64_t ThriftReader::Varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = Byte();
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return ok_ ? value : 0;
  }
  Fail();
  return 0;
}

bool ThriftReader::NextField(Field& field) {
  const std::uint8_t head = Byte();
  if (!ok_ || head == kStop) return false;
  field.type = static_cast<Type>(head & 15);
  if (field.type == kStop || field.type > kStruct) {
    Fail();
    return false;
  }
  if ((head >> 4) != 0) field.id += head >> 4;
  else field.id = static_cast<int>(Unzigzag(Varint()) & 0xFFFF);
  return ok_;
}

std::int64_t ThriftReader::Integer(Type type) {
  if (type == kByte) return static_cast<std::int8_t>(Byte());
  if (type == kI16 || type == kI32 || type == kI64) return Unzigzag(Varint());
  Fail();
  return 0;
}

std::string_view ThriftReader::Binary() {
  const std::uint64_t size = Varint();
  if (!ok_ || size > bytes_.size() - at_) {
    Fail();
    return {};
  }
  const std::string_view text = bytes_.substr(at_, static_cast<std::size_t>(size));
  at_ += static_cast<std::size_t>(size);
  return text;
}

bool ThriftReader::ListHeader(Type& element, std::size_t& size) {
  const std::uint8_t head = Byte();
  element = static_cast<Type>(head & 15);
  const std::uint64_t count = (head >> 4) == 15 ? Varint() : static_cast<std::uint64_t>(head >> 4);
  // An element takes a byte at least.
  if (!ok_ || element == kStop || element > kStruct || count > bytes_.size() - at_) {
    Fail();
    return false;
  }
  size = static_cast<std::size_t>(count);
  return true;
}

void ThriftReader::Skip(Type type, int depth) {
  if (depth > kMaxDepth) return Fail();
  switch (type) {
    case kTrue:
    case kFalse: return;
    case kByte: Byte(); return;
    case kI16:
    case kI32:
    case kI64: Varint(); return;
    case kDouble:
      if (bytes_.size() - at_ < 8) return Fail();
      at_ += 8;
      return;
    case kBinary: Binary(); return;
    case kList:
    case kSet: {
      Type element = kStop;
      std::size_t size = 0;
      if (!ListHeader(element, size)) return;
      // In a list a boolean is a byte.
      for (std::size_t i = 0; i < size && ok_; ++i) Skip(element == kTrue || element == kFalse ? kByte : element, depth + 1);
      return;
    }
    case kMap: {
      const std::uint64_t size = Varint();
      if (size == 0) return;
      const std::uint8_t types = Byte();
      for (std::uint64_t i = 0; i < size && ok_; ++i)
        for (const int half : {types >> 4, types & 15})
          Skip(half == kTrue || half == kFalse ? kByte : static_cast<Type>(half), depth + 1);
      return;
    }
    case kStruct: {
      Field field;
      while (NextField(field)) Skip(field.type, depth + 1);
      return;
    }
    default: return Fail();
  }
}

}  // namespace trailsift
