#include "cli/default_config.h"

#include <unistd.h>

namespace trailsift {

std::vector<std::string> DefaultConfig() {
  std::vector<std::string> found;
  for (const char* path : kDefaultConfig)
    if (access(path, F_OK) == 0) found.emplace_back(path);
  return found;
}

}  // namespace trailsift
