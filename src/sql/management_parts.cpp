#include "sql/management_parts.h"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "sql/ascii.h"
#include "sql/error_code.h"
#include "sql/name.h"

namespace sluice::sql {
namespace {

bool is_empty_name(const TokenCursor& cursor) {
  return cursor.peek().kind == TokenKind::quoted_name && cursor.peek().text.empty();
}

Result<std::string> parse_bounded_name(TokenCursor& cursor, std::string_view what, std::size_t size_max) {
  auto name = cursor.expect_name();
  if (!name) return name;
  const auto checked = check_name(fmt::format("The name of {}", what), *name, size_max);
  if (!checked) return std::unexpected(checked.error());
  return name;
}

}  // namespace

std::unexpected<Error> management_error(std::string message) {
  return fail(ErrorKind::invalid, std::move(message), error_code::management);
}

Result<void> check_name(std::string_view what, std::string_view name, std::size_t size_max) {
  if (name.size() > size_max) return management_error(fmt::format("{} is longer than {} bytes", what, size_max));
  if (const auto fault = name_fault(name)) return management_error(fmt::format("{} {}", what, *fault));
  return {};
}

Result<TenantName> parse_tenant_name(TokenCursor& cursor) {
  constexpr std::string_view empty = "Cluster or tenant cannot be empty";
  if (is_empty_name(cursor)) return management_error(std::string(empty));
  auto cluster = parse_bounded_name(cursor, "a cluster", tenant_name_size_max);
  if (!cluster) return std::unexpected(std::move(cluster.error()));
  if (auto point = cursor.expect_symbol("."); !point) return std::unexpected(std::move(point.error()));
  if (is_empty_name(cursor)) return management_error(std::string(empty));
  auto tenant = parse_bounded_name(cursor, "a tenant", tenant_name_size_max);
  if (!tenant) return std::unexpected(std::move(tenant.error()));
  return TenantName{.cluster = std::move(*cluster), .tenant = std::move(*tenant)};
}

Result<InstanceName> parse_instance_name(TokenCursor& cursor) {
  auto name = parse_bounded_name(cursor, "a Binlog instance", instance_name_size_max);
  if (!name) return std::unexpected(std::move(name.error()));
  return InstanceName{std::move(*name)};
}

Result<std::string> parse_name_or_string(TokenCursor& cursor, std::string_view what, std::size_t size_max) {
  auto text = cursor.peek().kind == TokenKind::string ? Result<std::string>(cursor.next().text) : cursor.expect_name();
  if (text && text->size() > size_max) {
    return management_error(fmt::format("{} is longer than {} bytes", what, size_max));
  }
  return text;
}

Result<TenantName> parse_for_tenant(TokenCursor& cursor) {
  if (!cursor.accept_words({"FOR", "TENANT"})) return cursor.error_here();
  return parse_tenant_name(cursor);
}

Result<std::optional<TenantName>> parse_optional_tenant(TokenCursor& cursor) {
  if (!cursor.at_word("FOR")) return std::nullopt;
  auto tenant = parse_for_tenant(cursor);
  if (!tenant) return std::unexpected(std::move(tenant.error()));
  return std::move(*tenant);
}

Result<Level> parse_level(TokenCursor& cursor) {
  if (cursor.accept_word("CLUSTER")) {
    return WholeCluster{};
  }
  if (cursor.accept_word("TENANT")) {
    auto tenant = parse_tenant_name(cursor);
    if (!tenant) return std::unexpected(std::move(tenant.error()));
    return std::move(*tenant);
  }
  if (auto word = cursor.expect_word("INSTANCE"); !word) return std::unexpected(std::move(word.error()));
  auto instance = parse_instance_name(cursor);
  if (!instance) return std::unexpected(std::move(instance.error()));
  return std::move(*instance);
}

Result<NodeFilter> parse_node_filter(TokenCursor& cursor) {
  using By = NodeFilter::By;
  static constexpr std::array<std::pair<std::string_view, By>, 4> words = {
      {{"IP", By::ip}, {"ZONE", By::zone}, {"REGION", By::region}, {"GROUP", By::group}}};
  for (const auto& [word, by] : words) {
    if (!cursor.accept_word(word)) continue;
    if (cursor.peek().kind != TokenKind::string) return cursor.error_here();
    std::string value = cursor.next().text;
    if (auto checked = check_name(fmt::format("The {}", to_lower(word)), value, label_size_max); !checked) {
      return std::unexpected(std::move(checked.error()));
    }
    return NodeFilter{.by = by, .value = std::move(value)};
  }
  return cursor.error_here();
}

Result<DropDelay> parse_drop_delay(TokenCursor& cursor) {
  if (cursor.accept_word("NOW")) {
    return DropDelay{0};
  }
  if (!cursor.accept_word("DEFER")) {
    return DropDelay{};
  }
  if (cursor.peek().kind != TokenKind::number) return cursor.error_here();
  const auto seconds = whole_number("DEFER", cursor.next().text, 0, drop_delay_max);
  if (!seconds) return std::unexpected(seconds.error());
  return DropDelay{static_cast<std::uint32_t>(*seconds)};
}

bool accept_if_exists(TokenCursor& cursor) {
  return cursor.accept_words({"IF", "EXISTS"});
}

bool accept_if_not_exists(TokenCursor& cursor) {
  return cursor.accept_words({"IF", "NOT", "EXISTS"});
}

Result<std::uint64_t> whole_number(std::string_view option, std::string_view text, std::uint64_t minimum,
                                   std::uint64_t maximum) {
  std::uint64_t number = 0;
  const char* const text_end = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), text_end, number);
  if (failed != std::errc() || end != text_end || number < minimum || number > maximum) {
    return management_error(fmt::format("The option [{}] is a whole number from {} to {}", option, minimum, maximum));
  }
  return number;
}

Result<StartTime> start_time(std::string_view option, std::string_view text) {
  constexpr std::size_t microsecond_digits = 16;
  constexpr std::size_t second_digits_max = 10;
  std::uint64_t number = 0;
  const char* const text_end = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), text_end, number);
  const bool in_seconds = text.size() <= second_digits_max;
  if (failed != std::errc() || end != text_end || number == 0 || (!in_seconds && text.size() != microsecond_digits)) {
    return management_error(fmt::format(
        "The option [{}] is a time since 1970: seconds from 1 to 9999999999, or microseconds in 16 digits", option));
  }
  return StartTime{in_seconds ? number * 1'000'000 : number};
}

}  // namespace sluice::sql
