#include "instance/log_exchange.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"

namespace sluice::instance {
namespace {

constexpr const char* request_name = "copy_anew";

}  // namespace

Result<void> ask_for_log_to_be_put_aside(const std::filesystem::path& data_directory) {
  return replace_file(data_directory / request_name,
                      "The next start puts binlog/ aside and copies the primary's log.\n");
}

Result<void> put_log_aside_if_asked(const std::filesystem::path& data_directory, bool follows) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::exists(data_directory / request_name, error)) return {};
  const auto log = data_directory / "binlog";
  const auto aside = data_directory / "binlog.replaced";
  if (follows && fs::exists(log, error)) {
    fs::remove_all(aside, error);
    if (!error) fs::rename(log, aside, error);
    if (error) {
      return fail(ErrorKind::io,
                  fmt::format("{} cannot be put aside as {}: {}", log.string(), aside.string(), error.message()));
    }
    log::warning("the log was not the beginning of its primary's: it is {} now, and that is copied", aside.string());
  }
  fs::remove(data_directory / request_name, error);
  return sync_directory(data_directory);
}

}  // namespace sluice::instance
