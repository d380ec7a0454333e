#include "store/marks.h"

#include <fcntl.h>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/crc32.h"
#include "base/file.h"

namespace sluice::store {
namespace {

constexpr std::string_view magic = "SLUMARK1";
constexpr std::size_t frame_size = 8;  // payload size and checksum
constexpr std::size_t file_size_max = 256U << 20U;

Bytes encode(const Mark& mark) {
  ByteWriter payload;
  payload.u8(static_cast<std::uint8_t>(mark.kind)).u64(mark.offset).u32(mark.previous_timestamp);
  payload.length_encoded_text(mark.source_place);
  if (!mark.added.empty()) payload.bytes(mark.added.encode());
  ByteWriter framed;
  framed.u32(payload.size()).u32(crc32(0, payload.view())).bytes(payload.view());
  return std::move(framed).take();
}

std::optional<Mark> decode(ByteView payload) {
  ByteReader reader(payload);
  Mark mark;
  mark.kind = static_cast<Mark::Kind>(reader.u8());
  mark.offset = reader.u64();
  mark.previous_timestamp = reader.u32();
  mark.source_place = reader.length_encoded_text();
  if (!reader.ok() || mark.kind < Mark::Kind::transaction || mark.kind > Mark::Kind::end) return std::nullopt;
  if (reader.remaining() > 0) {
    auto added = binlog::decode_gtid_set(reader.rest());
    if (!added) return std::nullopt;
    mark.added = std::move(*added);
  }
  return mark;
}

}  // namespace

std::filesystem::path mark_file_path(const std::filesystem::path& log_file) {
  return log_file.parent_path() / marks_directory / (log_file.filename().string().append(marks_suffix));
}

Result<MarkFile> MarkFile::replace(std::filesystem::path path, const std::vector<Mark>& marks) {
  ByteWriter content;
  content.text(magic);
  for (const Mark& mark : marks)
    content.bytes(encode(mark));
  if (auto replaced = replace_file(path, as_text(content.view())); !replaced) {
    return std::unexpected(std::move(replaced.error()));
  }
  auto file = open_file(path, O_RDWR);
  if (!file) return std::unexpected(std::move(file.error()));
  return MarkFile(std::move(path), std::move(*file), content.size());
}

Result<void> MarkFile::append(const std::vector<Mark>& marks) {
  ByteWriter bytes;
  for (const Mark& mark : marks)
    bytes.bytes(encode(mark));
  if (auto written = write_at(file_, size_, bytes.view(), path_); !written) return written;
  size_ += bytes.size();
  return {};
}

std::vector<Mark> load_marks(const std::filesystem::path& path) {
  std::vector<Mark> marks;
  const auto content = read_file(path, file_size_max);
  if (!content || !content->starts_with(magic)) return marks;
  ByteReader reader(as_bytes(*content).subspan(magic.size()));
  while (reader.remaining() >= frame_size) {
    const std::uint32_t size = reader.u32();
    const std::uint32_t checksum = reader.u32();
    const ByteView payload = reader.bytes(size);
    if (!reader.ok() || crc32(0, payload) != checksum) break;
    auto mark = decode(payload);
    if (!mark || (!marks.empty() && mark->offset < marks.back().offset)) break;
    marks.push_back(std::move(*mark));
  }
  return marks;
}

}  // namespace sluice::store
