// Finds and keeps the lists that rules name, in this order: files that the user declares, folders of the user, what the program has
// learned, folders of lists that come with rules (those that somebody has filled go before what was learned), what is built in; the first that has the name gives the whole list. `etc/lists/amazon/aws-eventnames` is the declared file
// whose path ends like that, or else in `lists/amazon/aws-eventnames`, `amazon/aws-eventnames`, `aws-eventnames`; in a folder it is sought
// under the same endings: DIR/etc/lists/amazon/aws-eventnames, …, DIR/aws-eventnames. The longest ending that is there holds. A final
// `.cdb` is left out. Files are read once for a name; a copy of the store knows the same lists and reads none again. One thread while
// loading; the lists themselves are immutable and shared.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "rules/lists.h"

namespace trailsift {

// Lists as texts: the whole name (`etc/lists/trailsift/accounts_own`), the lines.
using ListTexts = std::vector<std::pair<std::string, std::string>>;

// A list that some rule names.
struct ListUse {
  enum class Origin { kFile, kLearned, kBuiltIn };
  Origin origin = Origin::kBuiltIn;
  std::string path;  // of a file
  std::shared_ptr<const ValueList> list;
};

class ListStore {
 public:
  ListStore(std::vector<std::string> files, std::vector<std::string> folders, std::vector<std::string> shipped = {})
      : declared_(std::move(files)), folders_(std::move(folders)), shipped_(std::move(shipped)) {}

  void SetBuiltIn(const ListTexts& lists) { built_in_ = ParseAll(lists); }
  // Replaces what was learned before.
  void SetLearned(const ListTexts& lists) { learned_ = ParseAll(lists); }

  // Lists that go before all others whose name ends in this part (`accounts_own` for `etc/lists/trailsift/accounts_own`).
  void SetReplaced(const ListTexts& lists) { replaced_ = ParseAll(lists); }

  // The list, as long as this store or a copy lives. kNotFound when nobody has it; a file that is there and can't be read is an error that
  // names it, and nothing takes its place.
  Result<const ValueList*> Find(const std::string& name);

  // What was found so far, by name.
  const std::map<std::string, ListUse>& used() const { return used_; }

 private:
  using Lists = std::map<std::string, std::shared_ptr<const ValueList>>;
  static Lists ParseAll(const ListTexts& lists);
  // The first of these files, or of those in the folders, that is the list; without a list where there is none.
  static Result<ListUse> ReadFile(std::string_view name, const std::vector<std::string>& files,
                                  const std::vector<std::string>& folders);

  std::vector<std::string> declared_;
  std::vector<std::string> folders_;
  std::vector<std::string> shipped_;
  std::map<std::string, ListUse> files_;          // a null list where there is no such file
  std::map<std::string, ListUse> shipped_files_;  // likewise
  Lists replaced_;                                // by the last part of the name
  Lists learned_;
  Lists built_in_;
  std::map<std::string, ListUse> used_;
};

}  // namespace trailsift
