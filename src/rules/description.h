// A rule's sentence: text with `$(field)` in it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace trailsift {

// The value of a name of the sentence: one of Wazuh's static fields, hostname, program_name, or a field of the event.
using DescriptionLookup = std::function<std::optional<std::string_view>(std::string_view name)>;

// Replaces every `$(name)` by its value, by nothing where there is none. A result of 1024 bytes or more is given up and the template
// itself is the answer, as in Wazuh. An opening without a close stays as it is.
std::string ExpandDescription(std::string_view description, const DescriptionLookup& lookup);

// Visits the names of a sentence, in order, repeated as often as they stand there.
void ForEachDescriptionName(std::string_view description, const std::function<void(std::string_view)>& visit);

}  // namespace trailsift
