// The decoders that <decoded_as> may name: those that Wazuh 4.x ships. trailsift has one of its own, `json`; the others are known so that
// a rule of another log source loads (and never holds).
#pragma once

#include <string_view>
#include <vector>

namespace trailsift {

const std::vector<std::string_view>& ShippedDecoderNames();

}  // namespace trailsift
