#include "parquet/cell_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "event/full_log.h"

namespace trailsift {
namespace {

constexpr std::int64_t kFirstSecond = -62'167'219'200;  // of the year 0
constexpr std::int64_t kLastSecond = 253'402'300'799;   // of the year 9999
constexpr std::int64_t kJulianEpoch = 2'440'588;        // the Julian day of 1970-01-01
constexpr std::int64_t kSecondsADay = 86'400;

bool IsUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const std::size_t size = byte(0) < 0x80   ? 1
                             : byte(0) < 0xC2 ? 0
                             : byte(0) < 0xE0 ? 2
                             : byte(0) < 0xF0 ? 3
                             : byte(0) < 0xF5 ? 4
                                              : 0;
    if (size == 0 || size > text.size() - at) return false;
    for (std::size_t i = 1; i < size; ++i)
      if ((byte(i) & 0xC0) != 0x80) return false;
    if ((byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xED && byte(1) >= 0xA0) || (byte(0) == 0xF0 && byte(1) < 0x90) ||
        (byte(0) == 0xF4 && byte(1) >= 0x90))
      return false;
    at += size;
  }
  return true;
}

void AppendHex(std::string_view bytes, std::string& out) {
  for (const char byte : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15];
  }
}

// `units` to the second; what is no fraction of it is left out.
void AppendFraction(std::int64_t fraction, int digits, std::string& out) {
  if (fraction == 0) return;
  char text[32];
  const int size = std::snprintf(text, sizeof text, ".%0*lld", digits, static_cast<long long>(fraction));
  out.append(text, static_cast<std::size_t>(size));
}

std::int64_t UnitsOf(int digits) { return digits == 9 ? 1'000'000'000 : digits == 6 ? 1'000'000 : 1'000; }

void AppendMoment(std::int64_t seconds, std::int64_t fraction, int digits, bool utc, std::string& out) {
  std::string text = FormatIsoTime(seconds * kSecond);
  if (!text.empty() && text.back() == 'Z') text.pop_back();
  AppendFraction(fraction, digits, text);
  if (utc) text += 'Z';
  out.append("\"").append(text).append("\"");
}

void AppendTimestamp(std::int64_t value, int digits, bool utc, std::string& out) {
  const std::int64_t units = UnitsOf(digits);
  std::int64_t seconds = value / units;
  std::int64_t fraction = value % units;
  if (fraction < 0) {
    fraction += units;
    --seconds;
  }
  if (seconds < kFirstSecond || seconds > kLastSecond) out += std::to_string(value);
  else AppendMoment(seconds, fraction, digits, utc, out);
}

// Nanoseconds of a Julian day: how older writers put a time.
void AppendInt96(std::string_view bytes, std::string& out) {
  std::int64_t nanos = 0;
  std::int32_t day = 0;
  std::memcpy(&nanos, bytes.data(), 8);
  std::memcpy(&day, bytes.data() + 8, 4);
  const std::int64_t seconds = (day - kJulianEpoch) * kSecondsADay;
  constexpr std::int64_t kNanosADay = kSecondsADay * 1'000'000'000;
  if (nanos < 0 || nanos >= kNanosADay || seconds < kFirstSecond || seconds > kLastSecond - kSecondsADay) {
    out += '"';
    AppendHex(bytes, out);
    out += '"';
    return;
  }
  AppendMoment(seconds + nanos / 1'000'000'000, nanos % 1'000'000'000, 9, true, out);
}

void AppendTime(std::int64_t value, int digits, std::string& out) {
  const std::int64_t units = UnitsOf(digits);
  const std::int64_t seconds = value / units;
  if (value < 0 || seconds >= kSecondsADay) {
    out += std::to_string(value);
    return;
  }
  std::string text = FormatIsoTime(seconds * kSecond).substr(11, 8);
  AppendFraction(value % units, digits, text);
  out.append("\"").append(text).append("\"");
}

