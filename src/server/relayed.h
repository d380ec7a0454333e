#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "manage/routes.h"

namespace sluice::server {

/// To which instances clients are relayed at the moment. Any thread. Must outlive its places.
class Relayed {
 public:
  /// One client's, for as long as it lives.
  class Place {
   public:
    Place(Relayed& all, const manage::Route& route) : all_(all), route_(route) { all_.count(route_, 1); }
    ~Place() { all_.count(route_, -1); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Relayed& all_;
    manage::Route route_;
  };

  [[nodiscard]] std::vector<manage::Route> routes() const;

 private:
  void count(const manage::Route& route, int more);

  mutable std::mutex mutex_;
  std::map<std::string, std::pair<manage::Route, int>> clients_;  ///< by instance and address
};

}  // namespace sluice::server
