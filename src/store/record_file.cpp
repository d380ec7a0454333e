#include "store/record_file.h"

#include "base/byte_reader.h"
#include "base/crc32.h"
#include "base/file.h"

namespace sluice::store {
namespace {

constexpr std::size_t frame_size = 8;  // payload size and checksum
constexpr std::size_t file_size_max = 256U << 20U;

}  // namespace

void add_record(ByteWriter& out, ByteView payload) {
  out.u32(payload.size()).u32(crc32(0, payload)).bytes(payload);
}

void for_each_record(const std::filesystem::path& path, std::string_view magic,
                     const std::function<bool(ByteView)>& take) {
  const auto content = read_file(path, file_size_max);
  if (!content || !content->starts_with(magic)) return;
  ByteReader reader(as_bytes(*content).subspan(magic.size()));
  while (reader.remaining() >= frame_size) {
    const std::uint32_t size = reader.u32();
    const std::uint32_t checksum = reader.u32();
    const ByteView payload = reader.bytes(size);
    if (!reader.ok() || crc32(0, payload) != checksum || !take(payload)) return;
  }
}

}  // namespace sluice::store
