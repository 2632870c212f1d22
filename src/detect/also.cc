#include "detect/also.h"

#include <unordered_set>

namespace trailsift {
namespace {

void CollectAbove(const Rule& rule, std::unordered_set<const Rule*>& out) {
  for (const Rule* parent : rule.parents)
    if (out.insert(parent).second) CollectAbove(*parent, out);
}

}  // namespace

std::vector<std::string> AlsoHolding(const std::vector<const Rule*>& results, const Rule& winner) {
  std::vector<std::string> ids;
  if (results.empty() || (results.size() == 1 && results.front() == &winner)) return ids;
  std::unordered_set<const Rule*> above{&winner};
  CollectAbove(winner, above);
  for (const Rule* rule : results)
    if (!above.contains(rule) && ids.size() < kMaxAlso) ids.push_back(rule->info.id);
  return ids;
}

}  // namespace trailsift
