#pragma once

#include <cstdint>
#include <functional>

namespace sluice::dump {

/// Lets others end a dump. All calls from the dump's I/O thread.
class DumpControl {
 public:
  enum class Ending : std::uint8_t {
    none,
    killed,    ///< EOF is sent, as mysqld does when a dump thread is killed; the connection takes the next command
    replaced,  ///< error 1236: the same subscriber has come again
  };

  /// The dump ends before its next piece; one that stands still in a write cannot.
  void end(Ending ending) {
    ending_ = ending;
    if (wake_) {
      wake_();
    }
  }
  [[nodiscard]] Ending ending() const { return ending_; }

  /// The dump's own: how it is woken while it runs.
  void attach(std::function<void()> wake) {
    ending_ = Ending::none;
    wake_ = std::move(wake);
  }
  void detach() { wake_ = nullptr; }

 private:
  Ending ending_ = Ending::none;
  std::function<void()> wake_;
};

}  // namespace sluice::dump
