#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace sluice::mysql {

/// Semi-synchronous replication (MySQL manual: "Semisynchronous Replication"; MariaDB's is the same on the wire).
///
/// A replica that set @rpl_semi_sync_slave or @rpl_semi_sync_replica gets two more bytes in front of every event,
/// behind the status byte: a magic number and a flag that asks it to acknowledge the event. It acknowledges with a
/// packet of its own, numbered 0; behind the packet that asked, the server's numbers go on with 1.
namespace semi_sync {
inline constexpr std::uint8_t magic = 0xEF;
inline constexpr std::uint8_t acknowledge_flag = 0x01;
inline constexpr std::size_t header_size = 2;
inline constexpr std::uint8_t sequence_after_flag = 1;
}  // namespace semi_sync

/// "All up to here is safe with me."
struct Acknowledgement {
  std::uint64_t position = 0;
  std::string file;
};

inline constexpr std::size_t acknowledgement_size_max = 1024;

[[nodiscard]] Bytes encode_acknowledgement(const Acknowledgement& acknowledgement);
/// The file name is the rest of the payload, up to a zero byte if there is one.
[[nodiscard]] Result<Acknowledgement> decode_acknowledgement(ByteView payload);

}  // namespace sluice::mysql
