#include <fmt/format.h>
#include <zlib.h>

#include "base/byte_reader.h"
#include "binlog/mariadb_events.h"

namespace sluice::binlog {
namespace {

constexpr std::uint8_t stored_as_it_is = 0;
constexpr std::uint8_t method_mask = 0xF0;
constexpr std::uint8_t method_zlib = 0x80;
constexpr std::uint8_t without_frame = 0x08;
constexpr std::uint8_t length_size_mask = 0x07;
/// A deflate stream of n bytes never unpacks to more than 1032 n.
constexpr std::size_t ratio_max = 1032;

/// Unpacks `stream` into all of `out`; false if it does not hold exactly as much.
bool inflate_exactly(ByteView stream, bool framed, std::span<std::uint8_t> out) {
  z_stream inflater{};
  if (inflateInit2(&inflater, framed ? MAX_WBITS : -MAX_WBITS) != Z_OK) return false;
  inflater.next_in = const_cast<Bytef*>(stream.data());  // zlib only reads it
  inflater.avail_in = static_cast<uInt>(stream.size());
  inflater.next_out = out.data();
  inflater.avail_out = static_cast<uInt>(out.size());
  const int code = inflate(&inflater, Z_FINISH);
  const bool whole = code == Z_STREAM_END && inflater.avail_out == 0;
  inflateEnd(&inflater);
  return whole;
}

}  // namespace

Result<void> decompress_mariadb_value(ByteView stored, std::uint64_t size_max, Bytes& into) {
  if (stored.empty()) return {};
  ByteReader reader(stored);
  const std::uint8_t kind = reader.u8();
  const bool plain = kind == stored_as_it_is;
  const std::size_t length_size = kind & length_size_mask;
  if (!plain && (kind & method_mask) != method_zlib)
    return fail(ErrorKind::unsupported, fmt::format("compressed by unknown method {}", kind >> 4U));
  if (!plain && (length_size < 1 || length_size > 4)) return fail(ErrorKind::invalid, "its length is malformed");
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < length_size; ++i)
    size = size << 8U | reader.u8();
  if (plain) size = reader.remaining();
  if (!reader.ok() || size / ratio_max > reader.remaining())
    return fail(ErrorKind::invalid, fmt::format("{} bytes cannot unpack to {}", stored.size(), size));
  if (size > size_max || into.size() > size_max - size)
    return fail(ErrorKind::limit, fmt::format("unpacked it is {} bytes too large", into.size() + size - size_max));
  const std::size_t at = into.size();
  if (plain) {
    into.insert(into.end(), reader.rest().begin(), reader.rest().end());
    return {};
  }
  into.resize(at + static_cast<std::size_t>(size));
  if (!inflate_exactly(reader.rest(), (kind & without_frame) == 0, std::span(into).subspan(at)))
    return fail(ErrorKind::invalid, fmt::format("it does not unpack to the {} bytes it announces", size));
  return {};
}

}  // namespace sluice::binlog
