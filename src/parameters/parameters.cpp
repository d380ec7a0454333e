#include "parameters/parameters.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/log.h"

namespace sluice::parameters {
namespace {

constexpr std::size_t file_size_max = 64U << 10U;
constexpr std::string_view file_start =
    "# Parameters as SET GLOBAL set them: they count more than the configuration. SET GLOBAL name = DEFAULT ends "
    "that.\n";

bool in_range(const Definition& definition, std::uint64_t value) {
  return value >= definition.minimum && value <= definition.maximum;
}

std::string file_content(const Values& set) {
  std::string content(file_start);
  for (const auto& [parameter, value] : set) {
    content += fmt::format("{} = {}\n", definition(parameter).name, value);
  }
  return content;
}

/// "name = 5": the parameter and its value, or nothing if it is not so.
std::optional<std::pair<Parameter, std::uint64_t>> parse_line(std::string_view line) {
  constexpr std::string_view sign = " = ";
  const std::size_t at = line.find(sign);
  if (at == std::string_view::npos) return std::nullopt;
  const Definition* known = find_definition(line.substr(0, at));
  const std::string_view number = line.substr(at + sign.size());
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (known == nullptr || known->needs_restart || error != std::errc() || stop != number.data() + number.size() ||
      !in_range(*known, value)) {
    return std::nullopt;
  }
  return std::pair(known->parameter, value);
}

}  // namespace

Parameters::Parameters(std::filesystem::path file, Values configured)
    : file_(std::move(file)), configured_(std::move(configured)), now_(definitions().size()) {}

Result<std::unique_ptr<Parameters>> Parameters::open(std::filesystem::path file, Values configured) {
  const auto content = read_file(file, file_size_max);
  if (!content && content.error().kind != ErrorKind::not_found) return std::unexpected(content.error());
  std::unique_ptr<Parameters> parameters(new Parameters(std::move(file), std::move(configured)));
  if (content) parameters->take_stored(*content);
  for (const Definition& one : definitions())
    parameters->apply(one.parameter);
  return parameters;
}

void Parameters::take_stored(std::string_view content) {
  while (!content.empty()) {
    const std::string_view line = content.substr(0, content.find('\n'));
    content.remove_prefix(std::min(content.size(), line.size() + 1));
    if (line.empty() || line.starts_with('#')) continue;
    if (const auto stored = parse_line(line)) {
      set_[stored->first] = stored->second;
    } else {
      log::warning("{}: '{}' has no effect: no such parameter, or not one of its values", file_.string(), line);
    }
  }
}

void Parameters::apply(Parameter parameter) {
  const std::lock_guard lock(mutex_);
  const auto set = set_.find(parameter);
  now_[index(parameter)] = set != set_.end() ? set->second : value_unset(parameter);
}

Origin Parameters::origin(Parameter parameter) const {
  const std::lock_guard lock(mutex_);
  if (set_.contains(parameter)) return Origin::set;
  return configured_.contains(parameter) ? Origin::configuration : Origin::usual;
}

std::uint64_t Parameters::value_unset(Parameter parameter) const {
  const auto found = configured_.find(parameter);
  return found != configured_.end() ? found->second : definition(parameter).usual;
}

Result<void> Parameters::change(std::span<const Change> changes) {
  const std::lock_guard one_at_a_time(changing_);
  Values set;
  {
    const std::lock_guard lock(mutex_);
    set = set_;
  }
  for (const Change& change : changes) {
    const Definition& known = definition(change.parameter);
    SLUICE_ASSERT(!known.needs_restart && (!change.value || in_range(known, *change.value)));
    if (change.value) {
      set[change.parameter] = *change.value;
    } else {
      set.erase(change.parameter);
    }
  }
  if (auto stored = replace_file(file_, file_content(set)); !stored) return stored;
  {
    const std::lock_guard lock(mutex_);
    set_ = std::move(set);
  }
  for (const Change& change : changes) {
    apply(change.parameter);
    const std::uint64_t now = value(change.parameter);
    log::info("parameter {} is {} now", definition(change.parameter).name, now);
    std::vector<Listener> called;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [parameter, known] : listeners_) {
        auto listener = parameter == change.parameter ? known.lock() : nullptr;
        if (listener) called.push_back(std::move(listener));
      }
    }
    for (const Listener& listener : called)
      (*listener)(now);
  }
  return {};
}

Parameters::Listener Parameters::listen(Parameter parameter, std::function<void(std::uint64_t)> changed) {
  auto listener = std::make_shared<std::function<void(std::uint64_t)>>(std::move(changed));
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [](const auto& known) { return known.second.expired(); });
  listeners_.emplace_back(parameter, listener);
  return listener;
}

std::string value_text(const Definition& definition, std::uint64_t value) {
  if (definition.type == Definition::Type::boolean) return value != 0 ? "ON" : "OFF";
  return std::to_string(value);
}

}  // namespace sluice::parameters
