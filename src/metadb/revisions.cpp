#include "metadb/revisions.h"

#include <array>

#include <fmt/format.h>

namespace sluice::metadb {
namespace {

// The names of the rows, in the order of the enumeration. schema.cpp makes them.
constexpr std::array<std::string_view, 3> names = {"accounts", "parameters", "instances"};

}  // namespace

Result<void> raise_revision(MetaDb& database, Revision revision) {
  const std::string name(names.at(static_cast<std::size_t>(revision)));
  auto raised = database.write("UPDATE revisions SET value = value + 1 WHERE name = :name", {{"name", name}});
  if (!raised) return std::unexpected(std::move(raised.error()));
  if (*raised == 1) return {};
  return fail(ErrorKind::corrupt,
              fmt::format("{}: its table 'revisions' has no row '{}': servers would not see changes. Insert it with "
                          "the value 1",
                          database.name(), name));
}

Result<bool> change_and_raise(MetaDb& database, Revision revision, const std::function<Result<bool>()>& change) {
  bool changed = false;
  auto done = database.join_transaction([&]() -> Result<void> {
    auto result = change();
    if (!result) return std::unexpected(std::move(result.error()));
    changed = *result;
    return changed ? raise_revision(database, revision) : Result<void>();
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return changed;
}

}  // namespace sluice::metadb
