#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "configuration/section.h"

namespace sluice::configuration {

/// A configuration file (TOML) as it was read: values at its top, tables `[name]`, and lists of tables `[[name]]`.
/// Deeper tables no file of ours has; as values they are of an unknown kind.
class Document {
 public:
  /// At most 1 MiB. The error names the file and, if that is no TOML, the line.
  [[nodiscard]] static Result<Document> read(const std::filesystem::path& path);

  /// What stands before the first table. The tables' names are keys here too: Section::allow those that are known.
  [[nodiscard]] Section top() const { return {top_, ""}; }
  /// The table `[name]`.
  [[nodiscard]] Section section(std::string_view name) const;
  /// The tables `[[name]]`; nothing if the file has no such list.
  [[nodiscard]] std::optional<std::vector<Section>> sections(std::string_view name) const;

 private:
  Table top_;
  std::map<std::string, Table, std::less<>> tables_;
  std::map<std::string, std::vector<std::optional<Table>>, std::less<>> lists_;
};

}  // namespace sluice::configuration
