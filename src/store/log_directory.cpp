#include "store/log_directory.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"
#include "binlog/log_file_name.h"
#include "store/marks.h"

namespace sluice::store {
namespace {

constexpr std::string_view index_name = "mysql-bin.index";
constexpr std::string_view purge_note_name = "purge";

std::filesystem::path purge_note(const std::filesystem::path& directory) {
  return directory / marks_directory / purge_note_name;
}

Result<void> remove_path(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (!error) return {};
  return fail(ErrorKind::io, fmt::format("cannot remove {}: {}", path.string(), error.message()), error.value());
}

Result<std::vector<std::uint64_t>> numbers_in(const std::filesystem::path& directory, std::string_view suffix) {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    std::string name = entry.path().filename().string();
    if (!name.ends_with(suffix)) continue;
    name.resize(name.size() - suffix.size());
    if (const auto number = binlog::log_file_number(name)) numbers.push_back(*number);
  }
  if (error) {
    return fail(ErrorKind::io, fmt::format("cannot list {}: {}", directory.string(), error.message()), error.value());
  }
  std::ranges::sort(numbers);
  return numbers;
}

/// The newest file of a purge that was noted and not ended.
std::optional<std::uint64_t> noted_purge(const std::filesystem::path& directory) {
  constexpr std::size_t size_max = 64;
  auto content = read_file(purge_note(directory), size_max);
  if (!content) return std::nullopt;
  while (content->ends_with('\n'))
    content->pop_back();
  return binlog::log_file_number(*content);
}

}  // namespace

Result<std::vector<std::uint64_t>> log_files_in(const std::filesystem::path& directory) {
  auto numbers = numbers_in(directory, "");
  if (!numbers) return numbers;
  for (std::size_t i = 1; i < numbers->size(); ++i) {
    const std::uint64_t before = (*numbers)[i - 1];
    if ((*numbers)[i] == before + 1) continue;
    return fail(ErrorKind::corrupt,
                fmt::format("{}: {} is missing between {} and {}. Put it back, or move the files before it away",
                            directory.string(), binlog::log_file_name(before + 1), binlog::log_file_name(before),
                            binlog::log_file_name((*numbers)[i])));
  }
  return numbers;
}

Result<void> write_log_index(const std::filesystem::path& directory, const std::vector<std::uint64_t>& files) {
  std::string content;
  for (const std::uint64_t file : files)
    content += "./" + binlog::log_file_name(file) + "\n";
  return replace_file(directory / index_name, content);
}

Result<void> note_purge(const std::filesystem::path& directory, std::uint64_t last) {
  return replace_file(purge_note(directory), binlog::log_file_name(last) + "\n");
}

Result<void> remove_log_file(const std::filesystem::path& directory, std::uint64_t file) {
  const auto path = directory / binlog::log_file_name(file);
  if (auto removed = remove_path(path); !removed) return removed;
  return remove_path(mark_file_path(path));
}

Result<void> end_purge(const std::filesystem::path& directory) {
  if (auto synced = sync_directory(directory); !synced) return synced;
  return remove_path(purge_note(directory));
}

Result<void> finish_purge(const std::filesystem::path& directory) {
  auto files = numbers_in(directory, "");
  if (!files) return std::unexpected(std::move(files.error()));
  const auto last = noted_purge(directory);
  if (last && !files->empty()) {
    const std::uint64_t newest = files->back();
    for (const std::uint64_t file : *files) {
      if (file > *last || file == newest) break;
      log::info("{} goes: a purge up to {} had not ended", binlog::log_file_name(file), binlog::log_file_name(*last));
      if (auto removed = remove_log_file(directory, file); !removed) return removed;
    }
  }
  if (auto ended = end_purge(directory); !ended) return ended;

  const auto marks = numbers_in(directory / marks_directory, marks_suffix);
  if (!marks) return std::unexpected(marks.error());
  files = numbers_in(directory, "");
  if (!files) return std::unexpected(std::move(files.error()));
  for (const std::uint64_t file : *marks) {
    if (!files->empty() && file >= files->front()) break;
    if (auto removed = remove_log_file(directory, file); !removed) return removed;
  }
  return {};
}

}  // namespace sluice::store
