#include "session/session_answers.h"
#include "session/sql_connection.h"
#include "session/statement_size.h"

// The commands of prepared statements.

namespace sluice::session {

SqlConnection::Answered SqlConnection::prepare(std::string_view text) {
  if (text.size() > statement_size_max) {
    return send_error(packet_too_large());
  }
  const std::expected<answers::SqlPrepared, answers::SqlError> prepared = sql_->prepare(text);
  if (!prepared) {
    return send_error(prepared.error());
  }
  prepared_[prepared->id].parameter_count = prepared->parameter_count;
  return send_all(mysql::encode_prepare_answer(prepared->id, prepared->parameter_count, {}));
}

SqlConnection::Answered SqlConnection::execute(ByteView payload) {
  const Result<std::uint32_t> id = mysql::decode_statement_id(payload);
  const auto found = id ? prepared_.find(*id) : prepared_.end();
  if (found == prepared_.end()) {
    const answers::SqlError error = unknown_statement(id.value_or(0), "EXECUTE");
    co_return co_await send_error(error);
  }
  Prepared& prepared = found->second;
  const Result<mysql::ExecuteStatement> execution =
      mysql::decode_execute(payload, prepared.parameter_count, prepared.types, prepared.long_data);
  const bool too_long = prepared.long_data_size > statement_size_max;
  prepared.long_data.clear();
  prepared.long_data_size = 0;
  if (!execution || too_long) {
    const answers::SqlError error = too_long ? packet_too_large() : malformed_packet();
    co_return co_await send_error(error);
  }
  prepared.types = execution->types;
  record_->begin("Execute", "init");
  const std::vector<answers::SqlParameter> parameters = to_parameters(*execution);
  const std::function<answers::StatementResult()> work = [&] { return sql_->execute_prepared(*id, parameters); };
  const answers::StatementResult result = co_await run_statement(sql_->may_block_prepared(*id), work);
  const std::vector<Bytes> payloads = encode_execute_answer(result, login_.capabilities);
  co_return co_await channel_.write_payloads(payloads);
}

SqlConnection::Answered SqlConnection::reset_statement(ByteView payload) {
  const Result<std::uint32_t> id = mysql::decode_statement_id(payload);
  const auto found = id ? prepared_.find(*id) : prepared_.end();
  if (found == prepared_.end()) {
    return send_error(unknown_statement(id.value_or(0), "RESET"));
  }
  found->second.long_data.clear();
  found->second.long_data_size = 0;
  return send_ok();
}

void SqlConnection::close_statement(ByteView payload) {
  const Result<std::uint32_t> id = mysql::decode_statement_id(payload);
  if (id && prepared_.erase(*id) > 0) {
    sql_->close_prepared(*id);
  }
}

/// Too much of it is told at the execution: this command has no answer.
void SqlConnection::add_long_data(ByteView payload) {
  const Result<mysql::LongData> data = mysql::decode_long_data(payload);
  const auto found = data ? prepared_.find(data->statement) : prepared_.end();
  if (found == prepared_.end() || data->parameter >= found->second.parameter_count) {
    return;
  }
  Prepared& prepared = found->second;
  prepared.long_data_size += data->data.size();
  if (prepared.long_data_size <= statement_size_max) {
    prepared.long_data[data->parameter] += as_text(data->data);
  }
}

}  // namespace sluice::session
