#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "binlog/gtid_set.h"

namespace sluice::store {

/// A place in a log file from which reading can begin, so that nothing has to be found by reading everything.
struct Mark {
  enum class Kind : std::uint8_t {
    transaction = 1,  ///< a transaction begins here
    event = 2,        ///< an event begins here, inside a long transaction
    end = 3,          ///< the log was closed here in order; what lies before it is on the disk
  };
  Kind kind = Kind::transaction;
  std::uint64_t offset = 0;
  std::uint32_t previous_timestamp = 0;  ///< of the transaction before
  std::string source_place;              ///< where the source has it; empty: conversion cannot be taken up here
  binlog::GtidSet added;                 ///< GTIDs of the transactions between the mark before and this one

  bool operator==(const Mark&) const = default;
  [[nodiscard]] bool can_resume() const { return kind == Kind::transaction && !source_place.empty(); }
};

/// A log file has at most one mark for this many bytes.
inline constexpr std::uint64_t mark_distance = 256U << 10U;

/// Marks lie apart from the log files, so that `mysqlbinlog mysql-bin.*` finds nothing but those.
inline constexpr std::string_view marks_directory = "marks";
inline constexpr std::string_view marks_suffix = ".marks";

/// "marks/mysql-bin.000001.marks" for the log file beside that directory. Its format: docs/formats/marks.md.
[[nodiscard]] std::filesystem::path mark_file_path(const std::filesystem::path& log_file);

/// Appends marks to a log file's mark file. One thread at a time.
///
/// A mark is written only after the log bytes before it are on the disk. So damage before the last mark is damage done
/// to stored bytes, and damage behind it may be what a power cut left of unfinished writes.
class MarkFile {
 public:
  /// Makes the file anew with these marks, in one step: a crash leaves the old one or the new one.
  [[nodiscard]] static Result<MarkFile> replace(std::filesystem::path path, const std::vector<Mark>& marks);

  [[nodiscard]] Result<void> append(const std::vector<Mark>& marks);

 private:
  MarkFile(std::filesystem::path path, FileDescriptor file, std::uint64_t size)
      : path_(std::move(path)), file_(std::move(file)), size_(size) {}

  std::filesystem::path path_;
  FileDescriptor file_;
  std::uint64_t size_;
};

/// Reads a mark file. One that is missing, cut or damaged gives the marks before the damage: marks save reading, they
/// hold nothing that the log has not, but for `source_place`.
[[nodiscard]] std::vector<Mark> load_marks(const std::filesystem::path& path);

}  // namespace sluice::store
