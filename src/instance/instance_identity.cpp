#include "instance/instance_identity.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/random.h"
#include "binlog/uuid.h"

namespace sluice::instance {

Result<InstanceIdentity> load_or_make_identity(const std::filesystem::path& data_directory) {
  const auto path = data_directory / "replica_uuid";
  constexpr std::size_t size_max = 64;
  auto text = read_file(path, size_max);
  if (!text && text.error().kind != ErrorKind::not_found) return std::unexpected(std::move(text.error()));
  if (!text) {
    binlog::Uuid made;
    fill_random(made.bytes);
    text = made.text() + "\n";
    if (auto written = replace_file(path, *text); !written) return std::unexpected(std::move(written.error()));
  }
  while (text->ends_with('\n'))
    text->pop_back();
  const auto uuid = binlog::parse_uuid(*text);
  if (!uuid)
    return fail(ErrorKind::invalid, fmt::format("{} does not hold a uuid; remove it to have one made", path.string()));
  InstanceIdentity identity{.replica_uuid = uuid->text(), .server_id = 0};
  // Ids that people give are small: a high bit keeps ours away from them. Not the highest, which some show as a sign.
  identity.server_id =
      (static_cast<std::uint32_t>(load_little_endian(uuid->bytes.data(), 4)) & 0x3FFFFFFFU) | 0x40000000U;
  return identity;
}

}  // namespace sluice::instance
