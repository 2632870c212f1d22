#include "event/inflate.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

namespace trailsift {
namespace {

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

// The inflated size that the trailer of the last member claims (modulo 2^32), when deflate could reach it (1,032 to 1); else a
// guess.
std::size_t GuessSize(std::string_view bytes, std::size_t limit) {
  std::size_t guess = bytes.size() * 8;
  if (bytes.size() >= 18) {
    std::size_t claimed = 0;
    for (std::size_t i = 0; i < 4; ++i) claimed |= std::size_t{static_cast<unsigned char>(bytes[bytes.size() - 4 + i])} << (8 * i);
    if (claimed <= bytes.size() * 1032 && claimed >= bytes.size() / 2) guess = claimed;
  }
  return std::clamp<std::size_t>(guess, 64, limit);
}

Status TooLarge(std::size_t limit, PaddedText& text) {
  text.set_size(0);
  return Status(Code::kCorrupt, "inflates to more than " + std::to_string(limit >> 20) + " MiB");
}

// Appends what zlib, which gives its output as it goes, can read of a damaged member, and says where it broke. Ok, and the member's
// size in `used`, when zlib finds no fault with it.
Status Recover(std::string_view member, std::size_t offset, std::size_t limit, PaddedText& text, std::size_t* used) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return Status(Code::kInternal, "no memory to inflate");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(member.data()));
  stream.avail_in = static_cast<uInt>(member.size());
  int result = Z_OK;
  bool too_large = false;
  while (result == Z_OK) {
    if (text.size() == text.capacity()) {
      if (text.capacity() >= limit) {
        too_large = true;
        break;
      }
      text.Grow(std::min(limit, text.capacity() * 2));
    }
    const std::size_t room = text.capacity() - text.size();
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + text.size());
    stream.avail_out = static_cast<uInt>(room);
    result = inflate(&stream, Z_NO_FLUSH);
    text.set_size(text.size() + (room - stream.avail_out));
  }
  *used = member.size() - stream.avail_in;
  const std::size_t at = offset + *used;
  const std::string why = stream.msg == nullptr ? "" : std::string(" (") + stream.msg + ")";
  inflateEnd(&stream);
  if (too_large) return TooLarge(limit, text);
  if (result == Z_STREAM_END) return Status::Ok();
  if (result == Z_BUF_ERROR) {
    return Status(Code::kCorrupt, "gzip is cut off: it ends after " + std::to_string(text.size()) + " inflated bytes");
  }
  return Status(Code::kCorrupt, "gzip is damaged at byte " + std::to_string(at) + why + ", after " + std::to_string(text.size()) +
                                    " inflated bytes");
}

}  // namespace

bool IsGzip(std::string_view bytes) { return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b'; }

std::string InflateStart(std::string_view bytes, std::size_t size) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return {};
  std::string text(size, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(size);
  while (stream.avail_out > 0 && inflate(&stream, Z_NO_FLUSH) == Z_OK) continue;
  text.resize(size - stream.avail_out);
  inflateEnd(&stream);
  return text;
}

Inflated InflateGzip(std::string_view bytes, std::size_t limit, PaddedText room) {
  thread_local const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(libdeflate_alloc_decompressor());
  room.set_size(0);
  if (const std::size_t guess = GuessSize(bytes, limit); room.capacity() < guess) room = PaddedText(guess);
  Inflated out{std::move(room), Status::Ok()};
  std::size_t at = 0;
  while (at < bytes.size() && out.fault.ok()) {
    const std::string_view member = bytes.substr(at);
    if (!IsGzip(member)) {
      out.fault = Status(Code::kCorrupt, std::to_string(member.size()) + " bytes that are no gzip follow its last member at byte " +
                                             std::to_string(at));
      break;
    }
    std::size_t used = 0;
    std::size_t produced = 0;
    const auto result =
        decompressor == nullptr
            ? LIBDEFLATE_BAD_DATA
            : libdeflate_gzip_decompress_ex(decompressor.get(), member.data(), member.size(), out.text.data() + out.text.size(),
                                            out.text.capacity() - out.text.size(), &used, &produced);
    if (result == LIBDEFLATE_SUCCESS) {
      out.text.set_size(out.text.size() + produced);
      at += used;
    } else if (result != LIBDEFLATE_INSUFFICIENT_SPACE) {
      out.fault = Recover(member, at, limit, out.text, &used);
      at += used;
    } else if (out.text.capacity() < limit) {
      out.text.Grow(std::min(limit, out.text.capacity() * 2));
    } else {
      out.fault = TooLarge(limit, out.text);
    }
  }
  out.text.Seal();
  return out;
}

}  // namespace trailsift
