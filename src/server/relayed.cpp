#include "server/relayed.h"

#include <fmt/format.h>

namespace sluice::server {

std::vector<manage::Route> Relayed::routes() const {
  const std::lock_guard lock(mutex_);
  std::vector<manage::Route> list;
  for (const auto& [key, entry] : clients_)
    list.push_back(entry.first);
  return list;
}

void Relayed::count(const manage::Route& route, int more) {
  const std::string key = fmt::format("{} {} {}", route.instance, route.ip, route.port);
  const std::lock_guard lock(mutex_);
  auto& [its, clients] = clients_[key];
  its = route;
  clients += more;
  if (clients == 0) clients_.erase(key);
}

}  // namespace sluice::server
