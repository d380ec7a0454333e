#include "sql/binlog_statement_parser.h"

#include <algorithm>

#include "sql/ascii.h"
#include "sql/creation_options.h"
#include "sql/management_parts.h"
#include "sql/option_list.h"
#include "sql/select_parser.h"

namespace sluice::sql {
namespace {

using Parsed = Result<std::optional<ManagementStatement>>;

/// INSTANCE and CLUSTER may be the names of clusters too: then "." follows.
bool accept_kind(TokenCursor& cursor, std::string_view word) {
  return !cursor.at_symbol(".", 1) && cursor.accept_word(word);
}

/// FOR [TENANT] cluster.tenant
Result<TenantName> parse_owner(TokenCursor& cursor) {
  if (auto word = cursor.expect_word("FOR"); !word) return std::unexpected(std::move(word.error()));
  accept_kind(cursor, "TENANT");
  return parse_tenant_name(cursor);
}

bool is_directory_name(std::string_view name) {
  return std::ranges::all_of(name, [](char character) {
    return is_digit(character) || (to_lower(character) >= 'a' && to_lower(character) <= 'z') || character == '_' ||
           character == '-';
  });
}

bool at_last(const TokenCursor& cursor) {
  return cursor.at_end() || (cursor.at_symbol(";") && cursor.peek(1).kind == TokenKind::end);
}

Parsed parse_create_instance(TokenCursor& cursor) {
  CreateInstance create;
  auto name = parse_instance_name(cursor);
  if (!name) return std::unexpected(std::move(name.error()));
  if (!is_directory_name(name->text)) {
    return management_error("The name of a Binlog instance has letters, digits, \"_\" and \"-\" only");
  }
  create.name = std::move(*name);
  auto tenant = parse_owner(cursor);
  if (!tenant) return std::unexpected(std::move(tenant.error()));
  create.tenant = std::move(*tenant);
  CreationOptionsReader reader(cursor);
  if (!at_last(cursor)) {
    if (auto read = reader.read_list(false); !read) return std::unexpected(std::move(read.error()));
  }
  auto options = reader.finish();
  if (!options) return std::unexpected(std::move(options.error()));
  create.options = std::move(*options);
  return create;
}

Parsed parse_create(TokenCursor& cursor) {
  if (cursor.accept_word("INSTANCE")) return parse_create_instance(cursor);
  CreateBinlog create;
  create.if_not_exists = accept_if_not_exists(cursor);
  auto tenant = parse_for_tenant(cursor);
  if (!tenant) return std::unexpected(std::move(tenant.error()));
  create.tenant = std::move(*tenant);
  CreationOptionsReader reader(cursor);
  if (auto read = reader.read_account(); !read) return std::unexpected(std::move(read.error()));
  if (auto read = reader.read_start(); !read) return std::unexpected(std::move(read.error()));
  if (cursor.accept_word("WITH")) {
    if (auto read = reader.read_list(true); !read) return std::unexpected(std::move(read.error()));
  }
  if (!at_last(cursor)) return cursor.error_here();
  create.replicate_num = reader.replicate_num();
  auto options = reader.finish();
  if (!options) return std::unexpected(std::move(options.error()));
  create.options = std::move(*options);
  if (!create.options.cluster_url) return management_error("Cluster url cannot be empty");
  return create;
}

Parsed parse_alter(TokenCursor& cursor) {
  SetParameters set;
  if (accept_kind(cursor, "CLUSTER")) {
    set.level.emplace<WholeCluster>();
  } else if (accept_kind(cursor, "INSTANCE")) {
    auto instance = parse_instance_name(cursor);
    if (!instance) return std::unexpected(std::move(instance.error()));
    set.level.emplace<InstanceName>(std::move(*instance));
  } else {
    auto tenant = parse_tenant_name(cursor);
    if (!tenant) return std::unexpected(std::move(tenant.error()));
    set.level.emplace<TenantName>(std::move(*tenant));
  }
  if (auto word = cursor.expect_word("SET"); !word) return std::unexpected(std::move(word.error()));
  auto changes = parse_parameter_changes(cursor);
  if (!changes) return std::unexpected(std::move(changes.error()));
  set.changes = std::move(*changes);
  return set;
}

Parsed parse_drop(TokenCursor& cursor) {
  if (cursor.accept_word("INSTANCE")) {
    auto name = parse_instance_name(cursor);
    if (!name) return std::unexpected(std::move(name.error()));
    const bool force = cursor.accept_word("FORCE");
    auto delay = parse_drop_delay(cursor);
    if (!delay) return std::unexpected(std::move(delay.error()));
    return DropInstance{.name = std::move(*name), .force = force, .delay = *delay};
  }
  const bool if_exists = accept_if_exists(cursor);
  auto tenant = parse_for_tenant(cursor);
  if (!tenant) return std::unexpected(std::move(tenant.error()));
  auto delay = parse_drop_delay(cursor);
  if (!delay) return std::unexpected(std::move(delay.error()));
  return DropBinlog{.if_exists = if_exists, .tenant = std::move(*tenant), .delay = *delay};
}

/// name [PROCESS_ONLY | OBCDC_ONLY]
Parsed parse_run(TokenCursor& cursor, bool start) {
  auto name = parse_instance_name(cursor);
  if (!name) return std::unexpected(std::move(name.error()));
  RunInstance run{.start = start, .name = std::move(*name)};
  if (cursor.accept_word("PROCESS_ONLY")) {
    run.part = RunInstance::Part::process_only;
  } else if (cursor.accept_word("OBCDC_ONLY")) {
    run.part = RunInstance::Part::obcdc_only;
  }
  return run;
}

/// TO name FOR TENANT cluster.tenant [FULL]
Parsed parse_switch(TokenCursor& cursor) {
  if (auto word = cursor.expect_word("TO"); !word) return std::unexpected(std::move(word.error()));
  auto name = parse_instance_name(cursor);
  if (!name) return std::unexpected(std::move(name.error()));
  auto tenant = parse_for_tenant(cursor);
  if (!tenant) return std::unexpected(std::move(tenant.error()));
  const bool full = cursor.accept_word("FULL");
  return SwitchMaster{.to = std::move(*name), .tenant = std::move(*tenant), .full = full};
}

Parsed parse_without_end(TokenCursor& cursor) {
  if (cursor.accept_words({"CREATE", "BINLOG"})) return parse_create(cursor);
  if (cursor.accept_words({"ALTER", "BINLOG"})) return parse_alter(cursor);
  if (cursor.accept_words({"DROP", "BINLOG"})) return parse_drop(cursor);
  if (cursor.accept_words({"START", "BINLOG", "INSTANCE"})) return parse_run(cursor, true);
  if (cursor.accept_words({"STOP", "BINLOG", "INSTANCE"})) return parse_run(cursor, false);
  if (cursor.accept_words({"SWITCH", "MASTER", "INSTANCE"})) return parse_switch(cursor);
  if (cursor.accept_words({"REBALANCE", "BINLOG"})) {
    return RebalanceBinlog{.dry_run = cursor.accept_words({"DRY", "RUN"})};
  }
  return std::nullopt;
}

Result<void> parse_instance_filter(TokenCursor& cursor, ShowInstances& show) {
  if (cursor.at_word("FOR")) {
    auto tenant = parse_owner(cursor);
    if (!tenant) return std::unexpected(std::move(tenant.error()));
    show.tenant = std::move(*tenant);
  } else if (cursor.accept_word("FROM")) {
    auto from = parse_node_filter(cursor);
    if (!from) return std::unexpected(std::move(from.error()));
    show.from = std::move(*from);
  } else if (!at_last(cursor) && !cursor.at_word("LIMIT")) {
    do {
      if (show.names.size() >= option_count_max) return management_error("More than 512 Binlog instances are given");
      auto name = parse_instance_name(cursor);
      if (!name) return std::unexpected(std::move(name.error()));
      show.names.push_back(std::move(*name));
    } while (cursor.accept_symbol(","));
  }
  return {};
}

Parsed parse_show_instances(TokenCursor& cursor, bool history, bool several) {
  ShowInstances show{.history = history, .names = {}, .tenant = {}, .from = {}, .limit = {}};
  if (!several) {
    auto name = parse_instance_name(cursor);
    if (!name) return std::unexpected(std::move(name.error()));
    show.names.push_back(std::move(*name));
    return show;
  }
  if (auto filter = parse_instance_filter(cursor, show); !filter) return std::unexpected(std::move(filter.error()));
  auto limit = parse_limit(cursor, {});
  if (!limit) return std::unexpected(std::move(limit.error()));
  show.limit = *limit;
  return show;
}

Parsed parse_show_server(TokenCursor& cursor) {
  if (at_last(cursor)) return management_error("tenant is not specified");
  auto tenant = parse_for_tenant(cursor);
  if (!tenant) return std::unexpected(std::move(tenant.error()));
  return ShowBinlogServer{std::move(*tenant)};
}

Parsed parse_show_status(TokenCursor& cursor) {
  auto tenant = parse_optional_tenant(cursor);
  if (!tenant) return std::unexpected(std::move(tenant.error()));
  return ShowBinlogStatus{std::move(*tenant)};
}

Parsed parse_show_history(TokenCursor& cursor) {
  auto tenant = parse_optional_tenant(cursor);
  if (!tenant) return std::unexpected(std::move(tenant.error()));
  auto limit = parse_limit(cursor, {});
  if (!limit) return std::unexpected(std::move(limit.error()));
  return ShowBinlogHistory{.tenant = std::move(*tenant), .limit = *limit};
}

Parsed parse_show_nodes(TokenCursor& cursor) {
  ShowNodes show;
  if (cursor.accept_word("FROM")) {
    auto from = parse_node_filter(cursor);
    if (!from) return std::unexpected(std::move(from.error()));
    show.from = std::move(*from);
  }
  return show;
}

Parsed parse_show_without_end(TokenCursor& cursor) {
  if (cursor.accept_word("NODES")) return parse_show_nodes(cursor);
  if (cursor.accept_words({"BINLOG", "SERVER"})) return parse_show_server(cursor);
  if (cursor.accept_words({"BINLOG", "STATUS"})) return parse_show_status(cursor);
  if (cursor.accept_words({"BINLOG", "HISTORY"})) return parse_show_history(cursor);
  if (cursor.accept_words({"BINLOG", "INSTANCE"})) return parse_show_instances(cursor, false, false);
  if (cursor.accept_words({"BINLOG", "INSTANCES"})) return parse_show_instances(cursor, false, true);
  if (cursor.accept_words({"HISTORY", "BINLOG", "INSTANCE"})) return parse_show_instances(cursor, true, false);
  if (cursor.accept_words({"HISTORY", "BINLOG", "INSTANCES"})) return parse_show_instances(cursor, true, true);
  return std::nullopt;
}

Parsed ended(TokenCursor& cursor, Parsed statement) {
  if (!statement || !*statement) return statement;
  if (auto end = cursor.expect_end(); !end) return std::unexpected(std::move(end.error()));
  return statement;
}

}  // namespace

Parsed parse_binlog_statement(TokenCursor& cursor) {
  return ended(cursor, parse_without_end(cursor));
}

Parsed parse_binlog_show(TokenCursor& cursor) {
  return ended(cursor, parse_show_without_end(cursor));
}

}  // namespace sluice::sql
