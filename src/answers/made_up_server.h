#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "answers/server_state.h"
#include "answers/sql_session.h"
#include "binlog/event_header.h"
#include "binlog/format_description.h"
#include "binlog/gtid_event.h"
#include "binlog/other_events.h"
#include "store/log_writer.h"

namespace sluice::answers {

/// For tests: a server whose log holds invented transactions and whose tenant database says what the test wants.
class MadeUpServer : public ServerState {
 public:
  MadeUpServer() {
    std::string name = std::filesystem::temp_directory_path() / "sluice-sql-XXXXXX";
    directory_ = mkdtemp(name.data());
    log_ = std::make_shared<store::Log>(directory_);
    auto parameters = parameters::Parameters::open(directory_ / "parameters", {});
    EXPECT_TRUE(parameters) << parameters.error().message;
    parameters_ = std::move(*parameters);
    auto opened = store::LogWriter::open(log_);
    EXPECT_TRUE(opened) << opened.error().message;
    writer_ = std::move(*opened);
  }
  ~MadeUpServer() override {
    writer_.reset();
    std::filesystem::remove_all(directory_);
  }
  MadeUpServer(const MadeUpServer&) = delete;
  MadeUpServer& operator=(const MadeUpServer&) = delete;

  /// Opens the next file, behind the GTIDs so far.
  void open_file(std::uint64_t number, const binlog::GtidSet& previous, const store::LogWriter::Resume& resume = {}) {
    end_ = 4;
    Bytes header(std::begin(binlog::file_magic), std::end(binlog::file_magic));
    append(header, binlog::EventType::format_description,
           binlog::encode_format_description(binlog::mysql57_format_description("5.7.44-sluice")));
    append(header, binlog::EventType::previous_gtids, previous.encode());
    EXPECT_TRUE(writer_->open_file(number, header, previous, resume));
  }

  void add_transaction(const binlog::Gtid& gtid) {
    EXPECT_TRUE(writer_->begin(store::LogWriter::Resume{}));
    binlog::GtidEvent event;
    event.gtid = gtid;
    event.clock = binlog::GtidEvent::LogicalClock{0, 1};
    Bytes events;
    append(events, binlog::EventType::gtid, binlog::encode_gtid_event(event));
    append(events, binlog::EventType::xid, Bytes(8, 1));
    EXPECT_TRUE(writer_->append(events));
    EXPECT_TRUE(writer_->commit(gtid, ""));
    EXPECT_TRUE(writer_->publish());
  }

  [[nodiscard]] std::string server_version() const override { return version; }
  [[nodiscard]] std::uint32_t server_id() const override { return 4711; }
  [[nodiscard]] std::string server_uuid() const override { return "3e11fa47-71ca-11e1-9e33-c80aa9429562"; }
  [[nodiscard]] parameters::Parameters& parameters() const override { return *parameters_; }
  [[nodiscard]] store::Log& log() const override { return *log_; }
  [[nodiscard]] CaptureStatus capture_status() const override { return capture; }
  [[nodiscard]] bool tls_available() const override { return true; }
  [[nodiscard]] std::uint16_t port() const override { return 8100; }
  [[nodiscard]] InstanceReport report(std::uint64_t since) const override {
    reported_since = since;
    return its_report;
  }
  [[nodiscard]] std::vector<SessionInfo> sessions() const override { return its_sessions; }
  [[nodiscard]] std::vector<DumpInfo> dumps() const override { return its_dumps; }
  [[nodiscard]] std::vector<ReplicaInfo> replicas() const override { return its_replicas; }
  bool kill(std::uint32_t id, KillScope scope, std::uint32_t killer) override {
    killed.push_back(std::to_string(id) + (scope == KillScope::statement ? " statement" : " connection") + " by " +
                     std::to_string(killer));
    return true;
  }
  [[nodiscard]] std::shared_ptr<SourceProgress> ask_source_progress() override { return progress; }
  [[nodiscard]] Result<TenantRows> ask_tenant(const std::string& query) override {
    asked.push_back(query);
    return tenant_answer;
  }

  std::string version = "5.7.44-sluice";
  CaptureStatus capture{.state = "capturing", .source = "192.0.2.7:3306", .error = "", .row_metadata = "FULL"};
  InstanceReport its_report;
  mutable std::uint64_t reported_since = 0;
  std::vector<SessionInfo> its_sessions;
  std::vector<DumpInfo> its_dumps;
  std::vector<ReplicaInfo> its_replicas;
  std::vector<std::string> killed;
  std::shared_ptr<SourceProgress> progress;
  std::vector<std::string> asked;
  Result<TenantRows> tenant_answer = TenantRows{.columns = {"a"}, .rows = {{"1"}, {std::nullopt}}};

 private:
  void append(Bytes& out, binlog::EventType type, ByteView body) {
    binlog::EventHeader header;
    header.type = type;
    end_ += binlog::EventHeader::size + body.size() + binlog::checksum_size;
    header.log_pos = static_cast<std::uint32_t>(end_);
    const Bytes event = binlog::make_event(header, body, binlog::Checksum::crc32);
    out.insert(out.end(), event.begin(), event.end());
  }

  std::filesystem::path directory_;
  std::shared_ptr<store::Log> log_;
  std::unique_ptr<store::LogWriter> writer_;
  std::unique_ptr<parameters::Parameters> parameters_;
  std::uint64_t end_ = 0;
};

/// Carries a statement out as a connection does, waits included.
[[nodiscard]] inline StatementResult execute_to_end(SqlSession& session, std::string_view sql) {
  for (;;) {
    StatementResult result = session.execute(sql);
    const auto* wait = std::get_if<SqlWait>(&result);
    if (wait == nullptr) return result;
    while (!wait->over() && std::chrono::steady_clock::now() < wait->until && !session.interrupted()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

/// An answer on a line: "ok", "ERROR 1064 (42000): ...", or columns and rows: "a|b: 1|NULL; 2|x".
[[nodiscard]] inline std::string shown(const StatementResult& result) {
  if (const auto* error = std::get_if<SqlError>(&result)) {
    return "ERROR " + std::to_string(error->code) + " (" + error->state + "): " + error->message;
  }
  if (const auto* done = std::get_if<SqlOk>(&result)) {
    return done->warnings == 0 ? "ok" : "ok, " + std::to_string(done->warnings) + " warnings";
  }
  if (std::holds_alternative<SqlWait>(result)) return "waits";
  const auto& rows = std::get<SqlRows>(result);
  std::string text;
  for (const SqlColumn& column : rows.columns) {
    text += (text.empty() ? "" : "|") + column.name;
  }
  std::string separator = ": ";
  for (const auto& row : rows.rows) {
    EXPECT_EQ(row.size(), rows.columns.size());
    text += separator;
    separator.clear();
    for (const auto& value : row) {
      text += separator + value.value_or("NULL");
      separator = "|";
    }
    separator = "; ";
  }
  return text;
}

}  // namespace sluice::answers
