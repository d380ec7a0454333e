#include "cluster/rebalance.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cluster/spread.h"

namespace sluice::cluster {

namespace {

constexpr double move_overhead = 1024.0 * 1024 * 1024;  ///< bytes that the moving itself counts for
constexpr double gibibyte = 1024.0 * 1024 * 1024;

/// Makes one plan on its own copy of the inventory, on which every move is carried out at once.
class Planner {
 public:
  Planner(Inventory inventory, const RebalanceRules& rules) : inventory_(std::move(inventory)), rules_(rules) {
    for (std::size_t i = 0; i < inventory_.servers().size(); ++i) {
      const Server& server = inventory_.servers()[i];
      if (server.metrics && !not_usable(server, rules_.placement)) usable_.push_back(i);
    }
    scale_ = network_scale(inventory_, usable_);
    loads_.resize(inventory_.servers().size());
    for (const std::size_t server : usable_)
      loads_[server] = load_of(server, inventory_.taken(server));
  }

  [[nodiscard]] RebalancePlan plan() {
    if (usable_.size() < 2) {
      plan_.reason = "fewer than two servers are ONLINE with metrics: there is nowhere to move to";
      return std::move(plan_);
    }
    plan_.difference_before = plan_.difference_after = difference();
    if (plan_.difference_before <= rules_.difference_tolerated) {
      plan_.reason = fmt::format("the fullest and the emptiest server differ by {:.1f} points, {:.1f} are tolerated",
                                 plan_.difference_before * 100, rules_.difference_tolerated * 100);
      return std::move(plan_);
    }
    make_moves(&Planner::exchange_from);
    make_moves(&Planner::move_from);
    plan_.difference_after = difference();
    plan_.reason = fmt::format("the fullest and the emptiest server differ by {:.1f} points, then by {:.1f}{}",
                               plan_.difference_before * 100, plan_.difference_after * 100, why_no_more());
    return std::move(plan_);
  }

 private:
  /// A move that could be made, and how much good it does for its cost.
  struct Option {
    std::size_t instance = 0;
    std::size_t other = 0;  ///< the follower
    std::size_t to = 0;
    double worth = 0;
  };

  [[nodiscard]] double load_of(std::size_t server, const Resources& taken) const {
    return taken_shares(inventory_.capacity(server), taken, scale_).weighed(rules_.placement.weights);
  }

  [[nodiscard]] double difference() const {
    const auto [least, most] = std::ranges::minmax(usable_, {}, [this](std::size_t server) { return loads_[server]; });
    return loads_[most] - loads_[least];
  }

  /// Takes the fullest server again and again; one from which nothing can go is done with.
  void make_moves(bool (Planner::*move_one_from)(std::size_t)) {
    std::vector<std::size_t> givers = usable_;
    while (!givers.empty() && plan_.moves.size() < rules_.moves_max) {
      const auto fullest = std::ranges::max_element(givers, {}, [this](std::size_t server) { return loads_[server]; });
      if (!(this->*move_one_from)(*fullest)) givers.erase(fullest);
    }
  }

  /// How much lower the fuller of the two is after both changed; nothing if that is no improvement worth a move.
  [[nodiscard]] std::optional<double> gain(std::size_t from, double from_after, double to_after) const {
    const double lower = loads_[from] - std::max(from_after, to_after);
    if (lower < rules_.gain_min) return std::nullopt;
    return lower;
  }

  [[nodiscard]] bool differ(std::size_t from, std::size_t to) const {
    return loads_[from] - loads_[to] > rules_.difference_wanted;
  }

  bool exchange_from(std::size_t from) {
    std::optional<Option> best;
    for (const std::size_t instance : inventory_.instances_on(from)) {
      const HostedInstance& primary = inventory_.instances()[instance];
      if (!primary.primary || !primary.movable) continue;
      for (const std::size_t follower : inventory_.instances_of(primary.tenant)) {
        const std::size_t to = inventory_.server_of(follower);
        if (follower == instance || !inventory_.instances()[follower].movable) continue;
        if (!takes_part(to) || !differ(from, to)) continue;
        if (const auto worth = exchange_worth(instance, follower); worth && (!best || *worth > best->worth)) {
          best = Option{instance, follower, to, *worth};
        }
      }
    }
    if (best) carry_out(RebalanceMove::Kind::primary, *best);
    return best.has_value();
  }

  [[nodiscard]] std::optional<double> exchange_worth(std::size_t primary, std::size_t follower) const {
    const std::size_t from = inventory_.server_of(primary);
    const std::size_t to = inventory_.server_of(follower);
    const Resources active = inventory_.weight(primary);
    const Resources idle = inventory_.weight(follower);
    const Resources leaves{active.cpu, 0, 0, active.network};
    const Resources comes{idle.cpu, 0, 0, idle.network};
    const Resources to_taken = inventory_.taken(to) - comes + leaves;
    const double limit = inventory_.capacity(to).cpu * rules_.placement.cpu_limit_percent / 100;
    if (rules_.placement.check_resources && to_taken.cpu >= limit) return std::nullopt;
    return gain(from, load_of(from, inventory_.taken(from) - leaves + comes), load_of(to, to_taken));
  }

