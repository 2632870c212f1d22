// The identity of an event as its record writes it, in little memory: CloudTrail's are UUIDs.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace trailsift {

class PackedId {
 public:
  PackedId() : PackedId(std::string_view()) {}
  explicit PackedId(std::string_view text);

  std::string ToString() const;

 private:
  std::array<std::uint8_t, 16> uuid_{};
  std::unique_ptr<const std::string> other_;  // what is no UUID in lower case
};

}  // namespace trailsift
