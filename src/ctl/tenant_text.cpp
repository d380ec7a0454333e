#include "ctl/tenant_text.h"

#include <optional>

#include <fmt/format.h>

#include "ctl/characters.h"
#include "mysql/statement_quoting.h"
#include "sql/management_parts.h"
#include "sql/name.h"

namespace sluice::ctl {
namespace {

/// Takes a name in back-ticks off the front of `text`; nothing if they do not close.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string name;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '`') {
      if (i + 1 == text.size() || text[i + 1] != '`') {
        text.remove_prefix(i + 1);
        return name;
      }
      ++i;
    }
    name += text[i];
  }
  return std::nullopt;
}

/// Takes what ends at the first point, or at the end of `text` if `last`.
std::optional<std::string> take_name(std::string_view& text, bool last) {
  if (text.starts_with('`')) return take_quoted(text);
  const std::size_t size = last ? text.size() : std::min(text.find('.'), text.size());
  std::string name(text.substr(0, size));
  text.remove_prefix(size);
  return name;
}

bool is_name(const std::optional<std::string>& name) {
  return name && !name->empty() && name->size() <= sql::tenant_name_size_max && !sql::name_fault(*name);
}

std::string part_text(const std::string& name, bool last) {
  const bool plain = !name.starts_with('`') && (last || name.find('.') == std::string::npos);
  return plain ? name : mysql::quote_identifier(name);
}

}  // namespace

Result<sql::TenantName> parse_tenant(std::string_view text) {
  std::string_view rest = text;
  auto cluster = take_name(rest, false);
  const bool point = rest.starts_with('.');
  if (point) rest.remove_prefix(1);
  auto tenant = take_name(rest, true);
  if (!is_name(cluster) || !point || !is_name(tenant) || !rest.empty()) {
    return fail(
        ErrorKind::invalid,
        fmt::format("\"{}\" names no tenant: write cluster.tenant, or '`cluster`.`tenant`' where a name has points; "
                    "each part has 1 to {} bytes of UTF-8 without a space at its ends",
                    visible(text), sql::tenant_name_size_max));
  }
  return sql::TenantName{.cluster = std::move(*cluster), .tenant = std::move(*tenant)};
}

std::string tenant_text(const sql::TenantName& tenant) {
  return part_text(tenant.cluster, false) + "." + part_text(tenant.tenant, true);
}

}  // namespace sluice::ctl
