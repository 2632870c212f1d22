#include "event/inflated_hash.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "event/inflate.h"

namespace trailsift {
namespace {

Status TooLarge(std::size_t limit) {
  return Status(Code::kCorrupt, "inflates to more than " + std::to_string(limit >> 20) + " MiB");
}

// The stream of one member after the other; ends what it began.
class Inflater {
 public:
  Inflater() { good_ = inflateInit2(&stream_, 15 + 16) == Z_OK; }
  ~Inflater() {
    if (good_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Feeds one member's bytes to `hash`; `total` counts them over all members. `used` is what the member takes of `bytes`.
  Status Member(std::string_view bytes, std::size_t limit, Sha256& hash, std::size_t& total, std::size_t* used) {
    if (!good_ || inflateReset(&stream_) != Z_OK) return Status(Code::kInternal, "no memory to inflate");
    std::array<char, 64 << 10> piece;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
    const uInt given = stream_.avail_in;
    int result = Z_OK;
    while (result == Z_OK) {
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      result = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t made = piece.size() - stream_.avail_out;
      total += made;
      if (total > limit) return TooLarge(limit);
      hash.Update({piece.data(), made});
    }
    *used = given - stream_.avail_in;
    if (result == Z_STREAM_END) return Status::Ok();
    if (result == Z_BUF_ERROR)
      return Status(Code::kCorrupt, "gzip is cut off: it ends after " + std::to_string(total) + " inflated bytes");
    return Status(Code::kCorrupt, "gzip is damaged after " + std::to_string(total) + " inflated bytes");
  }

 private:
  z_stream stream_{};
  bool good_ = false;
};

}  // namespace

Result<Sha256Value> HashInflated(std::string_view bytes, std::size_t limit) {
  Sha256 hash;
  if (!IsGzip(bytes)) {
    if (bytes.size() > limit) return TooLarge(limit);
    hash.Update(bytes);
    return hash.Finish();
  }
  Inflater inflater;
  std::size_t total = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view member = bytes.substr(at);
    if (!IsGzip(member)) {
      return Status(Code::kCorrupt, std::to_string(member.size()) + " bytes that are no gzip follow its last member");
    }
    std::size_t used = 0;
    if (Status fault = inflater.Member(member, limit, hash, total, &used); !fault.ok()) return fault;
    at += used;
  }
  return hash.Finish();
}

}  // namespace trailsift
