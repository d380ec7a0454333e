#include "binlog/gtid.h"

#include <fmt/format.h>

namespace sluice::binlog {

std::string Gtid::text() const {
  if (source.tag.empty()) return fmt::format("{}:{}", source.uuid.text(), number);
  return fmt::format("{}:{}:{}", source.uuid.text(), source.tag, number);
}

std::optional<std::string> parse_gtid_tag(std::string_view text) {
  if (text.empty() || text.size() > gtid_tag_size_max) return std::nullopt;
  std::string tag;
  tag.reserve(text.size());
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      tag += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9' && !tag.empty()))
      tag += c;
    else
      return std::nullopt;
  }
  return tag;
}

}  // namespace sluice::binlog
