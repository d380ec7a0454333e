#include "binlog/uuid.h"

#include <algorithm>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

constexpr std::size_t text_size = 36;
constexpr std::size_t digits_size = 32;

constexpr bool is_dash_place(std::size_t place) {
  return place == 8 || place == 13 || place == 18 || place == 23;
}

}  // namespace

std::string Uuid::text() const {
  std::string text = to_hex(bytes);
  for (const std::size_t place : {8U, 13U, 18U, 23U})
    text.insert(place, 1, '-');
  return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() == text_size + 2 && text.front() == '{' && text.back() == '}') text = text.substr(1, text_size);
  std::string digits;
  if (text.size() == digits_size) {
    digits = text;
  } else if (text.size() == text_size) {
    for (std::size_t place = 0; place < text_size; ++place) {
      if (!is_dash_place(place))
        digits += text[place];
      else if (text[place] != '-')
        return std::nullopt;
    }
  } else {
    return std::nullopt;
  }
  const std::optional<Bytes> bytes = from_hex(digits);
  if (!bytes) return std::nullopt;
  Uuid uuid;
  std::copy(bytes->begin(), bytes->end(), uuid.bytes.begin());
  return uuid;
}

}  // namespace sluice::binlog
