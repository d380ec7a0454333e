#pragma once

#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "base/error.h"

namespace sluice::configuration {

/// What is wrong with a configuration file, all of it.
struct Problems {
  std::vector<std::string> all;

  void add(std::vector<std::string> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }

  /// The error that names the file and tells all problems; none if there are none.
  [[nodiscard]] Result<void> verdict(const std::filesystem::path& path) const;
};

}  // namespace sluice::configuration
