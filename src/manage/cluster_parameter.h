#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sluice::manage {

/// For what a parameter may be set; each includes those before it.
enum class NarrowestLevel : std::uint8_t { cluster, tenant, instance };

/// One parameter of a Binlog cluster. Those of instances (parameters/parameter.h) are among them. Values are text.
struct ClusterParameter {
  enum class Type : std::uint8_t {
    integer,
    boolean,  ///< ON or OFF
    choice,   ///< one of `choices`
    weights,  ///< cluster/resource_weights.h
  };

  std::string name;
  Type type = Type::integer;
  std::string usual;
  std::uint64_t minimum = 0;  ///< of an integer
  std::uint64_t maximum = 0;
  std::string choices{};  ///< "off, preferred"
  std::string unit{};
  bool needs_restart = false;  ///< of the instance
  NarrowestLevel narrowest = NarrowestLevel::cluster;
  std::string description;
  bool of_instances = false;    ///< a running instance takes it by SET GLOBAL
  bool fixed_at_start = false;  ///< decides the log's bytes: cannot be changed once the tenant is there
};

/// All, by name.
[[nodiscard]] std::span<const ClusterParameter> cluster_parameters();
/// By name in lower case; nullptr if there is none.
[[nodiscard]] const ClusterParameter* find_cluster_parameter(std::string_view name);

/// The value as it is stored and shown: "ON" for "true", "4096" for "4K". Error 1236 names the parameter and what it
/// may be.
[[nodiscard]] Result<std::string> check_parameter(const ClusterParameter& parameter, std::string_view value);

/// "0 to 1000", "ON, OFF"
[[nodiscard]] std::string allowed_values(const ClusterParameter& parameter);

/// What is set at one level, by name.
using SetValues = std::map<std::string, std::string, std::less<>>;

/// The values that hold somewhere: what is set at the narrowest level, else wider, else the usual.
class EffectiveValues {
 public:
  EffectiveValues(SetValues cluster, SetValues tenant, SetValues instance)
      : cluster_(std::move(cluster)), tenant_(std::move(tenant)), instance_(std::move(instance)) {}

  /// The name has to be a parameter's.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::uint64_t number(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;
  /// "default", "cluster", "tenant", "instance"
  [[nodiscard]] std::string_view origin(std::string_view name) const;

 private:
  SetValues cluster_;
  SetValues tenant_;
  SetValues instance_;
};

}  // namespace sluice::manage