// A big-endian number in two's complement with `scale` digits behind the point.
void AppendDecimal(std::string_view bytes, int scale, std::string& out) {
  std::vector<unsigned> number(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) number[i] = static_cast<unsigned char>(bytes[i]);
  const bool negative = !number.empty() && number[0] >= 0x80;
  if (negative) {
    for (unsigned& byte : number) byte = ~byte & 0xFF;
    for (std::size_t i = number.size(); i-- > 0;)
      if (number[i] = (number[i] + 1) & 0xFF; number[i] != 0) break;
  }
  std::string digits;
  std::size_t first = 0;
  while (first < number.size()) {
    unsigned rest = 0;
    for (std::size_t i = first; i < number.size(); ++i) {
      const unsigned value = rest << 8 | number[i];
      number[i] = value / 10;
      rest = value % 10;
    }
    digits += static_cast<char>('0' + rest);
    while (first < number.size() && number[first] == 0) ++first;
  }
  while (digits.size() < static_cast<std::size_t>(scale) + 1) digits += '0';
  std::reverse(digits.begin(), digits.end());
  if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), 1, '.');
  if (negative) out += '-';
  out += digits;
}

std::string BigEndian(std::int64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> shift & 0xFF);
  return bytes;
}

void AppendReal(double value, std::string& out) {
  if (std::isfinite(value)) AppendJsonDouble(value, out);
  else out += "null";
}

double FromHalf(std::string_view bytes) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, bytes.data(), 2);
  const int exponent = bits >> 10 & 31;
  const int mantissa = bits & 1023;
  const double sign = (bits >> 15) != 0 ? -1 : 1;
  if (exponent == 31) return mantissa == 0 ? sign * HUGE_VAL : std::nan("");
  return sign * (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25));
}

void AppendBytes(std::string_view bytes, bool text, std::string& out) {
  if (text || IsUtf8(bytes)) return AppendAsciiJsonString(bytes, out);
  out += '"';
  AppendHex(bytes, out);
  out += '"';
}

}  // namespace

void AppendParquetCell(const ParquetNode& leaf, const ParquetCell& cell, std::string& out) {
  constexpr std::size_t kMaxDecimal = 64;
  const bool is_bytes = leaf.type == ParquetType::kBytes || leaf.type == ParquetType::kFixed;
  switch (leaf.meaning) {
    case ParquetMeaning::kText: return AppendBytes(cell.bytes, true, out);
    case ParquetMeaning::kUnsigned:
      out += std::to_string(leaf.type == ParquetType::kInt32 ? std::uint64_t{static_cast<std::uint32_t>(cell.integer)}
                                                             : static_cast<std::uint64_t>(cell.integer));
      return;
    case ParquetMeaning::kDecimal:
      if (is_bytes && (cell.bytes.empty() || cell.bytes.size() > kMaxDecimal)) return AppendBytes(cell.bytes, false, out);
      return AppendDecimal(is_bytes ? cell.bytes : std::string_view(BigEndian(cell.integer)), leaf.scale, out);
    case ParquetMeaning::kDate:
      if (const std::int64_t seconds = cell.integer * kSecondsADay; seconds >= kFirstSecond && seconds <= kLastSecond)
        out.append("\"").append(FormatIsoTime(seconds * kSecond).substr(0, 10)).append("\"");
      else out += std::to_string(cell.integer);
      return;
    case ParquetMeaning::kTime: return AppendTime(cell.integer, leaf.digits, out);
    case ParquetMeaning::kTimestamp: return AppendTimestamp(cell.integer, leaf.digits, leaf.utc, out);
    case ParquetMeaning::kUuid: {
      std::string text;
      AppendHex(cell.bytes, text);
      for (const std::size_t at : {20, 16, 12, 8}) text.insert(at, 1, '-');
      out.append("\"").append(text).append("\"");
      return;
    }
    case ParquetMeaning::kHalf: return AppendReal(FromHalf(cell.bytes), out);
    case ParquetMeaning::kPlain: break;
  }
  switch (leaf.type) {
    case ParquetType::kBoolean: out += cell.integer != 0 ? "true" : "false"; return;
    case ParquetType::kInt32:
    case ParquetType::kInt64: out += std::to_string(cell.integer); return;
    case ParquetType::kInt96: return AppendInt96(cell.bytes, out);
    case ParquetType::kFloat:
    case ParquetType::kDouble: return AppendReal(cell.real, out);
    default: return AppendBytes(cell.bytes, false, out);
  }
}

}  // namespace trailsift
