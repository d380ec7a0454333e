#pragma once

#include "base/bytes.h"
#include "base/error.h"

namespace sluice::binlog {

/// The body of QUERY (manual: "Query_event"). Views into the body.
struct QueryEvent {
  std::uint32_t thread_id = 0;
  std::uint32_t execution_time = 0;
  std::uint16_t error_code = 0;
  ByteView status_variables = {};
  std::string_view database = {};
  std::string_view text = {};
};

/// `post_header_length` is the format description's for QUERY (13; 11 in files of MySQL 4 style, without variables).
[[nodiscard]] Result<QueryEvent> decode_query_event(ByteView body, std::uint8_t post_header_length = 13);

[[nodiscard]] Bytes encode_query_event(const QueryEvent& event);

}  // namespace sluice::binlog
