#pragma once

#include "dump/paced_writer.h"
#include "mysql/channel.h"
#include "store/log_reader.h"

namespace sluice::dump {

namespace asio = boost::asio;

/// A stored event too large to be held in memory, and how it goes out.
struct LargeEventSource {
  store::LogReader& reader;
  asio::any_io_executor disk;  ///< where the file is read
  store::LogPosition begin;
  std::uint32_t size = 0;  ///< stored bytes, checksum included
  bool strip = false;      ///< leave the checksum out
  bool semi_sync = false;  ///< with the header of mysql/semi_sync.h
};

/// Sends status byte, header and event in packets of 16 MiB - 1, in pieces of at most 1 MiB. The channel's sequence
/// number counts on. An error of reading keeps its kind; the subscriber then has half an event and can only be
/// disconnected.
[[nodiscard]] asio::awaitable<Result<void>> send_large_event(mysql::Channel& channel, PacedWriter& writer,
                                                             DumpRegistry::Entry& entry,
                                                             const LargeEventSource& source);

}  // namespace sluice::dump