  bool move_from(std::size_t from) {
    std::vector<std::size_t> emptiest_first = usable_;
    std::ranges::sort(emptiest_first, {}, [this](std::size_t server) { return loads_[server]; });
    for (const std::size_t to : emptiest_first) {
      if (!differ(from, to)) return false;
      std::optional<Option> best;
      for (const std::size_t instance : inventory_.instances_on(from)) {
        const auto worth = move_worth(instance, from, to);
        if (worth && (!best || *worth > best->worth)) best = Option{instance, instance, to, *worth};
      }
      if (!best) continue;
      carry_out(RebalanceMove::Kind::data, *best);
      return true;
    }
    return false;
  }

  [[nodiscard]] std::optional<double> move_worth(std::size_t instance, std::size_t from, std::size_t to) const {
    const Resources weight = inventory_.weight(instance);
    const Resources from_taken = inventory_.taken(from) - weight;
    const Resources to_taken = inventory_.taken(to) + weight;
    if (!gain(from, load_of(from, from_taken), load_of(to, to_taken))) return std::nullopt;
    const double nearer =
        apart(from, inventory_.taken(from), to, inventory_.taken(to)) - apart(from, from_taken, to, to_taken);
    if (nearer <= 0 || !may_move(instance, to)) return std::nullopt;
    const double cost = static_cast<double>(bytes_of(instance)) + move_overhead;
    return nearer / (inventory_.instances()[instance].primary ? 2 * cost : cost);
  }

  /// How different two servers are in each resource, by weight. The loads alone would let one server's CPU stand
  /// against another's disk.
  [[nodiscard]] double apart(std::size_t one, const Resources& one_taken, std::size_t other,
                             const Resources& other_taken) const {
    const ResourceShares left = taken_shares(inventory_.capacity(one), one_taken, scale_);
    const ResourceShares right = taken_shares(inventory_.capacity(other), other_taken, scale_);
    const ResourceShares difference{std::abs(left.cpu - right.cpu), std::abs(left.memory - right.memory),
                                    std::abs(left.disk - right.disk), std::abs(left.network - right.network)};
    return difference.weighed(rules_.placement.weights);
  }

  [[nodiscard]] bool may_move(std::size_t instance, std::size_t to) const {
    const HostedInstance& moved = inventory_.instances()[instance];
    const std::span<const Server> servers = inventory_.servers();
    if (!moved.movable || !meets(moved.demands, servers[to])) return false;
    std::vector<std::size_t> others;
    for (const std::size_t replica : inventory_.instances_of(moved.tenant)) {
      if (replica != instance) others.push_back(inventory_.server_of(replica));
    }
    if (std::ranges::any_of(others, [&](std::size_t other) { return same_host(servers[other], servers[to]); }))
      return false;
    if (lacks_resources(inventory_, to, inventory_.weight(instance), rules_.placement)) return false;
    if (others.empty()) return true;
    std::vector<std::size_t> after = others;
    after.push_back(to);
    others.push_back(inventory_.server_of(instance));
    return spread_of(servers, after) >= spread_of(servers, others);
  }

  void carry_out(RebalanceMove::Kind kind, const Option& option) {
    const std::size_t from = inventory_.server_of(option.instance);
    const HostedInstance& instance = inventory_.instances()[option.instance];
    const double from_before = loads_[from];
    const double to_before = loads_[option.to];
    const bool data = kind == RebalanceMove::Kind::data;
    RebalanceMove move{kind,
                       instance.tenant,
                       instance.name,
                       instance.server,
                       inventory_.servers()[option.to].id,
                       data ? bytes_of(option.instance) : 0,
                       {}};
    if (data) {
      inventory_.move(option.instance, option.to);
    } else {
      inventory_.exchange_roles(option.instance, option.other);
    }
    for (const std::size_t server : {from, option.to})
      loads_[server] = load_of(server, inventory_.taken(server));
    move.reason = fmt::format("load of {} {:.1f} % to {:.1f} %, of {} {:.1f} % to {:.1f} %",
                              name_of(inventory_.servers()[from]), from_before * 100, loads_[from] * 100,
                              name_of(inventory_.servers()[option.to]), to_before * 100, loads_[option.to] * 100);
    if (data) move.reason += fmt::format(", {:.1f} GiB copied", static_cast<double>(move.bytes) / gibibyte);
    plan_.bytes += move.bytes;
    plan_.moves.push_back(std::move(move));
  }

  /// What has to be copied: what the log takes now, or what it may take where that is not known.
  [[nodiscard]] std::uint64_t bytes_of(std::size_t instance) const {
    const HostedInstance& moved = inventory_.instances()[instance];
    return moved.used ? moved.used->disk : moved.needs.disk;
  }

  [[nodiscard]] bool takes_part(std::size_t server) const { return std::ranges::binary_search(usable_, server); }

  [[nodiscard]] std::string why_no_more() const {
    if (plan_.moves.size() == rules_.moves_max) return "; more moves are needed: run it again after these";
    if (plan_.difference_after <= rules_.difference_wanted) return "";
    return "; spread, demands, limits or sizes allow no further move that helps";
  }

  Inventory inventory_;
  const RebalanceRules& rules_;
  std::vector<std::size_t> usable_;  ///< ascending
  NetworkScale scale_;
  std::vector<double> loads_;
  RebalancePlan plan_;
};

}  // namespace

RebalancePlan plan_rebalance(Inventory inventory, const RebalanceRules& rules) {
  return Planner(std::move(inventory), rules).plan();
}

}  // namespace sluice::cluster
