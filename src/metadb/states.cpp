#include "metadb/states.h"

#include <array>

#include <fmt/format.h>

namespace sluice::metadb {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 3> server_words = {"ONLINE", "SUSPECT", "OFFLINE"};
constexpr std::array<std::string_view, 8> instance_words = {"Init", "Starting", "Running",     "Failed",
                                                            "Stop", "Offline",  "LogicalDrop", "Drop"};
constexpr std::array<std::string_view, 3> wanted_words = {"running", "stopped", "dropped"};

template <typename State, std::size_t count>
Result<State> parse(std::string_view text, const std::array<std::string_view, count>& words, std::string_view what) {
  for (std::size_t index = 0; index < count; ++index) {
    if (words[index] == text) return static_cast<State>(index);
  }
  return fail(ErrorKind::corrupt, fmt::format("'{}' in the MetaDB is no {} this program knows", text, what));
}

}  // namespace

std::string_view to_text(ServerState state) {
  return server_words.at(static_cast<std::size_t>(state));
}

std::string_view to_text(InstanceState state) {
  return instance_words.at(static_cast<std::size_t>(state));
}

std::string_view to_text(Wanted wanted) {
  return wanted_words.at(static_cast<std::size_t>(wanted));
}

Result<ServerState> parse_server_state(std::string_view text) {
  return parse<ServerState>(text, server_words, "state of a server");
}

Result<InstanceState> parse_instance_state(std::string_view text) {
  return parse<InstanceState>(text, instance_words, "state of an instance");
}

Result<Wanted> parse_wanted(std::string_view text) {
  return parse<Wanted>(text, wanted_words, "wish for an instance");
}

}  // namespace sluice::metadb
