#include "manage/cluster_parameter.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/assert.h"
#include "cluster/resource_weights.h"
#include "manage/refusal.h"

namespace sluice::manage {
namespace {

using Type = ClusterParameter::Type;

bool equals(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(left, right, {}, lower, lower);
}

/// "536870912", "512M": K, M, G and T are powers of 1024.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  constexpr std::string_view units = "kmgt";
  std::uint64_t factor = 1;
  if (!text.empty()) {
    const auto last = static_cast<char>(text.back() | 0x20);
    if (const auto unit = units.find(last); unit != std::string_view::npos) {
      factor = 1ULL << (10 * (unit + 1));
      text.remove_suffix(1);
    }
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (number > UINT64_MAX / factor) return std::nullopt;
  return number * factor;
}

std::unexpected<Error> bad_value(const ClusterParameter& parameter, std::string_view value) {
  constexpr std::size_t shown_max = 64;
  const std::string unit = parameter.unit.empty() ? "" : " " + parameter.unit;
  return refuse(fmt::format("the value '{}' of {} is not allowed: it has to be {}{}", value.substr(0, shown_max),
                            parameter.name, allowed_values(parameter), unit));
}

Result<std::string> check_choice(const ClusterParameter& parameter, std::string_view value) {
  std::string_view rest = parameter.choices;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(", ");
    const std::string_view one = rest.substr(0, comma);
    if (equals(one, value)) return std::string(one);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 2);
  }
  return bad_value(parameter, value);
}

}  // namespace

std::string allowed_values(const ClusterParameter& parameter) {
  switch (parameter.type) {
    case Type::boolean:
      return "ON or OFF";
    case Type::choice:
      return "one of " + parameter.choices;
    case Type::weights:
      return "four numbers such as 1:1:1:0.5, the weights of CPU, memory, disk and network";
    case Type::integer:
      break;
  }
  return fmt::format("{} to {}", parameter.minimum, parameter.maximum);
}

Result<std::string> check_parameter(const ClusterParameter& parameter, std::string_view value) {
  switch (parameter.type) {
    case Type::boolean:
      if (equals(value, "ON") || equals(value, "TRUE") || value == "1") return "ON";
      if (equals(value, "OFF") || equals(value, "FALSE") || value == "0") return "OFF";
      return bad_value(parameter, value);
    case Type::choice:
      return check_choice(parameter, value);
    case Type::weights: {
      const auto weights = cluster::parse_resource_weights(value);
      if (!weights) return refuse(fmt::format("{}: {}", parameter.name, weights.error().message));
      return cluster::resource_weights_text(*weights);
    }
    case Type::integer:
      break;
  }
  const auto number = parse_number(value);
  if (!number || *number < parameter.minimum || *number > parameter.maximum) return bad_value(parameter, value);
  return std::to_string(*number);
}

std::string EffectiveValues::text(std::string_view name) const {
  for (const SetValues* level : {&instance_, &tenant_, &cluster_}) {
    if (const auto found = level->find(name); found != level->end()) return found->second;
  }
  const ClusterParameter* parameter = find_cluster_parameter(name);
  SLUICE_ASSERT(parameter != nullptr);
  return parameter->usual;
}

std::uint64_t EffectiveValues::number(std::string_view name) const {
  if (const auto stored = parse_number(text(name))) return *stored;
  // What is stored was checked; a damaged value is as good as none.
  const ClusterParameter* parameter = find_cluster_parameter(name);
  SLUICE_ASSERT(parameter != nullptr);
  return parse_number(parameter->usual).value_or(0);
}

bool EffectiveValues::flag(std::string_view name) const {
  return text(name) == "ON";
}

std::string_view EffectiveValues::origin(std::string_view name) const {
  if (instance_.contains(name)) return "instance";
  if (tenant_.contains(name)) return "tenant";
  if (cluster_.contains(name)) return "cluster";
  return "default";
}

}  // namespace sluice::manage
