#include "event/gzip.h"

#include <libdeflate.h>

#include <memory>

namespace trailsift {

Result<std::string> Gzip(std::string_view text) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(libdeflate_alloc_compressor(6),
                                                                                                 &libdeflate_free_compressor);
  if (compressor == nullptr) return Status(Code::kInternal, "no memory to compress with");
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), text.size()), '\0');
  const std::size_t size = libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), out.data(), out.size());
  if (size == 0) return Status(Code::kInternal, "the compressor gave up");
  out.resize(size);
  return out;
}

}  // namespace trailsift
