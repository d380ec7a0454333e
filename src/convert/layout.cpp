#include "convert/layout.h"

#include <algorithm>

#include "base/digest.h"

namespace sluice::convert {
namespace {

constexpr std::size_t number_offset = 12;

}  // namespace

std::uint32_t derive_server_id(std::string_view tenant) {
  const Sha256 digest = sha256({as_bytes("server_id"), as_bytes(tenant)});
  // Some clients show ids above 2^31 as negative numbers.
  const auto id = static_cast<std::uint32_t>(load_little_endian(digest.data(), 4) & 0x7FFFFFFFU);
  return id == 0 ? 1 : id;
}

binlog::Uuid derive_uuid(std::string_view tenant, std::uint32_t number) {
  const Sha256 digest = sha256({as_bytes("uuid"), as_bytes(tenant)});
  binlog::Uuid uuid;
  std::copy_n(digest.begin(), number_offset, uuid.bytes.begin());
  for (std::size_t i = 0; i < 4; ++i) {
    uuid.bytes[number_offset + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
  return uuid;
}

std::optional<std::uint32_t> derived_number(std::string_view tenant, const binlog::Uuid& uuid) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i)
    number = number << 8U | uuid.bytes[number_offset + i];
  if (derive_uuid(tenant, number) != uuid) return std::nullopt;
  return number;
}

}  // namespace sluice::convert
