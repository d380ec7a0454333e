#include "mysql/semi_sync.h"

#include "base/byte_reader.h"
#include "base/byte_writer.h"

namespace sluice::mysql {

Bytes encode_acknowledgement(const Acknowledgement& acknowledgement) {
  ByteWriter writer;
  writer.u8(semi_sync::magic).u64(acknowledgement.position).text(acknowledgement.file);
  return std::move(writer).take();
}

Result<Acknowledgement> decode_acknowledgement(ByteView payload) {
  ByteReader reader(payload);
  const std::uint8_t magic = reader.u8();
  Acknowledgement acknowledgement;
  acknowledgement.position = reader.u64();
  if (!reader.ok() || magic != semi_sync::magic || payload.size() > acknowledgement_size_max) {
    return fail(ErrorKind::invalid, "malformed acknowledgement packet");
  }
  const std::string_view file = as_text(reader.rest());
  acknowledgement.file = file.substr(0, file.find('\0'));
  return acknowledgement;
}

}  // namespace sluice::mysql
