#include "store/file_catalogue.h"

#include <fcntl.h>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/file.h"
#include "store/marks.h"
#include "store/record_file.h"

namespace sluice::store {
namespace {

constexpr std::string_view magic = "SLUFILE1";

/// A file's entry; the oldest one's has the GTIDs before it too.
void add_entry(ByteWriter& out, const CataloguedFile& file, bool oldest) {
  ByteWriter payload;
  payload.u64(file.number).u64(file.size).u32(file.timestamp);
  const Bytes added = file.added.encode();
  payload.u32(added.size()).bytes(added);
  if (oldest) payload.bytes(file.previous.encode());
  add_record(out, payload.view());
}

/// `before` is the file before, if there is one.
std::optional<CataloguedFile> decode(ByteView payload, const CataloguedFile* before) {
  ByteReader reader(payload);
  CataloguedFile file;
  file.number = reader.u64();
  file.size = reader.u64();
  file.timestamp = reader.u32();
  const auto added = binlog::decode_gtid_set(reader.bytes(reader.u32()));
  if (!reader.ok() || !added) return std::nullopt;
  file.added = *added;
  if (before != nullptr) {
    if (file.number != before->number + 1) return std::nullopt;
    file.previous = before->previous;
    file.previous.add(before->added);
    return file;
  }
  auto previous = binlog::decode_gtid_set(reader.rest());
  if (!previous) return std::nullopt;
  file.previous = std::move(*previous);
  return file;
}

}  // namespace

FileCatalogue::FileCatalogue(const std::filesystem::path& log_directory)
    : path_(log_directory / marks_directory / "files") {}

std::vector<CataloguedFile> FileCatalogue::load() const {
  std::vector<CataloguedFile> files;
  for_each_record(path_, magic, [&](ByteView payload) {
    auto file = decode(payload, files.empty() ? nullptr : &files.back());
    if (file) files.push_back(std::move(*file));
    return file.has_value();
  });
  return files;
}

Result<void> FileCatalogue::replace(const std::vector<CataloguedFile>& files) {
  last_ = 0;
  ByteWriter content;
  content.text(magic);
  for (const CataloguedFile& file : files)
    add_entry(content, file, &file == &files.front());
  if (auto replaced = replace_file(path_, as_text(content.view())); !replaced) return replaced;
  auto file = open_file(path_, O_RDWR);
  if (!file) return std::unexpected(std::move(file.error()));
  file_ = std::move(*file);
  size_ = content.size();
  last_ = files.empty() ? 0 : files.back().number;
  return {};
}

Result<void> FileCatalogue::append(const CataloguedFile& file) {
  last_ = 0;
  ByteWriter entry;
  add_entry(entry, file, false);
  if (auto written = write_at(file_, size_, entry.view(), path_); !written) return written;
  size_ += entry.size();
  last_ = file.number;
  return {};
}

}  // namespace sluice::store
