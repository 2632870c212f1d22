// Whose an account is: the user's own, a vendor's, or a stranger's.
//
// Two lists of the rules tell (`accounts_own`, `accounts_vendor`), and the record: the account that received it is always one's own.
// A small value that borrows both; one event's time.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

namespace trailsift {

// Whether a list of the rules, named as rules name it, holds the key. Any number of threads may call it.
using InListFunction = std::function<bool(std::string_view list, std::string_view key)>;

// The name that the user gave an account; nothing where there is none. Any number of threads may call it.
using AccountNameFunction = std::function<std::optional<std::string_view>(std::string_view account)>;

class KnownAccounts {
 public:
  // Without a function the lists count as empty.
  KnownAccounts(const InListFunction& in_list, std::string_view recipient) : in_list_(in_list), recipient_(recipient) {}

  bool IsOwn(std::string_view account) const { return account == recipient_ || IsIn("etc/lists/trailsift/accounts_own", account); }
  bool IsVendor(std::string_view account) const { return IsIn("etc/lists/trailsift/accounts_vendor", account); }

 private:
  bool IsIn(std::string_view list, std::string_view account) const { return in_list_ && in_list_(list, account); }

  const InListFunction& in_list_;
  std::string_view recipient_;
};

}  // namespace trailsift
