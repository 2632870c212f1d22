// Sorts any number of lines by (event time, alert id) in bounded memory: what does not fit goes to temporary files (in TMPDIR, else
// /tmp) as sorted runs, which are merged at the end. One thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/status.h"
#include "base/time.h"

namespace trailsift {

class AlertSorter {
 public:
  explicit AlertSorter(std::size_t max_bytes = 4u << 20);

  Status Add(Millis time, const Hash128& id, std::string line);
  // Hands out everything in order, then is empty. A failure of `visit` ends it.
  Status Drain(const std::function<Status(const Hash128& id, const std::string& line)>& visit);

 private:
  struct Item {
    Millis time = 0;
    Hash128 id;
    std::string line;
    auto key() const { return std::pair(time, id); }
  };
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Run {
    std::unique_ptr<std::FILE, CloseFile> file;
    std::size_t left = 0;  // items not read yet
  };

  Status Spill();
  // False at the run's end.
  static Result<bool> Read(Run& run, Item& item);

  const std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::vector<Item> items_;
  std::vector<Run> runs_;
};

}  // namespace trailsift
