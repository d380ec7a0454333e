#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iterator>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "base/file.h"
#include "binlog/event_header.h"
#include "binlog/format_description.h"
#include "binlog/gtid_event.h"
#include "binlog/log_file_name.h"
#include "binlog/other_events.h"
#include "dump/dump_session.h"
#include "store/log_writer.h"

namespace sluice::dump {

inline const binlog::GtidSource test_source{*binlog::parse_uuid("3e11fa47-71ca-11e1-9e33-c80aa9429562"), ""};

/// A log made of invented transactions, in a directory of its own.
class TestLog {
 public:
  TestLog() {
    std::string name = std::filesystem::temp_directory_path() / "sluice-dump-XXXXXX";
    directory = mkdtemp(name.data());
    log = std::make_shared<store::Log>(directory);
    auto opened = store::LogWriter::open(log);
    EXPECT_TRUE(opened) << opened.error().message;
    writer = std::move(*opened);
  }
  ~TestLog() {
    writer.reset();
    std::filesystem::remove_all(directory);
  }

  void open_file(std::uint64_t number) {
    file = number;
    offset = 4;
    Bytes header(std::begin(binlog::file_magic), std::end(binlog::file_magic));
    const Bytes format = binlog::encode_format_description(binlog::mysql57_format_description("5.7.44-sluice"));
    append_to(header, binlog::EventType::format_description, format);
    append_to(header, binlog::EventType::previous_gtids, executed.encode());
    EXPECT_TRUE(writer->open_file(number, header, executed, {}));
  }

  /// One transaction: GTID, then an event of each body size, then XID.
  void add_transaction(std::uint64_t number, const std::vector<std::size_t>& body_sizes, bool publish = true) {
    EXPECT_TRUE(writer->begin(store::LogWriter::Resume{}));
    binlog::GtidEvent gtid;
    gtid.gtid = {test_source, number};
    gtid.clock = binlog::GtidEvent::LogicalClock{0, 1};
    append_event(binlog::EventType::gtid, binlog::encode_gtid_event(gtid));
    for (const std::size_t size : body_sizes) {
      Bytes body(size, static_cast<std::uint8_t>(size + number));
      for (std::size_t i = 0; i < size; i += 1 + size / 1000) {
        body[i] = static_cast<std::uint8_t>(i * 7 + number);
      }
      append_event(binlog::EventType::rows_query, body);
    }
    append_event(binlog::EventType::xid, Bytes(8, 1));
    EXPECT_TRUE(writer->commit(gtid.gtid, ""));
    executed.add(gtid.gtid);
    if (publish) {
      EXPECT_TRUE(writer->publish());
    }
  }

  void rotate() {
    Bytes event;
    append_to(event, binlog::EventType::rotate, binlog::encode_rotate_event(4, binlog::log_file_name(file + 1)));
    EXPECT_TRUE(writer->close_file(event));
    open_file(file + 1);
  }

  [[nodiscard]] Bytes stored(std::uint64_t number) const {
    const Result<std::string> text = read_file(log->path_of(number), std::size_t{1} << 30U);
    EXPECT_TRUE(text);
    const ByteView bytes = as_bytes(*text);
    return {bytes.begin(), bytes.end()};
  }

  /// The offsets at which the events of a file begin.
  [[nodiscard]] std::vector<std::uint64_t> offsets(std::uint64_t number) const {
    std::vector<std::uint64_t> result;
    const Bytes bytes = stored(number);
    for (std::size_t at = 4; at < bytes.size();) {
      result.push_back(at);
      at += load_little_endian(bytes.data() + at + binlog::EventHeader::event_size_offset, 4);
    }
    return result;
  }

  std::filesystem::path directory;
  std::shared_ptr<store::Log> log;
  std::unique_ptr<store::LogWriter> writer;
  std::uint64_t file = 0;
  std::uint64_t offset = 0;
  binlog::GtidSet executed;

 private:
  void append_event(binlog::EventType type, ByteView body) {
    Bytes event;
    append_to(event, type, body);
    EXPECT_TRUE(writer->append(event));
  }

