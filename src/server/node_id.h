#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"

namespace sluice::server {

/// The server's id: 32 hexadecimal digits by chance, made at the first start and kept in `directory`/node_id.
[[nodiscard]] Result<std::string> load_or_make_node_id(const std::filesystem::path& directory);

/// As a UUID's text, for the variable server_uuid; and its first four bytes, never 0, for server_id.
[[nodiscard]] std::string uuid_text(const std::string& node_id);
[[nodiscard]] std::uint32_t number_of(const std::string& node_id);

}  // namespace sluice::server
