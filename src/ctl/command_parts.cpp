#include "ctl/command_parts.h"

#include <array>

#include "ctl/characters.h"
#include "ctl/tenant_text.h"
#include "sql/management_parts.h"

namespace sluice::ctl {

CLI::Option* add_tenant(CLI::App* command, const std::string& name, std::optional<sql::TenantName>& tenant) {
  const auto take = [&tenant, name](const std::string& text) {
    auto parsed = parse_tenant(text);
    if (!parsed) throw CLI::ValidationError(name, parsed.error().message);
    tenant = std::move(*parsed);
  };
  return command->add_option_function<std::string>(name, take, "the tenant: cluster.tenant")->type_name("C.T");
}

CLI::Option* add_tenant(CLI::App* command, const std::string& name, sql::TenantName& tenant) {
  const auto take = [&tenant, name](const std::string& text) {
    auto parsed = parse_tenant(text);
    if (!parsed) throw CLI::ValidationError(name, parsed.error().message);
    tenant = std::move(*parsed);
  };
  return command->add_option_function<std::string>(name, take, "the tenant: cluster.tenant")
      ->type_name("C.T")
      ->required();
}

void add_node_filter(CLI::App* command, std::optional<sql::NodeFilter>& filter) {
  using By = sql::NodeFilter::By;
  static const std::array<std::pair<const char*, By>, 4> options = {
      {{"--ip", By::ip}, {"--zone", By::zone}, {"--region", By::region}, {"--group", By::group}}};
  auto* const group = command->add_option_group("servers", "only servers there");
  for (const auto& [name, by] : options) {
    const auto take = [&filter, by = by](const std::string& value) {
      filter = sql::NodeFilter{.by = by, .value = value};
    };
    group->add_option_function<std::string>(name, take, "")->type_name("VALUE");
  }
  group->require_option(0, 1);
}

void add_limit(CLI::App* command, std::optional<sql::Limit>& limit) {
  const auto take = [&limit](std::uint64_t count) { limit = sql::Limit{.offset = 0, .count = count}; };
  command->add_option_function<std::uint64_t>("--limit", take, "at most so many rows")
      ->check(whole_number_from(0))
      ->type_name("N");
}

CLI::Range whole_number_from(std::uint64_t lowest) {
  return {lowest, std::uint64_t{INT64_MAX}};
}

void refuse_password(CLI::App* command, const std::string& name, const std::string& instead) {
  const auto refuse = [name, instead](const std::string&) {
    throw CLI::ValidationError(name, "a password does not belong on the command line, where others see it: " + instead);
  };
  command->add_option_function<std::string>(name, refuse, "")->group("");
}

void add_delay(CLI::App* command, sql::DropDelay& delay) {
  auto* const group = command->add_option_group("delay", "when files are removed; otherwise as the cluster has it");
  group->add_flag_callback(
      "--now", [&delay] { delay.seconds = 0; }, "at once");
  group
      ->add_option_function<std::uint32_t>(
          "--defer", [&delay](std::uint32_t seconds) { delay.seconds = seconds; }, "after so long")
      ->check(CLI::Range(std::uint32_t{0}, sql::drop_delay_max))
      ->type_name("SECONDS");
  group->require_option(0, 1);
}

void add_level(CLI::App* command, sql::Level& level, bool required) {
  auto* const group = command->add_option_group("level", required ? "whose parameters: one of" : "whose parameters");
  group->add_flag_callback(
      "--cluster", [&level] { level = sql::WholeCluster{}; }, "of the whole cluster");
  const auto take_tenant = [&level](const std::string& text) {
    auto parsed = parse_tenant(text);
    if (!parsed) throw CLI::ValidationError("--tenant", parsed.error().message);
    level = std::move(*parsed);
  };
  group->add_option_function<std::string>("--tenant", take_tenant, "of a tenant")->type_name("C.T");
  const auto take_instance = [&level](const std::string& name) { level = sql::InstanceName{name}; };
  group->add_option_function<std::string>("--instance", take_instance, "of an instance")->type_name("NAME");
  group->require_option(required ? 1 : 0, 1);
}

sql::Option parse_option(const std::string& what, const std::string& text) {
  const std::size_t sign = text.find('=');
  if (sign == std::string::npos || sign == 0) {
    throw CLI::ValidationError(what, "\"" + visible(text) + "\" is not of the form KEY=VALUE");
  }
  return {.key = text.substr(0, sign), .value = text.substr(sign + 1)};
}

void add_options(CLI::App* command, std::vector<sql::Option>& options) {
  const auto take = [&options](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      options.push_back(parse_option("--option", text));
    }
  };
  command->add_option_function<std::vector<std::string>>("--option", take, "an option or parameter; may be repeated")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
}

}  // namespace sluice::ctl
