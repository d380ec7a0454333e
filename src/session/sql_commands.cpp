#include <fmt/format.h>

#include "base/byte_reader.h"
#include "base/log.h"
#include "session/session_answers.h"
#include "session/sql_connection.h"
#include "session/statement_size.h"
#include "sql/secrets.h"

// The commands that are answered at once, and plain statements.

namespace sluice::session {

using mysql::Command;

SqlConnection::Answered SqlConnection::answer(const Bytes& payload) {
  if (payload.empty()) {
    return send_error(malformed_packet());
  }
  const ByteView whole = payload;
  const std::string_view text = as_text(whole.subspan(1));
  const auto command = static_cast<Command>(payload.front());
  switch (command) {
    case Command::quit:
      return []() -> Answered { co_return fail(ErrorKind::closed, "the client quits"); }();
    case Command::ping:
      return send_ok();
    case Command::init_db:
      return use_database(text);
    case Command::query:
      return query(text);
    case Command::statistics:
      return statistics();
    case Command::set_option:
      return set_option(whole);
    case Command::reset_connection:
      return reset_connection();
    case Command::change_user:
      return change_user(whole);
    case Command::process_kill:
      return process_kill(whole);
    case Command::process_info:
      return query("SHOW PROCESSLIST");
    case Command::stmt_prepare:
      return prepare(text);
    case Command::stmt_execute:
      return execute(whole);
    case Command::stmt_reset:
      return reset_statement(whole);
    case Command::stmt_close:
      close_statement(whole);
      return []() -> Answered { co_return Result<void>(); }();
    case Command::stmt_send_long_data:
      add_long_data(whole);
      return []() -> Answered { co_return Result<void>(); }();
    default:
      return answer_other(command, whole);
  }
}

SqlConnection::Answered SqlConnection::send(Bytes payload) {
  co_return co_await channel_.write_payload(payload);
}

SqlConnection::Answered SqlConnection::send_all(std::vector<Bytes> payloads) {
  co_return co_await channel_.write_payloads(payloads);
}

SqlConnection::Answered SqlConnection::send_ok() {
  return send(mysql::encode_ok({}, login_.capabilities));
}

SqlConnection::Answered SqlConnection::send_error(const answers::SqlError& error) {
  return send(encode_sql_error(error));
}

SqlConnection::Answered SqlConnection::answer_other(Command /*command*/, ByteView /*payload*/) {
  return send_error(unknown_command());
}

SqlConnection::Answered SqlConnection::query(std::string_view text) {
  if (text.size() > statement_size_max) {
    const answers::SqlError error = packet_too_large();
    co_return co_await send_error(error);
  }
  // What others may see of it, and no password.
  const std::string shown = sql::mask_secrets(text.substr(0, answers::session_statement_size_max), {});
  record_->begin("Query", "init", shown);
  const std::function<answers::StatementResult()> work = [this, text] { return sql_->execute(text); };
  const answers::StatementResult result = co_await run_statement(sql_->may_block(text), work);
  const std::vector<Bytes> payloads = encode_query_answer(result, login_.capabilities);
  co_return co_await channel_.write_payloads(payloads);
}

SqlConnection::Answered SqlConnection::use_database(std::string_view name) {
  const answers::StatementResult result = sql_->use_database(name);
  if (!std::holds_alternative<answers::SqlError>(result)) {
    login_.database = name;
    record_->use_database(name);
  }
  return send_all(encode_query_answer(result, login_.capabilities));
}

SqlConnection::Answered SqlConnection::statistics() {
  const std::string text = services_.statistics ? services_.statistics() : std::string("Uptime: 0");
  return send(Bytes(text.begin(), text.end()));
}

/// The one option there is are several statements in one text, which we never take; switching it off is fine.
SqlConnection::Answered SqlConnection::set_option(ByteView payload) {
  constexpr std::uint16_t multi_statements_off = 1;
  ByteReader reader(payload.subspan(1));
  const std::uint16_t option = reader.u16();
  if (!reader.ok() || option > multi_statements_off) {
    return send_error(malformed_packet());
  }
  if (option != multi_statements_off) {
    return send_error({1235, "42000", "This server does not take several statements at once"});
  }
  return send(mysql::encode_eof({}));
}

SqlConnection::Answered SqlConnection::reset_connection() {
  prepared_.clear();
  sql_->reset();
  return send_ok();
}

SqlConnection::Answered SqlConnection::change_user(ByteView payload) {
  const mysql::LoginSettings settings = change_user_settings();
  Result<mysql::Login> login = co_await mysql::change_user(channel_, settings, *services_.accounts, login_, payload);
  if (!login) {
    log::warning("log-in failed: {}", login.error().message);
    co_return std::unexpected(login.error());
  }
  if (!is_still_known(*login)) {
    co_return fail(ErrorKind::closed, "the account was removed");
  }
  login_ = std::move(*login);
  note_login();
  prepared_.clear();
  sql_->change_client(client());
  co_return Result<void>();
}

SqlConnection::Answered SqlConnection::process_kill(ByteView payload) {
  ByteReader reader(payload.subspan(1));
  const std::uint32_t id = reader.u32();
  if (!reader.ok()) {
    const answers::SqlError error = malformed_packet();
    co_return co_await send_error(error);
  }
  const std::string statement = fmt::format("KILL {}", id);
  co_return co_await query(statement);
}

}  // namespace sluice::session
