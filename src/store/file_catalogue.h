#pragma once

#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "binlog/gtid_set.h"

namespace sluice::store {

/// What a closed log file's header, its size and the next file's header say.
struct CataloguedFile {
  std::uint64_t number = 0;
  std::uint64_t size = 0;
  std::uint32_t timestamp = 0;  ///< of its format description
  binlog::GtidSet previous;     ///< GTIDs before it
  binlog::GtidSet added;        ///< those of its own transactions
};

/// A log's closed files in one small file, `marks/files`, so that an opening need not read the header of each. It holds
/// nothing that the log files do not: losing it costs time. Its format: docs/formats/marks.md.
class FileCatalogue {
 public:
  explicit FileCatalogue(const std::filesystem::path& log_directory);

  /// The files that it holds, oldest first, one behind the other. Nothing of what stands behind damage.
  [[nodiscard]] std::vector<CataloguedFile> load() const;

  /// Writes it anew with these files.
  [[nodiscard]] Result<void> replace(const std::vector<CataloguedFile>& files);

  /// Whether `file` may be appended: it follows what was written last.
  [[nodiscard]] bool precedes(std::uint64_t file) const { return last_ != 0 && last_ + 1 == file; }
  [[nodiscard]] Result<void> append(const CataloguedFile& file);

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
  std::uint64_t last_ = 0;  ///< number of the file written last
};

}  // namespace sluice::store
