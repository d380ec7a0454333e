#include "ctl/defaults.h"

#include <cstdlib>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include "base/file.h"
#include "ctl/characters.h"

namespace sluice::ctl {
namespace {

constexpr std::size_t defaults_size_max = 65536;

/// Takes a text that is not empty.
std::optional<std::string> text_of(const toml::node& value, std::string_view key, std::vector<std::string>& problems) {
  auto text = value.value_exact<std::string>();
  if (text && !text->empty()) return text;
  problems.push_back(fmt::format("{} has to be a text in quotes", key));
  return std::nullopt;
}

std::optional<std::uint16_t> port_of(const toml::node& value, std::vector<std::string>& problems) {
  const auto port = value.value_exact<std::int64_t>();
  if (port && *port >= 1 && *port <= UINT16_MAX) return static_cast<std::uint16_t>(*port);
  problems.emplace_back("port has to be a number from 1 to 65535");
  return std::nullopt;
}

Defaults read_table(const toml::table& table, std::vector<std::string>& problems) {
  Defaults defaults;
  for (const auto& [key, value] : table) {
    if (key.str() == "host") {
      defaults.host = text_of(value, "host", problems);
    } else if (key.str() == "port") {
      defaults.port = port_of(value, problems);
    } else if (key.str() == "user") {
      defaults.user = text_of(value, "user", problems);
    } else if (key.str() == "password_file") {
      defaults.password_file = text_of(value, "password_file", problems);
    } else if (key.str() == "password") {
      problems.emplace_back(
          "password is not a key: put the password into a file of its own and name that as password_file");
    } else {
      problems.push_back(fmt::format("{} is not a known key (host, port, user, password_file)", visible(key.str())));
    }
  }
  return defaults;
}

}  // namespace

Outcome<Defaults> parse_defaults(std::string_view text, const std::filesystem::path& path) {
  const std::string name = visible(path.string());
  Defaults defaults;
  try {
    std::vector<std::string> problems;
    defaults = read_table(toml::parse(text), problems);
    if (!problems.empty()) return usage_failure(fmt::format("{}: {}", name, fmt::join(problems, "; ")));
  } catch (const toml::parse_error& error) {
    return usage_failure(fmt::format("{}, line {}: is no TOML", name, error.source().begin.line));
  }
  if (defaults.password_file) {
    defaults.password_file = (path.parent_path() / *defaults.password_file).string();
  }
  return defaults;
}

Outcome<Defaults> load_defaults(const std::filesystem::path& path) {
  std::filesystem::path file = path;
  if (file.empty()) {
    const char* const home = std::getenv("HOME");
    if (home == nullptr || *home == '\0') return Defaults();
    file = std::filesystem::path(home) / ".sluicectl.toml";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return Defaults();
  }
  const auto text = read_file(file, defaults_size_max);
  if (!text) return usage_failure("defaults: " + visible(text.error().message));
  return parse_defaults(*text, file);
}

}  // namespace sluice::ctl
