#include "capture/mysql/transaction_assembler.h"

#include <cstdlib>
#include <map>

#include <gtest/gtest.h>

#include "base/byte_writer.h"
#include "base/file.h"
#include "binlog/other_events.h"
#include "binlog/query_event.h"
#include "capture/mysql/mariadb_translation.h"

namespace sluice::capture {
namespace {

using binlog::EventHeader;
using binlog::EventType;

/// Writes down what it is told.
class Recorder : public convert::TransactionReceiver {
 public:
  std::string story;  ///< "b" begin, "c" commit, "a" abort, "." an event
  std::map<EventType, int> events;
  std::vector<convert::TransactionStart> starts;
  std::vector<std::string> places;
  std::vector<std::string> moves;
  std::vector<std::string> statements;

  Result<void> format(const binlog::FormatDescription& description, std::uint32_t) override {
    version = description.server_version;
    return {};
  }
  Result<void> begin(const convert::TransactionStart& start) override {
    starts.push_back(start);
    story += "b";
    return {};
  }
  Result<void> event(const EventHeader& header, ByteView body) override {
    ++events[header.type];
    if (header.type == EventType::query) statements.emplace_back(binlog::decode_query_event(body)->text);
    story += ".";
    return {};
  }
  Result<void> commit(std::string_view next_place) override {
    places.emplace_back(next_place);
    story += "c";
    return {};
  }
  void abort() override { story += "a"; }
  Result<void> moved(std::string_view place) override {
    moves.emplace_back(place);
    return {};
  }
  Result<void> idle() override { return {}; }

