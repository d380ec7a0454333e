#include "cluster/placement_sieve.h"

#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice::cluster {

namespace {

constexpr std::size_t examples_max = 4;

}  // namespace

PlacementSieve::PlacementSieve(const Inventory& inventory) : inventory_(inventory), left_(inventory.servers().size()) {
  std::iota(left_.begin(), left_.end(), std::size_t{0});
}

void PlacementSieve::pass(std::string name, const Filter& filter) {
  Step step{std::move(name), 0, 0, {}};
  std::erase_if(left_, [&](std::size_t server) {
    const std::optional<std::string> why = filter(server);
    if (!why) return false;
    if (++step.taken <= examples_max) {
      step.examples.push_back(fmt::format("{}: {}", name_of(inventory_.servers()[server]), *why));
    }
    return true;
  });
  step.left = left_.size();
  steps_.push_back(std::move(step));
}

std::string PlacementSieve::account() const {
  std::string text = fmt::format("of {} servers", inventory_.servers().size());
  for (const Step& step : steps_) {
    text += fmt::format("{} {} {}", &step == steps_.data() ? "" : ",", step.left, step.name);
  }
  return text;
}

std::string PlacementSieve::losses() const {
  std::string text = fmt::format("of {} servers", inventory_.servers().size());
  std::string_view before = ": ";
  for (const Step& step : steps_) {
    if (step.taken == 0) continue;
    text += fmt::format("{}'{}' took {} ({}", before, step.name, step.taken, fmt::join(step.examples, ", "));
    if (step.taken > examples_max) text += fmt::format(" and {} more", step.taken - examples_max);
    text += ")";
    before = "; ";
  }
  return text;
}

}  // namespace sluice::cluster
