// Amounts as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace trailsift {

// `12,345`
std::string WithCommas(std::uint64_t number);
// `512 B`, `4.0 KiB`, `12.3 MiB`, `456 GiB`: three digits or so.
std::string ByteText(std::uint64_t bytes);
// `$0` only where nothing is asked, `under $0.01`, `$0.12`, `$1,234.50`.
std::string DollarText(double dollars);
// `45 s`, `3 min`, `2 h 10 min`, `4 d 3 h`
std::string SpanText(double seconds);

}  // namespace trailsift
