#include "cluster/resource_weights.h"

#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace sluice::cluster {

namespace {

constexpr std::array<std::string_view, 4> resource_names = {"CPU", "memory", "disk", "network"};
constexpr std::size_t shown_text_max = 64;

[[nodiscard]] std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

[[nodiscard]] std::optional<double> parse_weight(std::string_view text) {
  double weight = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, weight, std::chars_format::fixed);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  if (!(weight >= 0 && weight <= resource_weight_max)) return std::nullopt;  // NaN too
  return weight;
}

[[nodiscard]] std::unexpected<Error> bad_text(std::string_view text, std::string_view what) {
  return fail(ErrorKind::invalid,
              fmt::format("resource weights '{}': {}; write the weights of CPU, memory, disk and network as 1:1:1:1",
                          text.substr(0, shown_text_max), what));
}

}  // namespace

Result<ResourceWeights> parse_resource_weights(std::string_view text) {
  std::array<double, 4> weights{};
  std::size_t count = 0;
  for (std::size_t begin = 0; begin <= text.size(); ++count) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    if (count == weights.size()) return bad_text(text, "more than four numbers");
    const std::string_view part = trimmed(text.substr(begin, end - begin));
    const std::optional<double> weight = parse_weight(part);
    if (!weight) {
      return bad_text(text, fmt::format("the weight of {} is '{}', not a number from 0 to {}", resource_names[count],
                                        part.substr(0, shown_text_max), resource_weight_max));
    }
    weights[count] = *weight;
    begin = end + 1;
  }
  if (count < weights.size()) return bad_text(text, fmt::format("the weight of {} is missing", resource_names[count]));
  const ResourceWeights parsed{weights[0], weights[1], weights[2], weights[3]};
  if (parsed.sum() <= 0) return bad_text(text, "all weights are 0, so that no server would be better than another");
  return parsed;
}

std::string resource_weights_text(const ResourceWeights& weights) {
  return fmt::format("{}:{}:{}:{}", weights.cpu, weights.memory, weights.disk, weights.network);
}

}  // namespace sluice::cluster
