#include "supervise/output_tail.h"

#include <algorithm>

#include <fcntl.h>

#include "base/file.h"

namespace sluice::supervise {

std::string last_lines(std::string_view text) {
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  if (text.size() > tail_bytes_max) text.remove_prefix(text.size() - tail_bytes_max);
  std::size_t begin = text.size();
  for (std::size_t lines = 0; lines < tail_lines_max && begin > 0; ++lines) {
    const auto at = text.rfind('\n', begin - 1);
    begin = at == std::string_view::npos ? 0 : at;
  }
  if (begin < text.size() && text[begin] == '\n') ++begin;
  std::string tail(text.substr(begin));
  std::ranges::replace_if(
      tail,
      [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return (code < ' ' && c != '\n' && c != '\t') || code == 0x7F;
      },
      '?');
  return tail;
}

std::string read_output_tail(const std::filesystem::path& file, std::uint64_t begin) {
  const auto opened = open_file(file, O_RDONLY);
  if (!opened) return {};
  const auto size = file_size(*opened, file);
  if (!size || *size <= begin) return {};
  const std::uint64_t from = std::max(begin, *size - std::min<std::uint64_t>(*size, tail_bytes_max));
  std::string text(static_cast<std::size_t>(*size - from), '\0');
  const auto got = read_at(*opened, from, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}, file);
  if (!got) return {};
  text.resize(*got);
  return last_lines(text);
}

}  // namespace sluice::supervise
