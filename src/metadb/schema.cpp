#include <array>

#include "metadb/meta_db.h"

namespace sluice::metadb {
namespace {

// Times are the MetaDB's own, in microseconds since 1970; 0 stands for "never". JSON is text to the MetaDB. `cluster`
// and `tenant` together name a tenant. UNIQUE with a primary key in it is there for its index alone: both kinds of
// MetaDB take it within CREATE TABLE, which is repeatable, as CREATE INDEX is not.

constexpr std::string_view servers = R"(CREATE TABLE IF NOT EXISTS servers (
  id {name} NOT NULL PRIMARY KEY,
  address {name} NOT NULL,
  port {number} NOT NULL,
  region {name} NOT NULL,
  idc {name} NOT NULL,
  zone {name} NOT NULL,
  server_group {name} NOT NULL,
  state {name} NOT NULL,
  state_since {number} NOT NULL,
  pause_wanted {number} NOT NULL,
  configuration {text} NOT NULL,
  incarnation {number} NOT NULL,
  heartbeat {number} NOT NULL,
  metrics {text} NOT NULL,
  report {text} NOT NULL,
  created {number} NOT NULL,
  UNIQUE (address, port)
) {table})";

constexpr std::string_view tenants = R"(CREATE TABLE IF NOT EXISTS tenants (
  cluster {name} NOT NULL,
  tenant {name} NOT NULL,
  source_kind {name} NOT NULL,
  source_addresses {text} NOT NULL,
  account {name} NOT NULL,
  password {text} NOT NULL,
  server_uuid {name} NOT NULL,
  server_id {number} NOT NULL,
  start_point {text} NOT NULL,
  options {text} NOT NULL,
  replicas {number} NOT NULL,
  epoch {number} NOT NULL,
  primary_instance {name} NOT NULL,
  created {number} NOT NULL,
  changed {number} NOT NULL,
  PRIMARY KEY (cluster, tenant)
) {table})";

// `wanted` is what a person or a decision asked for, `state` what became of it. Who is primary stands in tenants alone.
constexpr std::string_view instances = R"(CREATE TABLE IF NOT EXISTS instances (
  name {name} NOT NULL PRIMARY KEY,
  cluster {name} NOT NULL,
  tenant {name} NOT NULL,
  server {name} NOT NULL,
  ip {name} NOT NULL,
  port {number} NOT NULL,
  state {name} NOT NULL,
  wanted {name} NOT NULL,
  drop_at {number} NOT NULL,
  pid {number} NOT NULL,
  work_path {text} NOT NULL,
  options {text} NOT NULL,
  restarts {number} NOT NULL,
  failed_at {number} NOT NULL,
  failure {text} NOT NULL,
  created {number} NOT NULL,
  changed {number} NOT NULL,
  dropped {number} NOT NULL,
  UNIQUE (cluster, tenant, name),
  UNIQUE (server, name)
) {table})";

constexpr std::string_view log_files = R"(CREATE TABLE IF NOT EXISTS log_files (
  cluster {name} NOT NULL,
  tenant {name} NOT NULL,
  number {number} NOT NULL,
  previous_gtids {text} NOT NULL,
  source_place {text} NOT NULL,
  layout {text} NOT NULL,
  instance {name} NOT NULL,
  epoch {number} NOT NULL,
  opened {number} NOT NULL,
  PRIMARY KEY (cluster, tenant, number)
) {table})";

constexpr std::string_view parameters = R"(CREATE TABLE IF NOT EXISTS parameters (
  level {name} NOT NULL,
  scope {scope} NOT NULL,
  name {name} NOT NULL,
  value {text} NOT NULL,
  changed {number} NOT NULL,
  PRIMARY KEY (level, scope, name)
) {table})";

constexpr std::string_view accounts = R"(CREATE TABLE IF NOT EXISTS accounts (
  name {name} NOT NULL PRIMARY KEY,
  native_hash {name} NOT NULL,
  password_hash {text} NOT NULL,
  tag {name} NOT NULL,
  created {number} NOT NULL,
  changed {number} NOT NULL
) {table})";

constexpr std::string_view history = R"(CREATE TABLE IF NOT EXISTS history (
  id {identifier},
  time {number} NOT NULL,
  what {name} NOT NULL,
  who {name} NOT NULL,
  cluster {name} NOT NULL,
  tenant {name} NOT NULL,
  instance {name} NOT NULL,
  server {name} NOT NULL,
  reason {text} NOT NULL,
  UNIQUE (cluster, tenant, id),
  UNIQUE (time, id)
) {table})";

constexpr std::string_view revisions = R"(CREATE TABLE IF NOT EXISTS revisions (
  name {name} NOT NULL PRIMARY KEY,
  value {number} NOT NULL
) {table})";

// A row each. When the step is repeated its value grows, so no copy a server has is taken for the newest.
constexpr std::string_view accounts_revision =
    "REPLACE INTO revisions (name, value) SELECT 'accounts', COALESCE(MAX(r.value), 0) + 1 FROM revisions r "
    "WHERE r.name = 'accounts'";
constexpr std::string_view parameters_revision =
    "REPLACE INTO revisions (name, value) SELECT 'parameters', COALESCE(MAX(r.value), 0) + 1 FROM revisions r "
    "WHERE r.name = 'parameters'";
constexpr std::string_view instances_revision =
    "REPLACE INTO revisions (name, value) SELECT 'instances', COALESCE(MAX(r.value), 0) + 1 FROM revisions r "
    "WHERE r.name = 'instances'";

}  // namespace

std::span<const Migration> migrations() {
  static const std::array<Migration, 1> steps = {
      Migration{servers, tenants, instances, log_files, parameters, accounts, history, revisions, accounts_revision,
                parameters_revision, instances_revision},
  };
  return steps;
}

Result<void> migrate(MetaDb& database) {
  return database::migrate(database, migrations());
}

}  // namespace sluice::metadb
