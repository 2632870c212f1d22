// A rule's group text, `aws,cloudtrail,pci_dss_10.6.1,`: the groups an alert shows, and the compliance requirements apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/rule.h"

namespace trailsift {

// Both results are appended to. A name that begins with one of the prefixes pci_dss_, cis_, gdpr_, gpg13_, hipaa_, nist_800_53_, tsc_ goes
// to `compliance` without it. Only the first 1023 bytes count, as in Wazuh.
void SplitGroups(std::string_view text, std::vector<std::string>& groups, Compliance& compliance);

}  // namespace trailsift
