#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace sluice::supervise {

inline constexpr std::size_t tail_lines_max = 10;
inline constexpr std::size_t tail_bytes_max = 4096;

/// The last lines of a text, at most so many and so long, without the break at the end; of a line that is too long its
/// end. Bytes that are no text are shown as '?', so that it can stand in a message.
[[nodiscard]] std::string last_lines(std::string_view text);

/// The last lines a process wrote, which begin at `begin` of its output file. Empty if there are none, or the file
/// cannot be read: who asks wants to know why something ended, and has that without it.
[[nodiscard]] std::string read_output_tail(const std::filesystem::path& file, std::uint64_t begin);

}  // namespace sluice::supervise
