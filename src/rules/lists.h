// The lists that <list> looks values up in: Wazuh's CDB text files, `key:value` a line.
//
// Key and value may stand in double quotes when they hold a colon; unquoted, the key ends at the first colon. `key:` has an empty value;
// a line without a colon, or with a quote inside an unquoted key, is skipped; there are no comments; blanks count; of equal keys the
// first wins. Immutable once loaded; any number of threads may ask. (Source: Wazuh 4.x manual, "Using CDB lists"; answers of its engine.)
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace trailsift {

enum class ListLookup {
  kMatchKey,
  kNotMatchKey,
  kMatchKeyValue,
  kAddressMatchKey,
  kNotAddressMatchKey,
  kAddressMatchKeyValue,
};

class ValueList {
 public:
  static ValueList Parse(std::string_view text);

  // The value of an exact key; nothing when it is absent. The view lives as long as the list.
  std::optional<std::string_view> Find(std::string_view key) const;
  // The value of the address itself or else of its longest listed beginning that ends in a dot (`10.1.` holds 10.1.2.3).
  std::optional<std::string_view> FindAddress(std::string_view address) const;

  std::size_t size() const { return values_.size(); }

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Values = std::unordered_map<std::string, std::string, Hash, std::equal_to<>>;
  // All keys with their values, in no order.
  const Values& values() const { return values_; }

 private:
  Values values_;
};

}  // namespace trailsift