  void append_to(Bytes& out, binlog::EventType type, ByteView body) {
    binlog::EventHeader header;
    header.timestamp = 1'700'000'000;
    header.type = type;
    header.server_id = 7;
    const std::size_t size = binlog::EventHeader::size + body.size() + binlog::checksum_size;
    header.log_pos = static_cast<std::uint32_t>(offset + size);
    const Bytes event = binlog::make_event(header, body, binlog::Checksum::crc32);
    out.insert(out.end(), event.begin(), event.end());
    offset += event.size();
  }
};

/// What DumpService has about a log that has not caught up.
struct CatchingUp {
  std::function<bool()> caught_up{};
  std::chrono::milliseconds limit{60'000};
};

/// Serves one dump of a log at a loopback socket, and the other end of it.
class TestDump {
 public:
  TestDump(
      TestLog& from, Subscriber subscriber, std::chrono::milliseconds ahead_wait = std::chrono::milliseconds(50),
      const std::function<void(DumpRegistry&)>& prepare = [](DumpRegistry&) {}, CatchingUp waiting = {})
      : notifier_(context_.get_executor(), *from.log), peer_(peer_context_) {
    using boost::asio::ip::tcp;
    tcp::acceptor acceptor(context_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    peer_.connect(acceptor.local_endpoint());
    channel_ = std::make_unique<mysql::Channel>(acceptor.accept());
    channel_->set_next_sequence(1);
    prepare(registry);
    service_ = {from.log, &registry, disk_.get_executor(), 7, ahead_wait, std::move(waiting.caught_up), waiting.limit};
    boost::asio::co_spawn(context_, serve(*channel_, notifier_, service_, std::move(subscriber), control),
                          [this](std::exception_ptr, Result<void> ended) {
                            result = std::move(ended);
                            if (close_at_end) {
                              channel_->close();
                            }
                          });
    thread_ = std::thread([this] { context_.run(); });
  }
  ~TestDump() {
    boost::system::error_code ignored;
    peer_.close(ignored);
    thread_.join();
    disk_.join();
  }

  /// The next packets are numbered from here on.
  void expect_sequence(std::uint8_t sequence) { sequence_ = sequence; }

  /// Sends a packet aside of what is received, numbered 0.
  void send(const Bytes& payload) {
    Bytes packet(4);
    store_little_endian(packet.data(), payload.size(), 3);
    packet.insert(packet.end(), payload.begin(), payload.end());
    boost::asio::write(peer_, boost::asio::buffer(packet));
  }

  /// The next payload; checks the packets' sequence numbers. Empty at the end of the connection.
  Bytes payload() {
    Bytes whole;
    for (;;) {
      std::uint8_t header[4];
      boost::system::error_code error;
      boost::asio::read(peer_, boost::asio::buffer(header), error);
      if (error) {
        return {};
      }
      EXPECT_EQ(header[3], sequence_++) << "after " << payloads_ << " payloads";
      const std::size_t size = load_little_endian(header, 3);
      const std::size_t at = whole.size();
      whole.resize(at + size);
      boost::asio::read(peer_, boost::asio::buffer(whole.data() + at, size), error);
      if (error) {
        return {};
      }
      if (size < 0xFFFFFF) {
        ++payloads_;
        return whole;
      }
    }
  }

  /// The next event, without the status byte. Empty if something else comes.
  Bytes event() {
    const Bytes whole = payload();
    if (whole.empty() || whole.front() != 0) {
      last_other = whole;
      return {};
    }
    return Bytes(whole.begin() + 1, whole.end());
  }

  /// Ends the dump as others do.
  void stop(DumpControl::Ending ending) {
    boost::asio::post(context_, [this, ending] { control.end(ending); });
  }

  /// Waits for the dump's end.
  Result<void> end() {
    thread_.join();
    thread_ = std::thread([] {});
    return result;
  }

  DumpRegistry registry;
  DumpControl control;
  Bytes last_other;  ///< the payload that was no event
  Result<void> result;
  bool close_at_end = true;

  boost::asio::ip::tcp::socket& peer() { return peer_; }

 private:
  boost::asio::io_context context_;
  boost::asio::io_context peer_context_;
  boost::asio::thread_pool disk_{1};
  Notifier notifier_;
  DumpService service_;
  std::unique_ptr<mysql::Channel> channel_;
  boost::asio::ip::tcp::socket peer_;
  std::thread thread_;
  std::uint8_t sequence_ = 1;
  std::size_t payloads_ = 0;
};

inline binlog::EventHeader header_of(ByteView event) {
  const auto header = binlog::decode_event_header(event);
  EXPECT_TRUE(header);
  return header.value_or(binlog::EventHeader{});
}

}  // namespace sluice::dump
