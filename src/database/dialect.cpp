#include "database/dialect.h"

#include <array>

namespace sluice::database {
namespace {

struct Words {
  std::string_view placeholder;
  std::string_view mysql;
  std::string_view sqlite;
};

// UTC_TIMESTAMP, and not UNIX_TIMESTAMP(NOW()), which is ambiguous in the hour that a time zone repeats.
constexpr std::array word_list = {
    Words{"{now}", "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))",
          "(CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000)"},
    Words{"{number}", "BIGINT", "INTEGER"},
    Words{"{identifier}", "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT"},
    Words{"{name}", "VARCHAR(128)", "TEXT"},
    Words{"{scope}", "VARCHAR(260)", "TEXT"},
    Words{"{text}", "LONGTEXT", "TEXT"},
    Words{"{table}", "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", ""},
    Words{"{for_update}", "FOR UPDATE", ""},
};

}  // namespace

std::string in_dialect(std::string_view statement, Dialect dialect) {
  std::string result(statement);
  for (const Words& words : word_list) {
    const std::string_view word = dialect == Dialect::mysql ? words.mysql : words.sqlite;
    for (std::size_t at = result.find(words.placeholder); at != std::string::npos;
         at = result.find(words.placeholder, at + word.size())) {
      result.replace(at, words.placeholder.size(), word);
    }
  }
  return result;
}

}  // namespace sluice::database
