#include "base/log.h"

#include <memory>

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace sluice::log {
namespace {

constexpr std::size_t file_size_max = 64U << 20U;
constexpr std::size_t files_kept = 5;

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance =
      std::make_shared<spdlog::logger>("sluice", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  return instance;
}

}  // namespace

void open(const std::string& file, Level lowest) {
  if (!file.empty()) {
    logger() = std::make_shared<spdlog::logger>(
        "sluice", std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file, file_size_max, files_kept));
  }
  logger()->set_level(to_spdlog(lowest));
  logger()->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v", spdlog::pattern_time_type::utc);
  logger()->flush_on(spdlog::level::info);
}

void write(Level level, std::string_view text) {
  logger()->log(to_spdlog(level), spdlog::string_view_t(text.data(), text.size()));
}

bool enabled(Level level) {
  return logger()->should_log(to_spdlog(level));
}

}  // namespace sluice::log
