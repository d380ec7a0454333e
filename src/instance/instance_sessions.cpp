#include <map>

#include "answers/session_statements.h"
#include "binlog/log_file_name.h"
#include "instance/instance.h"

// An instance's connections, put together from what the sessions and the dumps tell.

namespace sluice::instance {
namespace {

std::string_view state_text(dump::DumpState state) {
  switch (state) {
    case dump::DumpState::ahead:
      return answers::dump_state::ahead;
    case dump::DumpState::starting:
      return answers::dump_state::init;
    case dump::DumpState::sending:
      return answers::dump_state::sending;
    case dump::DumpState::waiting:
      break;
  }
  return answers::dump_state::waiting;
}

answers::DumpInfo to_answer(const dump::DumpInfo& dump, answers::SessionInfo session, const store::LogPosition& end) {
  answers::DumpInfo info;
  info.session = std::move(session);
  info.position = dump.position;
  info.events = dump.sent_events;
  info.bytes = dump.sent_bytes;
  info.artificial_rotates = dump.rotates;
  info.heartbeats = dump.heartbeats;
  info.events_per_second = dump.rates.events;
  info.bytes_per_second = dump.rates.bytes;
  info.checkpoint = dump.timestamp;
  info.caught_up = dump.waiting() || dump.position == end;
  info.server_id = dump.subscriber.server_id;
  info.uuid = dump.subscriber.uuid;
  info.file = dump.subscriber.file;
  info.start = dump.subscriber.position;
  info.flags = dump.subscriber.flags;
  info.known_gtids = dump.known_gtids;
  info.checksums = dump.subscriber.checksums;
  info.semi_sync = dump.subscriber.semi_sync;
  info.acknowledgements = dump.acknowledgements;
  if (dump.acknowledged.file != 0) {
    info.acknowledged = binlog::log_file_name(dump.acknowledged.file) + ":" + std::to_string(dump.acknowledged.offset);
  }
  return info;
}

}  // namespace

std::vector<answers::SessionInfo> Instance::sessions() const {
  std::map<std::uint32_t, dump::DumpState> dumping;
  for (const dump::DumpInfo& dump : dumps_.snapshot()) {
    dumping.emplace(dump.subscriber.connection_id, dump.state);
  }
  std::vector<answers::SessionInfo> sessions = sessions_.sessions();
  for (answers::SessionInfo& session : sessions) {
    const auto found = dumping.find(session.id);
    if (found != dumping.end()) session.state = state_text(found->second);
  }
  return sessions;
}

std::vector<answers::DumpInfo> Instance::dumps() const {
  std::map<std::uint32_t, answers::SessionInfo> sessions;
  for (answers::SessionInfo& session : sessions_.sessions()) {
    sessions.emplace(session.id, std::move(session));
  }
  const store::LogPosition end = log_->end();
  std::vector<answers::DumpInfo> dumps;
  for (const dump::DumpInfo& dump : dumps_.snapshot()) {
    const auto session = sessions.find(dump.subscriber.connection_id);
    if (session == sessions.end()) continue;  // it has just come or gone
    session->second.state = state_text(dump.state);
    dumps.push_back(to_answer(dump, std::move(session->second), end));
  }
  return dumps;
}

}  // namespace sluice::instance
