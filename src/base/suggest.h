// The known word nearest to a misspelt one, for hints such as `did you mean <aws_profile>?`. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace trailsift {

// How many letters must be inserted, dropped, replaced or swapped with a neighbour to turn one word into the other (optimal string
// alignment); case does not count. Stops counting at limit + 1.
std::size_t EditDistance(std::string_view a, std::string_view b, std::size_t limit);

// The candidate nearest to `word`, the first among equals; empty where none is near (a third of the word's letters, at least one,
// at most three). Words of more than 64 bytes have no neighbour.
std::string_view NearestWord(std::string_view word, const std::vector<std::string_view>& candidates);

// `did you mean <aws_profile>?` with the given brackets; empty where no candidate is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates, std::string_view open = "",
                       std::string_view close = "");

}  // namespace trailsift
