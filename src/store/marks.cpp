#include "store/marks.h"

#include <fcntl.h>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/file.h"
#include "store/record_file.h"

namespace sluice::store {
namespace {

constexpr std::string_view magic = "SLUMARK1";

void add_mark(ByteWriter& out, const Mark& mark) {
  ByteWriter payload;
  payload.u8(static_cast<std::uint8_t>(mark.kind)).u64(mark.offset).u32(mark.previous_timestamp);
  payload.length_encoded_text(mark.source_place);
  if (!mark.added.empty()) payload.bytes(mark.added.encode());
  add_record(out, payload.view());
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
    add_mark(content, mark);
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
    add_mark(bytes, mark);
  if (auto written = write_at(file_, size_, bytes.view(), path_); !written) return written;
  size_ += bytes.size();
  return {};
}

std::vector<Mark> load_marks(const std::filesystem::path& path) {
  std::vector<Mark> marks;
  for_each_record(path, magic, [&](ByteView payload) {
    auto mark = decode(payload);
    if (!mark || (!marks.empty() && mark->offset < marks.back().offset)) return false;
    marks.push_back(std::move(*mark));
    return true;
  });
  return marks;
}

}  // namespace sluice::store
