#include "server/lost_relays.h"

#include <algorithm>

#include "metadb/instances.h"

namespace sluice::server {
namespace {

constexpr std::size_t names_at_once = 1000;

/// Which of them are primaries still, as and where they were.
Result<std::vector<metadb::Instance>> list_primaries(metadb::MetaDb& database,
                                                     const std::vector<manage::Route>& relayed) {
  std::vector<metadb::Instance> all;
  for (std::size_t begin = 0; begin < relayed.size(); begin += names_at_once) {
    metadb::InstanceFilter filter;
    for (std::size_t i = begin; i < std::min(begin + names_at_once, relayed.size()); ++i)
      filter.names.push_back(relayed[i].instance);
    auto some = metadb::list_instances(database, filter, {.limit = names_at_once});
    if (!some) return std::unexpected(std::move(some.error()));
    std::ranges::copy_if(*some, std::back_inserter(all), &metadb::Instance::is_primary);
  }
  return all;
}

}  // namespace

Result<std::vector<manage::Route>> find_lost_relays(metadb::MetaDb& database, const std::vector<manage::Route>& relayed,
                                                    const manage::InstanceClient& instances) {
  const auto primaries = list_primaries(database, relayed);
  if (!primaries) return std::unexpected(primaries.error());
  std::vector<manage::Route> former;
  std::vector<manage::InstanceClient::Question> questions;
  for (const manage::Route& one : relayed) {
    if (std::ranges::find(*primaries, one.instance, &metadb::Instance::name) != primaries->end()) continue;
    former.push_back(one);
    questions.push_back({.address = {one.ip, one.port}, .statement = "SELECT 1"});
  }
  const auto answers = instances.ask_all(questions, manage::InstanceClient::brief);
  std::vector<manage::Route> lost;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i] || (answers[i].error().kind != ErrorKind::io && answers[i].error().kind != ErrorKind::timeout)) {
      continue;
    }
    lost.push_back(former[i]);
  }
  return lost;
}

}  // namespace sluice::server
