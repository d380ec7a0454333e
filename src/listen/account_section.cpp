#include "listen/account_section.h"

namespace sluice::listen {

void read_account_login(configuration::Section& section, AccountSettings& account) {
  section.text("name", account.name);
  section.require("name");
  section.text("native", account.native);
  section.text("password_hash", account.password_hash);
}

void read_account(configuration::Section& section, AccountSettings& account) {
  read_account_login(section, account);
  section.flag("require_tls", account.require_tls);
  section.flag("admin", account.admin);
  section.flag("relay", account.relay);
}

void read_trusted(configuration::Section& section, mysql::AddressRanges& ranges) {
  constexpr std::size_t ranges_max = 256;
  const auto texts = section.list("trusted");
  if (!section.has("trusted")) return;
  if (!texts || texts->size() > ranges_max) {
    section.problem("trusted", R"(has to be a list of at most 256 texts, such as ["192.0.2.7", "10.1.0.0/16"])");
    return;
  }
  for (const std::string& text : *texts) {
    const auto added = ranges.add(text);
    if (!added) section.problem("trusted", added.error().message);
  }
}

}  // namespace sluice::listen
