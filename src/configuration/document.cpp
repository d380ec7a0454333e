#include "configuration/document.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/file.h"

namespace sluice::configuration {
namespace {

Value to_value(const toml::node& node) {
  if (const auto flag = node.value_exact<bool>()) return *flag;
  if (const auto number = node.value_exact<std::int64_t>()) return *number;
  if (auto text = node.value_exact<std::string>()) return std::move(*text);
  const toml::array* array = node.as_array();
  if (array == nullptr) return std::monostate();
  List list;
  for (const toml::node& entry : *array)
    list.push_back(entry.value_or(std::string()));
  return list;
}

Table to_table(const toml::table& from) {
  Table table;
  for (const auto& [key, node] : from)
    table.emplace(key.str(), to_value(node));
  return table;
}

std::vector<std::optional<Table>> to_tables(const toml::array& from) {
  std::vector<std::optional<Table>> tables;
  for (const toml::node& entry : from) {
    const toml::table* table = entry.as_table();
    tables.push_back(table == nullptr ? std::nullopt : std::optional(to_table(*table)));
  }
  return tables;
}

}  // namespace

Result<Document> Document::read(const std::filesystem::path& path) {
  constexpr std::size_t file_size_max = 1U << 20U;
  const auto content = read_file(path, file_size_max);
  if (!content) return std::unexpected(content.error());
  toml::table root;
  try {
    root = toml::parse(*content, path.string());
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::invalid,
                fmt::format("{}, line {}: {}", path.string(), error.source().begin.line, error.description()));
  }
  Document document;
  document.top_ = to_table(root);
  for (const auto& [key, node] : root) {
    if (const toml::table* table = node.as_table()) {
      document.tables_.emplace(key.str(), to_table(*table));
    } else if (const toml::array* array = node.as_array()) {
      document.lists_.emplace(key.str(), to_tables(*array));
    }
  }
  return document;
}

Section Document::section(std::string_view name) const {
  const auto found = tables_.find(name);
  return {found == tables_.end() ? std::nullopt : std::optional(found->second), std::string(name)};
}

std::optional<std::vector<Section>> Document::sections(std::string_view name) const {
  const auto found = lists_.find(name);
  if (found == lists_.end()) return std::nullopt;
  std::vector<Section> sections;
  for (const std::optional<Table>& table : found->second)
    sections.emplace_back(table, std::string(name));
  return sections;
}

}  // namespace sluice::configuration
