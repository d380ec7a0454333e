#include "database/migrations.h"

#include <array>
#include <thread>

#include <fmt/format.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/random.h"
#include "database/failure.h"

namespace sluice::database {
namespace {

constexpr std::chrono::milliseconds wait_step{100};

std::string new_token() {
  std::array<std::uint8_t, 16> random{};
  fill_random(random);
  return to_hex(random);
}

Result<void> make_version_row(Database& database) {
  auto made = database.write(
      "CREATE TABLE IF NOT EXISTS schema_version (id {number} NOT NULL PRIMARY KEY, version {number} NOT NULL, "
      "migrator {name} NOT NULL, claimed {number} NOT NULL) {table}");
  if (!made) return std::unexpected(std::move(made.error()));
  auto rows = database.select({"version"}, "FROM schema_version WHERE id = 1");
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (!rows->empty()) return {};
  auto row = database.write("INSERT INTO schema_version VALUES (1, 0, '', 0)");
  if (!row && !is_duplicate(row.error())) return std::unexpected(std::move(row.error()));
  return {};
}

Result<bool> claim(Database& database, std::int64_t version, const std::string& token, std::chrono::seconds limit) {
  auto won = database.write(
      "UPDATE schema_version SET migrator = :token, claimed = {now} "
      "WHERE id = 1 AND version = :version AND (migrator = '' OR claimed < {now} - :limit)",
      {{"token", token}, {"version", version}, {"limit", std::chrono::microseconds(limit).count()}});
  if (!won) return std::unexpected(std::move(won.error()));
  return *won == 1;
}

/// Does one step and ends the claim. Whoever took the claim over meanwhile has the last word, and loses nothing:
/// steps are repeatable.
Result<void> take_step(Database& database, const Migration& step, std::int64_t version, const std::string& token) {
  for (const std::string_view statement : step) {
    if (auto done = database.write(statement); !done) {
      return fail_in(fmt::format("schema version {}", version + 1), std::move(done.error()));
    }
  }
  auto ended = database.write(
      "UPDATE schema_version SET version = :next, migrator = '', claimed = 0 "
      "WHERE id = 1 AND version = :version AND migrator = :token",
      {{"next", version + 1}, {"version", version}, {"token", token}});
  if (!ended) return std::unexpected(std::move(ended.error()));
  if (*ended == 1) log::info("{}: schema version {}", database.name(), version + 1);
  return {};
}

// So that the next one need not wait; if this fails too, it waits.
void give_up_claim(Database& database, const std::string& token) {
  (void)database.write("UPDATE schema_version SET migrator = '', claimed = 0 WHERE id = 1 AND migrator = :token",
                       {{"token", token}});
}

Result<void> check_known(const Database& database, std::int64_t version, std::size_t known) {
  if (version <= static_cast<std::int64_t>(known)) return {};
  return fail(ErrorKind::unsupported,
              fmt::format("{}: its schema has version {}, this program knows versions up to {}: use the newer program "
                          "that made it",
                          database.name(), version, known));
}

}  // namespace

Result<std::int64_t> schema_version(Database& database) {
  auto rows = database.select({"version"}, "FROM schema_version WHERE id = 1");
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (rows->empty()) return fail(ErrorKind::not_found, database.name() + ": it has no schema of ours");
  return rows->front().number(0);
}

Result<void> migrate(Database& database, std::span<const Migration> steps, MigrationLimits limits) {
  if (auto row = make_version_row(database); !row) return row;
  const std::string token = new_token();
  const auto deadline = std::chrono::steady_clock::now() + limits.all;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto version = schema_version(database);
    if (!version) return std::unexpected(version.error());
    if (auto known = check_known(database, *version, steps.size()); !known) return known;
    if (*version == static_cast<std::int64_t>(steps.size())) return {};
    const auto won = claim(database, *version, token, limits.claim);
    if (!won) return std::unexpected(won.error());
    if (*won) {
      auto done = take_step(database, steps[static_cast<std::size_t>(*version)], *version, token);
      if (!done) {
        give_up_claim(database, token);
        return done;
      }
    } else {
      std::this_thread::sleep_for(wait_step);
    }
  }
  return fail(ErrorKind::timeout, fmt::format("{}: another server upgrades its schema and has not ended within {} s",
                                              database.name(), limits.all.count()));
}

}  // namespace sluice::database
