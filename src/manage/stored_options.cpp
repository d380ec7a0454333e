#include "manage/stored_options.h"

#include <nlohmann/json.hpp>

namespace sluice::manage {
namespace {

using nlohmann::json;

std::string member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Result<StoredOptions> parse_options(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) return fail(ErrorKind::corrupt, "stored options are no JSON object");
  StoredOptions options;
  if (const auto found = document.find("parameters"); found != document.end() && found->is_object()) {
    for (const auto& [name, value] : found->items()) {
      if (value.is_string()) options.parameters[name] = value.get<std::string>();
    }
  }
  if (const auto found = document.find("demands"); found != document.end() && found->is_object()) {
    options.demands = {.ip = member(*found, "ip"),
                       .zone = member(*found, "zone"),
                       .group = member(*found, "group"),
                       .region = member(*found, "region")};
  }
  options.replaces = member(document, "replaces");
  options.stands_in_for = member(document, "stands_in_for");
  return options;
}

std::string options_text(const StoredOptions& options, std::string_view before) {
  json document = json::parse(before, nullptr, false);
  if (!document.is_object()) document = json::object();
  document["parameters"] = json::object();
  for (const auto& [name, value] : options.parameters)
    document["parameters"][name] = value;
  document["demands"] = json::object();
  const auto demand = [&](const char* name, const std::string& value) {
    if (!value.empty()) document["demands"][name] = value;
  };
  demand("ip", options.demands.ip);
  demand("zone", options.demands.zone);
  demand("group", options.demands.group);
  demand("region", options.demands.region);
  document.erase("replaces");
  if (!options.replaces.empty()) document["replaces"] = options.replaces;
  document.erase("stands_in_for");
  if (!options.stands_in_for.empty()) document["stands_in_for"] = options.stands_in_for;
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace sluice::manage
