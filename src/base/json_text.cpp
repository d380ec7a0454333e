#include "base/json_text.h"

namespace sluice {

std::string json_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (code < 0x20) {
      json += "\\u00";
      json += digits[code >> 4U];
      json += digits[code & 0xFU];
    } else {
      json += c;
    }
  }
  return json + '"';
}

}  // namespace sluice
