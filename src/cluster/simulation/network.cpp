#include "cluster/simulation/network.h"

#include <algorithm>

namespace sluice::cluster::simulation {

namespace {

constexpr unsigned lost_percent = 20;
constexpr unsigned late_percent = 20;
constexpr unsigned doubled_percent = 10;
constexpr Time again_max{800};

}  // namespace

Network::Network(Timeline& timeline, Random& random, std::size_t nodes)
    : timeline_(timeline), random_(random), up_(nodes, true), ways_(nodes * nodes) {}

void Network::cut(Node from, Node to) {
  ++way(from, to).cuts;
}

void Network::mend(Node from, Node to) {
  --way(from, to).cuts;
  way(from, to).last_cut = timeline_.now();
}

void Network::end_bad_weather() {
  --bad_weather_;
  last_bad_weather_ = timeline_.now();
}

Time Network::last_disturbed(Node one, Node other) const {
  if (bad_weather_ > 0 || way(one, other).cuts > 0 || way(other, one).cuts > 0) return timeline_.now();
  return std::max({last_bad_weather_, way(one, other).last_cut, way(other, one).last_cut});
}

Time Network::delay() {
  if (bad_weather_ > 0 && random_.chance(late_percent)) return random_.between(Time(20), Time(3000));
  return random_.between(Time(1), Time(5));
}

void Network::carry(Node from, Node to, std::function<void()> arrive, Time again) {
  if (from == to) return timeline_.after(Time(1), std::move(arrive));
  if (!up_[from]) return;
  if (!up_[to] || way(from, to).cuts > 0) {
    if (again > again_max) return;
    return timeline_.after(again, [=, this] { carry(from, to, arrive, 2 * again); });
  }
  if (bad_weather_ > 0 && random_.chance(lost_percent)) return;
  const unsigned copies = bad_weather_ > 0 && random_.chance(doubled_percent) ? 2 : 1;
  for (unsigned copy = 0; copy < copies; ++copy) {
    timeline_.after(delay(), [this, to, arrive] {
      if (up_[to]) arrive();
    });
  }
}

}  // namespace sluice::cluster::simulation
