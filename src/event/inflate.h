// gzip (RFC 1952) of one or more members into padded memory, bounded. What a damaged file still holds is recovered up to the
// damage. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"
#include "event/padded_text.h"

namespace trailsift {

struct Inflated {
  PaddedText text;  // sealed
  // kCorrupt: cut, damaged, or followed by bytes that are no gzip (text holds what came before), or larger than the limit (text is
  // empty).
  Status fault;
};

bool IsGzip(std::string_view bytes);

// `bytes` IsGzip. `room` is memory to use again; what it holds is overwritten.
Inflated InflateGzip(std::string_view bytes, std::size_t limit, PaddedText room = {});

// The first `size` bytes of what the first member holds, or as many as can be read: to see what a file is.
std::string InflateStart(std::string_view bytes, std::size_t size);

}  // namespace trailsift
