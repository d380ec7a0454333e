#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "sql/management_statement.h"
#include "sql/option_list.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

inline constexpr std::uint32_t replicate_num_max = 1000;  ///< the cluster's own limit is lower
inline constexpr std::size_t source_user_size_max = 128;  ///< bytes, as the MetaDB has it
inline constexpr std::size_t source_password_size_max = 256;
inline constexpr std::size_t start_gtids_size_max = 64U << 10U;  ///< bytes of FROM GTID

/// Error 1236 if instances could not log in with it at a tenant's database. Both have to be UTF-8, as their
/// configuration is.
[[nodiscard]] Result<void> check_source_user(std::string_view user);
[[nodiscard]] Result<void> check_source_password(std::string_view password);

/// Reads what CREATE BINLOG and CREATE BINLOG INSTANCE say about new instances: clauses, and options with or without
/// "=" in any order. Keys of the vendor's service come under each of their names: CLUSTER URL is cluster_url,
/// INITIAL_TRX_XID is _initial_ob_txn_id. Error 1236 names the option that is wrong, missing or given twice.
class CreationOptionsReader {
 public:
  explicit CreationOptionsReader(TokenCursor& cursor) : cursor_(cursor) {}

  /// [TO USER user PASSWORD password]
  [[nodiscard]] Result<void> read_account();
  /// [FROM {NOW | EARLIEST | timestamp | GTID 'set'}]
  [[nodiscard]] Result<void> read_start();
  /// option [, option ...] up to the end of the statement. REPLICATE NUM only where `replicas` may be said.
  [[nodiscard]] Result<void> read_list(bool replicas);
  /// Checks what belongs together.
  [[nodiscard]] Result<CreationOptions> finish();

  [[nodiscard]] std::optional<std::uint32_t> replicate_num() const { return replicate_num_; }

 private:
  [[nodiscard]] Result<void> read_option(bool replicas);
  [[nodiscard]] Result<void> check_texts() const;
  [[nodiscard]] Result<void> take(std::string_view key, std::string_view written, std::string value);

  TokenCursor& cursor_;
  KeysSeen seen_;
  CreationOptions options_;
  std::optional<std::string> user_;
  std::optional<std::string> password_;
  std::optional<std::string> transaction_id_;
  std::optional<std::uint64_t> transaction_number_;
  std::optional<std::uint32_t> replicate_num_;
};

}  // namespace sluice::sql
