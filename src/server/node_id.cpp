#include "server/node_id.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "base/file.h"
#include "base/hex.h"
#include "base/random.h"

namespace sluice::server {
namespace {

constexpr std::size_t digits = 32;

}  // namespace

Result<std::string> load_or_make_node_id(const std::filesystem::path& directory) {
  const auto path = directory / "node_id";
  std::error_code error;
  const bool there = std::filesystem::exists(path, error);
  if (error) return fail(ErrorKind::io, fmt::format("cannot look for {}: {}", path.string(), error.message()));
  if (!there) {
    std::array<std::uint8_t, digits / 2> random{};
    fill_random(random);
    const std::string id = to_hex(random);
    if (auto written = replace_file(path, id + "\n"); !written) return std::unexpected(std::move(written.error()));
    return id;
  }
  auto content = read_file(path, 256);
  if (!content) return std::unexpected(std::move(content.error()));
  std::erase(*content, '\n');
  if (content->size() != digits || !from_hex(*content)) {
    return fail(ErrorKind::corrupt,
                fmt::format("{} is not a server's id, 32 hexadecimal digits. Give back the file as it was, or, if this "
                            "server has no instances, remove it: then a new id is made",
                            path.string()));
  }
  return content;
}

std::string uuid_text(const std::string& node_id) {
  return fmt::format("{}-{}-{}-{}-{}", node_id.substr(0, 8), node_id.substr(8, 4), node_id.substr(12, 4),
                     node_id.substr(16, 4), node_id.substr(20, 12));
}

std::uint32_t number_of(const std::string& node_id) {
  constexpr int hexadecimal = 16;
  const auto number = std::strtoul(node_id.substr(0, 8).c_str(), nullptr, hexadecimal);
  return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(number));
}

}  // namespace sluice::server
