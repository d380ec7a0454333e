#include "configuration/section.h"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::configuration {

template <typename Value>
void Section::take(std::string_view key, std::string_view expected, Value& value) {
  allow(key);
  if (!has(key)) return;
  const auto* found = std::get_if<Value>(&table_->find(key)->second);
  if (found == nullptr) {
    problem(key, fmt::format("has to be {}", expected));
    return;
  }
  value = *found;
}

void Section::text(std::string_view key, std::string& value) {
  take(key, "a text in quotes", value);
}

void Section::path(std::string_view key, std::filesystem::path& value) {
  std::string text_value = value.string();
  text(key, text_value);
  value = text_value;
}

void Section::flag(std::string_view key, bool& value) {
  take(key, "true or false", value);
}

std::optional<std::int64_t> Section::whole_number(std::string_view key, std::int64_t lowest, std::int64_t highest) {
  std::int64_t number = 0;
  const std::size_t problems = problems_.size();
  take(key, "a number", number);
  if (problems_.size() != problems || !has(key)) return std::nullopt;
  if (number < lowest || number > highest) {
    problem(key, fmt::format("is {}, but has to be from {} to {}", number, lowest, highest));
    return std::nullopt;
  }
  return number;
}

std::optional<List> Section::list(std::string_view key) {
  allow(key);
  if (!has(key)) return std::nullopt;
  const auto* found = std::get_if<List>(&table_->find(key)->second);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

void Section::require(std::string_view key) {
  if (!has(key)) problem(key, "is missing");
}

void Section::problem(std::string_view key, std::string_view what) {
  problems_.push_back(fmt::format("{}{}{} {}", name_, name_.empty() ? "" : ".", key, what));
}

std::vector<std::string> Section::finish() {
  if (table_) {
    for (const auto& [key, unused] : *table_) {
      if (std::ranges::find(known_, key) == known_.end()) problem(key, "is not a known key");
    }
  }
  return std::move(problems_);
}

}  // namespace sluice::configuration
