// Finds and keeps the lists that rules name. `etc/lists/amazon/aws-eventnames` is sought in each folder under the longest of its endings
// that is there: DIR/etc/lists/amazon/aws-eventnames, DIR/lists/…, DIR/amazon/aws-eventnames, DIR/aws-eventnames; a final `.cdb` is
// left out. One thread while loading; the lists themselves are immutable.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/lists.h"

namespace trailsift {

class ListStore {
 public:
  explicit ListStore(std::vector<std::string> folders) : folders_(std::move(folders)) {}

  // A list given as text, found before any file.
  void AddText(const std::string& name, std::string_view text);

  // A list given as text that goes before all others whose name ends in this part (`accounts_own` for `etc/lists/trailsift/accounts_own`).
  void Replace(const std::string& last_part, std::string_view text);

  // The list, read at its first use; nullptr when no folder has it. Lives as long as the store's Take()n lists.
  const ValueList* Find(const std::string& name);

  std::vector<std::unique_ptr<const ValueList>> Take() { return std::move(lists_); }

 private:
  std::unique_ptr<const ValueList> Read(std::string_view name) const;

  std::vector<std::string> folders_;
  std::unordered_map<std::string, const ValueList*> replaced_;  // by the last part of the name
  std::unordered_map<std::string, const ValueList*> by_name_;
  std::vector<std::unique_ptr<const ValueList>> lists_;
};

}  // namespace trailsift
