#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cluster/simulation/random.h"
#include "cluster/simulation/timeline.h"

namespace sluice::cluster::simulation {

/// Carries questions and answers between nodes: hosts, and the MetaDB as the last node. Each way between two nodes may
/// be cut by itself; in bad weather messages are lost, late and doubled. What does not arrive because of a cut, or
/// because the node is down, is sent again a few times, as TCP does.
class Network {
 public:
  using Node = std::size_t;

  Network(Timeline& timeline, Random& random, std::size_t nodes);

  void set_up(Node node, bool up) { up_[node] = up; }
  [[nodiscard]] bool is_up(Node node) const { return up_[node]; }
  /// Cuts may overlap: a way is open again when the last one is over.
  void cut(Node from, Node to);
  void mend(Node from, Node to);
  void begin_bad_weather() { ++bad_weather_; }
  void end_bad_weather();
  /// When something was last wrong between the two, in either direction; now, if it is.
  [[nodiscard]] Time last_disturbed(Node one, Node other) const;

  /// Asks: `serve` happens at the other node, more than once if the question is doubled; nothing: it does not answer.
  /// `done` happens once: with the first answer, or with nothing after `limit`.
  template <typename Answer>
  void ask(Node from, Node to, Time limit, std::function<std::optional<Answer>()> serve,
           std::move_only_function<void(std::optional<Answer>)> done) {
    auto call = std::make_shared<std::move_only_function<void(std::optional<Answer>)>>(std::move(done));
    const auto finish = [call](std::optional<Answer> answer) {
      if (*call) std::exchange(*call, nullptr)(std::move(answer));
    };
    carry(from, to, [this, from, to, serve = std::move(serve), finish] {
      auto answer = serve();
      if (!answer) return;
      carry(to, from, [finish, answer] { finish(answer); });
    });
    timeline_.after(limit, [finish] { finish(std::nullopt); });
  }

 private:
  struct Way {
    unsigned cuts = 0;
    Time last_cut = -std::chrono::hours(1);
  };
  [[nodiscard]] Way& way(Node from, Node to) { return ways_[from * up_.size() + to]; }
  [[nodiscard]] const Way& way(Node from, Node to) const { return ways_[from * up_.size() + to]; }
  void carry(Node from, Node to, std::function<void()> arrive, Time again = Time(200));
  [[nodiscard]] Time delay();

  Timeline& timeline_;
  Random& random_;
  std::vector<bool> up_;
  std::vector<Way> ways_;
  unsigned bad_weather_ = 0;
  Time last_bad_weather_ = -std::chrono::hours(1);
};

}  // namespace sluice::cluster::simulation
