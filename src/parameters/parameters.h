#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "parameters/parameter.h"

namespace sluice::parameters {

using Values = std::map<Parameter, std::uint64_t>;

/// Where a parameter's value comes from.
enum class Origin : std::uint8_t { usual, configuration, set };

/// A parameter that gets a value, or without one goes back to what the configuration says.
struct Change {
  Parameter parameter{};
  std::optional<std::uint64_t> value;
};

/// The parameters of a running instance. Any thread.
///
/// A value is, in this order: what SET GLOBAL gave it, which is kept in a file and survives restarts; what the
/// configuration says; the usual one. Parameters that need a restart are never set, so the configuration decides them.
class Parameters {
 public:
  /// Reads what was set before from `file`, which need not be there. Lines of it that name no parameter, or hold a
  /// value that is out of its range by now, have no effect and are told to the log. `configured` values are in their
  /// range.
  [[nodiscard]] static Result<std::unique_ptr<Parameters>> open(std::filesystem::path file, Values configured);

  /// Quick: an atomic read.
  [[nodiscard]] std::uint64_t value(Parameter parameter) const { return now_[index(parameter)].load(); }
  [[nodiscard]] bool flag(Parameter parameter) const { return value(parameter) != 0; }
  [[nodiscard]] Origin origin(Parameter parameter) const;
  /// What the parameter goes back to: the configuration's value, or the usual one.
  [[nodiscard]] std::uint64_t value_unset(Parameter parameter) const;

  /// All of them or none: stores them first, then lets them have effect. Blocks on the disk. The values have to be in
  /// their ranges and the parameters changeable.
  [[nodiscard]] Result<void> change(std::span<const Change> changes);

  /// Calls `changed` with the new value after every change of the parameter, until the handle is dropped; from the
  /// thread that changes it, one call at a time, so it must be quick and must not change parameters. For what can look
  /// when it needs the value, value() is simpler.
  using Listener = std::shared_ptr<std::function<void(std::uint64_t)>>;
  [[nodiscard]] Listener listen(Parameter parameter, std::function<void(std::uint64_t)> changed);

 private:
  Parameters(std::filesystem::path file, Values configured);
  [[nodiscard]] static std::size_t index(Parameter parameter) { return static_cast<std::size_t>(parameter); }
  void take_stored(std::string_view content);
  void apply(Parameter parameter);

  const std::filesystem::path file_;
  const Values configured_;
  std::vector<std::atomic<std::uint64_t>> now_;
  mutable std::mutex mutex_;  ///< guards what follows
  Values set_;
  std::mutex changing_;  ///< one change at a time, listeners' calls included; taken before mutex_
  std::vector<std::pair<Parameter, std::weak_ptr<std::function<void(std::uint64_t)>>>> listeners_;
};

/// ON and OFF for a boolean, else the number.
[[nodiscard]] std::string value_text(const Definition& definition, std::uint64_t value);

}  // namespace sluice::parameters
