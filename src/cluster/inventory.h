#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cluster/hosted_instance.h"
#include "cluster/server.h"

namespace sluice::cluster {

/// How instances count beside what was measured.
struct LoadRules {
  /// An instance is in its server's metrics if these were taken so long after it was placed: it starts, fetches what it
  /// missed, and a rate is an average of the past. Until then all it needs is added to what was measured.
  Milliseconds settle = std::chrono::seconds(60);
  /// How much of the memory and disk promised to tenants, and not used by them yet, counts as used. Less than 100 lets
  /// a cluster promise more than it has.
  unsigned promised_percent = 100;
};

/// The servers of a cluster, what runs on them, and how full they are: what was measured, plus what was placed since
/// and what was promised. Servers are told by their index. Built from the MetaDB's rows in linear time; a value.
class Inventory {
 public:
  /// Instances of servers that are not listed hold nothing.
  Inventory(std::vector<Server> servers, std::span<const HostedInstance> instances, const LoadRules& rules = {});

  [[nodiscard]] std::span<const Server> servers() const { return servers_; }
  [[nodiscard]] std::optional<std::size_t> find(std::string_view id) const;

  /// All instances, including those added; an instance keeps its index.
  [[nodiscard]] std::span<const HostedInstance> instances() const { return instances_; }
  [[nodiscard]] std::span<const std::size_t> instances_on(std::size_t server) const { return hosted_[server]; }
  [[nodiscard]] std::span<const std::size_t> instances_of(std::string_view tenant) const;
  /// The servers that have replicas of the tenant.
  [[nodiscard]] std::vector<std::size_t> servers_of(std::string_view tenant) const;
  [[nodiscard]] std::size_t server_of(std::size_t instance) const { return server_of_[instance]; }

  /// Of a server without metrics: nothing.
  [[nodiscard]] Resources capacity(std::size_t server) const;
  /// What is taken of it, measured or not yet. May exceed the capacity: more was promised than there is.
  [[nodiscard]] const Resources& taken(std::size_t server) const { return taken_[server]; }
  /// What would be free on its server without this instance.
  [[nodiscard]] Resources weight(std::size_t instance) const;

  /// Counts one that has just been given its place. Its server has to be listed.
  void add(HostedInstance instance);
  /// Counts the instance, with all its weight, on another server.
  void move(std::size_t instance, std::size_t target);
  /// The follower takes the primary's place: what the two spend on CPU and network changes sides.
  void exchange_roles(std::size_t primary, std::size_t follower);

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <typename T>
  using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

  void list(HostedInstance instance, std::size_t server);
  [[nodiscard]] bool measured(const HostedInstance& instance, const Server& server) const;
  [[nodiscard]] Resources outstanding(const HostedInstance& instance, const Server& server) const;

  LoadRules rules_;
  std::vector<Server> servers_;
  std::vector<Resources> taken_;
  std::vector<std::vector<std::size_t>> hosted_;
  ByText<std::size_t> by_id_;
  std::vector<HostedInstance> instances_;
  std::vector<std::size_t> server_of_;
  std::vector<Resources> weights_;
  ByText<std::vector<std::size_t>> by_tenant_;
};

}  // namespace sluice::cluster
