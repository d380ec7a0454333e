#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/error.h"
#include "binlog/column_format.h"
#include "binlog/event_type.h"

namespace sluice::capture {

/// Makes columns with MariaDB's COMPRESSED attribute (types 140 and 141) plain BLOB and VARCHAR columns: in the
/// TABLE_MAP of their table and in every row image behind it. Tables without such columns cost a look at their types.
/// What is kept of a table is forgotten when its statement ends, as servers do. Pure: nothing but the events given
/// counts.
class CompressedColumns {
 public:
  /// An event that would get larger has no way to a client: none may take more than 1 GiB.
  static constexpr std::uint64_t event_size_max = 1U << 30U;

  explicit CompressedColumns(std::uint64_t size_max = event_size_max) : size_max_(size_max) {}

  /// Changes the body of a TABLE_MAP and keeps what its row images need. ErrorKind::unsupported for a table with such
  /// columns beside one of a type that is not known.
  [[nodiscard]] Result<void> map(Bytes& table_map);

  /// The body of a rows event (v1 or v2) with plain values; nothing where it has none that are compressed.
  /// ErrorKind::corrupt where row images are not what TABLE_MAP says; unsupported where they get too large.
  [[nodiscard]] Result<std::optional<Bytes>> plain_rows(binlog::EventType type, ByteView body);

  /// Forgets all tables: a transaction begins.
  void clear() { tables_.clear(); }

 private:
  struct Table {
    std::string name;  ///< for messages
    std::vector<binlog::ColumnFormat> columns;
  };

  [[nodiscard]] Result<std::optional<Bytes>> plain_rows(const Table& table, binlog::EventType type,
                                                        ByteView body) const;
  [[nodiscard]] Result<void> plain_image(const Table& table, ByteView present, ByteReader& reader, Bytes& into) const;
  [[nodiscard]] Result<void> plain_value(const Table& table, std::size_t column, ByteView value, Bytes& into) const;

  std::uint64_t size_max_;
  std::map<std::uint64_t, Table> tables_;  ///< by table id; those with such columns only
};

}  // namespace sluice::capture