  std::string version;
};

SourcePlace start() {
  return {.server = "s", .file = "bin.000001", .position = 4, .gtids = {}};
}

EventHeader header_of(EventType type) {
  return {.timestamp = 9, .type = type, .server_id = 3, .event_size = 0, .log_pos = 0, .flags = 0};
}

Bytes event_of(EventType type, ByteView body) {
  return binlog::make_event(header_of(type), body, binlog::Checksum::crc32);
}

Bytes format_event() {
  auto description = binlog::mysql57_format_description("5.7.44-log");
  description.checksum = binlog::Checksum::crc32;
  return event_of(EventType::format_description, binlog::encode_format_description(description));
}

Bytes query_event(std::string_view text) {
  return event_of(EventType::query, binlog::encode_query_event({.thread_id = 0,
                                                                .execution_time = 0,
                                                                .error_code = 0,
                                                                .status_variables = {},
                                                                .database = "d",
                                                                .text = text}));
}

/// Gives the events of one of the files made by servers of others to an assembler.
void feed_fixture(const std::string& name, TransactionAssembler& assembler) {
  const char* given = std::getenv("SLUICE_FIXTURES");
  const std::filesystem::path directory = given != nullptr ? given : SLUICE_SOURCE_DIR "/../shared/fixtures/binlog";
  const auto content = read_file(directory / name, 1U << 30U);
  if (!content) GTEST_SKIP() << "SKIPPED: no " << directory / name << "; set SLUICE_FIXTURES to the folder that has it";
  const ByteView bytes = as_bytes(*content);
  for (std::size_t at = 4; at < bytes.size();) {
    const auto header = binlog::decode_event_header(bytes.subspan(at));
    ASSERT_TRUE(header);
    const auto taken = assembler.take(bytes.subspan(at, header->event_size));
    ASSERT_TRUE(taken) << at << ": " << taken.error().message;
    at += header->event_size;
  }
}

}  // namespace

TEST(TransactionAssembler, ASourceReadByPositionThatBeginsAFileMovesThePlace) {
  for (const bool by_position : {true, false}) {
    Recorder recorder;
    TransactionAssembler::Options options;
    options.by_position = by_position;
    TransactionAssembler assembler(options, start(), recorder);
    ASSERT_TRUE(assembler.take(event_of(EventType::rotate, binlog::encode_rotate_event(4, "bin.000001"))));
    ASSERT_TRUE(assembler.take(format_event()));
    ASSERT_TRUE(assembler.take(query_event("DROP TABLE t")));
    EXPECT_TRUE(recorder.moves.empty());
    ASSERT_TRUE(assembler.take(event_of(EventType::rotate, binlog::encode_rotate_event(4, "bin.000002"))));
    ASSERT_TRUE(assembler.take(event_of(EventType::rotate, binlog::encode_rotate_event(4, "bin.000002"))));
    EXPECT_EQ(recorder.moves, by_position ? std::vector<std::string>{"s|bin.000002:4|"} : std::vector<std::string>());
  }
}

TEST(TransactionAssembler, StatementsAndTransactionsEndWhereTheyShould) {
  Recorder recorder;
  TransactionAssembler assembler({}, start(), recorder);
  ASSERT_TRUE(assembler.take(format_event()));
  for (const char* text : {"CREATE TABLE t (a INT)", "BEGIN", "INSERT INTO t VALUES (1)", "COMMIT", "DROP TABLE t"}) {
    ASSERT_TRUE(assembler.take(query_event(text)));
  }
  EXPECT_EQ(recorder.story, "b.cb...cb.c");
}

TEST(TransactionAssembler, AFileOfAServerThatKnowsNoChecksumsIsUnsupported) {
  Recorder recorder;
  TransactionAssembler assembler({}, start(), recorder);
  auto description = binlog::mysql57_format_description("5.7.44-log");
  description.server_version = "5.5.62";
  description.checksum = binlog::Checksum::none;
  const Bytes event = binlog::make_event(header_of(EventType::format_description),
                                         binlog::encode_format_description(description), binlog::Checksum::none);
  EXPECT_EQ(assembler.take(event).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(recorder.version, "");
}

TEST(TransactionAssembler, MariadbNumbersThatNoGtidOfMysqlHasAreUnsupported) {
  for (const std::uint64_t sequence : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    Recorder recorder;
    TransactionAssembler assembler({.flavour = Flavour::mariadb, .tenant = "a.b"}, start(), recorder);
    ASSERT_TRUE(assembler.take(format_event()));
    ByteWriter gtid;
    gtid.u64(sequence).u32(0).u8(0).zeros(6);
    EXPECT_EQ(assembler.take(event_of(EventType::mariadb_gtid, gtid.view())).error().kind, ErrorKind::unsupported);
    EXPECT_EQ(recorder.story, "");
  }
}

TEST(TransactionAssembler, XaTransactionsEndWithTheirPrepare) {
  Recorder recorder;
  TransactionAssembler assembler({}, start(), recorder);
  ASSERT_TRUE(assembler.take(format_event()));
  ASSERT_TRUE(assembler.take(query_event("XA START X'61',X'',1")));
  ASSERT_TRUE(assembler.take(query_event("XA END X'61',X'',1")));
  const binlog::XaPrepareEvent prepare{.one_phase = false, .format_id = 1, .global_id = "a", .branch_id = ""};
  ASSERT_TRUE(assembler.take(event_of(EventType::xa_prepare, binlog::encode_xa_prepare_event(prepare))));
  ASSERT_TRUE(assembler.take(query_event("XA COMMIT X'61',X'',1")));
  EXPECT_EQ(recorder.story, "b...cb.c");
}

TEST(TransactionAssembler, ABrokenOffTransactionIsAborted) {
  Recorder recorder;
  TransactionAssembler assembler({}, start(), recorder);
  ASSERT_TRUE(assembler.take(format_event()));
  ASSERT_TRUE(assembler.take(query_event("BEGIN")));
  assembler.break_off();
  EXPECT_EQ(recorder.story, "b.a");
}

TEST(TransactionAssembler, AWrongChecksumIsCorrupt) {
  Recorder recorder;
  TransactionAssembler assembler({}, start(), recorder);
  ASSERT_TRUE(assembler.take(format_event()));
  Bytes event = query_event("DROP TABLE t");
  event[25] ^= 1U;
  EXPECT_EQ(assembler.take(event).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(recorder.story, "");
}

TEST(TransactionAssembler, AnIncidentIsForAPerson) {
  Recorder recorder;
  TransactionAssembler assembler({}, start(), recorder);
  ASSERT_TRUE(assembler.take(format_event()));
  EXPECT_EQ(assembler.take(event_of(EventType::incident, Bytes{1, 0, 0})).error().kind, ErrorKind::refused);
}

TEST(TransactionAssembler, AnUnknownEventStopsUnlessItMayBeIgnored) {
  Recorder recorder;
  TransactionAssembler assembler({}, start(), recorder);
  ASSERT_TRUE(assembler.take(format_event()));
  EXPECT_EQ(assembler.take(event_of(static_cast<EventType>(99), Bytes{1})).error().kind, ErrorKind::unsupported);
  EventHeader ignorable = header_of(static_cast<EventType>(99));
  ignorable.flags = binlog::flag_ignorable;
  EXPECT_TRUE(assembler.take(binlog::make_event(ignorable, Bytes{1}, binlog::Checksum::crc32)));
}

TEST(TransactionAssembler, ThePlaceFollowsTheSourcesFiles) {
  Recorder recorder;
  TransactionAssembler assembler({}, start(), recorder);
  ASSERT_TRUE(assembler.take(format_event()));
  EventHeader header = header_of(EventType::query);
  header.log_pos = 777;
  const Bytes drop = binlog::make_event(header, ByteView(query_event("DROP TABLE t")).subspan(19).first(13 + 2 + 12),
                                        binlog::Checksum::crc32);
  ASSERT_TRUE(assembler.take(drop));
  ASSERT_TRUE(assembler.take(event_of(EventType::rotate, binlog::encode_rotate_event(4, "bin.000002"))));
  ASSERT_TRUE(assembler.take(format_event()));
  ASSERT_TRUE(assembler.take(drop));
  EXPECT_EQ(recorder.places, (std::vector<std::string>{"s|bin.000001:777|", "s|bin.000002:777|"}));
}

TEST(TransactionAssembler, Mysql80GtidTransactionsPass) {
  Recorder recorder;
  TransactionAssembler assembler({}, start(), recorder);
  feed_fixture("percona-mysql-8.0.45-gtid-000001.bin", assembler);
  if (IsSkipped()) return;
  EXPECT_EQ(recorder.starts.size(), 4U);
  EXPECT_EQ(recorder.events[EventType::write_rows], 6);
  EXPECT_EQ(recorder.version.substr(0, 6), "8.0.45");
}

TEST(TransactionAssembler, CompressedTransactionsAreExpanded) {
  Recorder recorder;
  TransactionAssembler assembler({}, start(), recorder);
  feed_fixture("mariadbtest-mysql-8.0.40-partial-update-and-payload.bin", assembler);
  if (IsSkipped()) return;
  EXPECT_EQ(recorder.events[EventType::transaction_payload], 0);
  EXPECT_EQ(recorder.events[EventType::partial_update_rows], 1);
  EXPECT_GT(recorder.events[EventType::write_rows], 5);
}

TEST(TransactionAssembler, OrArePassedAsTheyAre) {
  Recorder recorder;
  TransactionAssembler assembler({.flavour = Flavour::mysql, .tenant = "", .keep_compressed_transactions = true},
                                 start(), recorder);
  feed_fixture("connectorjava-mysql-8.0.28-compressed.bin", assembler);
  if (IsSkipped()) return;
  EXPECT_EQ(recorder.events[EventType::transaction_payload], 1);
  EXPECT_EQ(recorder.story, "b.c");
}

TEST(TransactionAssembler, MariadbBecomesMysql) {
  Recorder recorder;
  TransactionAssembler assembler({.flavour = Flavour::mariadb, .tenant = "a.b", .keep_compressed_transactions = false},
                                 start(), recorder);
  feed_fixture("mariadbtest-mariadb-10.0.11-volume.bin", assembler);
  if (IsSkipped()) return;
  EXPECT_EQ(recorder.starts.size(), 1381U);
  EXPECT_EQ(recorder.events[EventType::write_rows], 1116);
  EXPECT_EQ(recorder.events[EventType::update_rows], 774);
  EXPECT_EQ(recorder.events[EventType::delete_rows], 598);
  EXPECT_EQ(recorder.events[EventType::xid], 1340);
  EXPECT_EQ(recorder.version, mariadb_tenant_version);
}

TEST(MariadbTranslation, OnlyWhatMysqlKnowsStaysInStatusVariables) {
  ByteWriter variables;
  variables.u8(0).u32(0xFFFFFFFF);           // FLAGS2
  variables.u8(1).u64(~0ULL);                // SQL_MODE
  variables.u8(4).u16(45).u16(2304).u16(8);  // CHARSET, one collation of MariaDB's own
  variables.u8(128).u24(5).u8(129).u64(7);   // MariaDB's own
  const auto plain = plain_status_variables(variables.view());
  ASSERT_TRUE(plain);
  ByteWriter expected;
  expected.u8(0).u32(0x0C084000).u8(1).u64(0xEFFC00EF).u8(4).u16(45).u16(45).u16(8);
  EXPECT_EQ(*plain, std::move(expected).take());
}

TEST(MariadbTranslation, StatusVariablesCutShortAreCorrupt) {
  const Bytes cut{1, 0, 0};
  EXPECT_EQ(plain_status_variables(cut).error().kind, ErrorKind::corrupt);
}

TEST(MariadbTranslation, AnnotationsBecomeRowsQueries) {
  const auto event =
      MariadbTranslation().translate(header_of(EventType::mariadb_annotate_rows), as_bytes("INSERT INTO t VALUES (1)"));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->header.type, EventType::rows_query);
  EXPECT_EQ(binlog::decode_rows_query_event(event->body), "INSERT INTO t VALUES (1)");
}

TEST(MariadbTranslation, ATransactionThatEndsAPreparedOneHasNoBegin) {
  binlog::MariadbGtidEvent gtid;
  EXPECT_TRUE(mariadb_transaction_start(gtid));
  gtid.flags = binlog::MariadbGtidEvent::completed_xa;
  EXPECT_FALSE(mariadb_transaction_start(gtid));
}

}  // namespace sluice::capture
