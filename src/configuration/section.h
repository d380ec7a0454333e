#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "configuration/value.h"

namespace sluice::configuration {

/// One table of a configuration file, from which values are taken with checks: each call names a key that is known, and
/// leaves `value`, the default, as it is where the file does not have that key. Problems are gathered, not returned, so
/// that a person is told all of them at once; what nobody took is an unknown key.
class Section {
 public:
  /// `name` is what problems call it; empty: the file itself. Nothing: the file does not have this table.
  Section(std::optional<Table> table, std::string name) : table_(std::move(table)), name_(std::move(name)) {}

  [[nodiscard]] bool exists() const { return table_.has_value(); }
  [[nodiscard]] bool has(std::string_view key) const { return table_ && table_->contains(key); }

  void text(std::string_view key, std::string& value);
  void path(std::string_view key, std::filesystem::path& value);
  void flag(std::string_view key, bool& value);

  /// From `lowest` to `highest`, both of which `Number` has to be able to hold.
  template <typename Number>
  void number(std::string_view key, std::int64_t lowest, std::int64_t highest, Number& value) {
    if (const auto found = whole_number(key, lowest, highest)) value = static_cast<Number>(*found);
  }

  /// The list of this key; nothing if the key is not there or is no list, which is for the caller to judge.
  [[nodiscard]] std::optional<List> list(std::string_view key);

  /// The key has to be there.
  void require(std::string_view key);
  /// The key is known, though not taken here.
  void allow(std::string_view key) { known_.emplace_back(key); }
  /// `what` follows the key's name: "is missing".
  void problem(std::string_view key, std::string_view what);

  /// What was wrong, unknown keys included. The last call.
  [[nodiscard]] std::vector<std::string> finish();

 private:
  template <typename Value>
  void take(std::string_view key, std::string_view expected, Value& value);
  [[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view key, std::int64_t lowest,
                                                         std::int64_t highest);

  std::optional<Table> table_;
  std::string name_;
  std::vector<std::string> known_;
  std::vector<std::string> problems_;
};

}  // namespace sluice::configuration
