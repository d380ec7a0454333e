#pragma once

#include <string>
#include <string_view>

namespace sluice::sql {

/// Letter case of A to Z only, as keywords, variable names and function names are compared; other bytes stay.
[[nodiscard]] constexpr char to_lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

[[nodiscard]] constexpr char to_upper(char character) {
  return character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A') : character;
}

[[nodiscard]] inline std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& character : result) {
    character = to_lower(character);
  }
  return result;
}

[[nodiscard]] inline std::string to_upper(std::string_view text) {
  std::string result(text);
  for (char& character : result) {
    character = to_upper(character);
  }
  return result;
}

/// Below, at or above zero as `left` sorts before, with or behind `right`.
[[nodiscard]] constexpr int compare_ignoring_case(std::string_view left, std::string_view right) {
  const std::size_t size = left.size() < right.size() ? left.size() : right.size();
  for (std::size_t i = 0; i < size; ++i) {
    const auto a = static_cast<unsigned char>(to_lower(left[i]));
    const auto b = static_cast<unsigned char>(to_lower(right[i]));
    if (a != b) {
      return a < b ? -1 : 1;
    }
  }
  if (left.size() == right.size()) {
    return 0;
  }
  return left.size() < right.size() ? -1 : 1;
}

[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return left.size() == right.size() && compare_ignoring_case(left, right) == 0;
}

[[nodiscard]] constexpr bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

[[nodiscard]] constexpr bool is_space(char character) {
  return character == ' ' || (character >= '\t' && character <= '\r');
}

}  // namespace sluice::sql
