#include "boundary/file_boundary.h"

#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/file.h"
#include "binlog/log_file_name.h"
#include "store/log_file_header.h"
#include "store/marks.h"

namespace sluice::boundary {

Result<std::string> describe_boundary(const std::filesystem::path& binlog_directory, std::uint64_t file) {
  const auto path = binlog_directory / binlog::log_file_name(file);
  const auto opened = open_file(path, O_RDONLY);
  if (!opened) return std::unexpected(opened.error());
  const auto header = store::read_log_file_header(*opened, path);
  if (!header) return std::unexpected(header.error());
  const auto marks = store::load_marks(store::mark_file_path(path));
  if (marks.empty() || marks.front().offset != header->size || !marks.front().can_resume()) {
    return fail(ErrorKind::not_found, fmt::format("{} does not say where in the source the file begins",
                                                  store::mark_file_path(path).string()));
  }
  toml::table table;
  table.insert("file", static_cast<std::int64_t>(file));
  table.insert("previous_gtids", header->previous.text());
  table.insert("last_timestamp", static_cast<std::int64_t>(header->timestamp));
  table.insert("source_place", marks.front().source_place);
  std::ostringstream text;
  text << table << "\n";
  return text.str();
}

Result<convert::LogState> load_boundary(const std::filesystem::path& path) {
  constexpr std::size_t size_max = 64U << 20U;
  const auto content = read_file(path, size_max);
  if (!content) return std::unexpected(content.error());
  return parse_boundary(*content, path.string());
}

Result<convert::LogState> parse_boundary(std::string_view text, const std::string& name) {
  toml::table table;
  try {
    table = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::invalid, fmt::format("{}: {}", name, error.description()));
  }
  const auto file = table["file"].value<std::int64_t>();
  const auto previous = table["previous_gtids"].value<std::string>();
  const auto timestamp = table["last_timestamp"].value<std::int64_t>();
  const auto place = table["source_place"].value<std::string>();
  if (!file || *file < 1 || !previous || !timestamp || *timestamp < 0 || *timestamp > UINT32_MAX || !place) {
    return fail(ErrorKind::invalid, fmt::format("{} is not the description of a boundary", name));
  }
  auto executed = binlog::parse_gtid_set(*previous);
  if (!executed) return fail_in(name, std::move(executed.error()));
  convert::LogState state;
  state.file = static_cast<std::uint64_t>(*file);
  state.last_timestamp = static_cast<std::uint32_t>(*timestamp);
  state.executed = std::move(*executed);
  state.source_place = *place;
  return state;
}

}  // namespace sluice::boundary
