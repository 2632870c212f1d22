// Texts of a record as one: `a, b, c`, each once, in the order they came. A stranger writes the record, so there is an end to it: from
// the 31st on they are counted only (`and 5 more`).
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"

namespace trailsift {

class JoinedTexts {
 public:
  void Add(std::string_view text) {
    if (text.empty() || std::find(texts_.begin(), texts_.end(), text) != texts_.end()) return;
    if (texts_.size() < kMax) texts_.emplace_back(text);
    else ++more_;
  }

  bool empty() const { return texts_.empty(); }

  // Nothing where nothing was added.
  std::optional<std::string_view> Join(Arena& arena) const {
    if (texts_.empty()) return std::nullopt;
    std::string all = texts_[0];
    for (std::size_t i = 1; i < texts_.size(); ++i) all += ", " + texts_[i];
    if (more_ > 0) all += " and " + std::to_string(more_) + " more";
    return arena.Copy(all);
  }

 private:
  // So many account ids still fit into a sentence, which Wazuh limits to 1024 bytes.
  static constexpr std::size_t kMax = 30;

  std::vector<std::string> texts_;
  std::size_t more_ = 0;
};

}  // namespace trailsift
