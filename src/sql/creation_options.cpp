#include "sql/creation_options.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sql/ascii.h"
#include "sql/management_parts.h"
#include "sql/utf8.h"

namespace sluice::sql {
namespace {

constexpr std::uint64_t gtid_number_max = 9'223'372'036'854'775'806;  // MySQL's

struct Alias {
  std::string_view written;
  std::string_view key;
};
/// Names that stand for another.
constexpr std::array<Alias, 4> aliases = {{{"_initial_ob_txn_id", "initial_trx_xid"},
                                           {"initial_ob_txn_id", "initial_trx_xid"},
                                           {"_initial_ob_txn_gtid_seq", "initial_trx_gtid_seq"},
                                           {"initial_ob_txn_gtid_seq", "initial_trx_gtid_seq"}}};
/// Options whose names are two words in CREATE BINLOG.
constexpr std::array<std::array<std::string_view, 3>, 3> two_words = {
    {{"CLUSTER", "URL", "cluster_url"}, {"SERVER", "UUID", "server_uuid"}, {"REPLICATE", "NUM", "replicate_num"}}};

std::string_view known_as(std::string_view key) {
  const auto* const alias = std::ranges::find(aliases, key, &Alias::written);
  return alias == aliases.end() ? key : alias->key;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char character = to_lower(text[i]);
    const bool digit = is_digit(character) || (character >= 'a' && character <= 'f');
    if (dash ? character != '-' : !digit) return false;
  }
  return true;
}

}  // namespace

Result<void> check_source_user(std::string_view user) {
  return check_name("The user's name", user, source_user_size_max);
}

Result<void> check_source_password(std::string_view password) {
  if (password.size() > source_password_size_max) {
    return management_error(fmt::format("The password is longer than {} bytes", source_password_size_max));
  }
  if (!is_utf8(password)) return management_error("The password is not UTF-8; send statements as utf8mb4");
  return {};
}

Result<void> CreationOptionsReader::read_account() {
  if (!cursor_.accept_words({"TO", "USER"})) return {};
  auto user = parse_name_or_string(cursor_, "The user's name", source_user_size_max);
  if (!user) return std::unexpected(std::move(user.error()));
  if (auto word = cursor_.expect_word("PASSWORD"); !word) return word;
  auto password = parse_name_or_string(cursor_, "The password", source_password_size_max);
  if (!password) return std::unexpected(std::move(password.error()));
  if (auto taken = take("cluster_user", "USER", std::move(*user)); !taken) return taken;
  return take("cluster_password", "PASSWORD", std::move(*password));
}

Result<void> CreationOptionsReader::read_start() {
  if (!cursor_.accept_word("FROM")) return {};
  if (auto added = seen_.add("start_timestamp", "FROM"); !added) return added;
  if (cursor_.accept_word("NOW")) {
    options_.start = StartNow{};
  } else if (cursor_.accept_word("EARLIEST")) {
    options_.start = StartEarliest{};
  } else if (cursor_.accept_word("GTID")) {
    if (cursor_.peek().kind != TokenKind::string) return cursor_.error_here();
    StartGtids gtids{cursor_.next().text};
    if (gtids.text.size() > start_gtids_size_max) {
      return management_error(fmt::format("The option [FROM GTID] is longer than {} bytes", start_gtids_size_max));
    }
    options_.start = std::move(gtids);
  } else {
    const TokenKind kind = cursor_.peek().kind;
    if (kind != TokenKind::number && kind != TokenKind::string) return cursor_.error_here();
    const auto time = start_time("FROM", cursor_.next().text);
    if (!time) return std::unexpected(time.error());
    options_.start = *time;
  }
  return {};
}

Result<void> CreationOptionsReader::read_list(bool replicas) {
  do {
    if (auto read = read_option(replicas); !read) return read;
  } while (cursor_.accept_symbol(","));
  return {};
}

Result<void> CreationOptionsReader::read_option(bool replicas) {
  std::string written;
  std::string key;
  for (const auto& [first, second, name] : two_words) {
    if (!cursor_.accept_words({first, second})) continue;
    written = fmt::format("{} {}", first, second);
    key = name;
  }
  // The value of an option with a name of its own may follow without "=".
  bool sign_needed = key.empty();
  if (key.empty()) {
    auto name = parse_option_key(cursor_);
    if (!name) return std::unexpected(std::move(name.error()));
    key = known_as(*name);
    written = std::move(*name);
    sign_needed = key != "initial_trx_xid" && key != "initial_trx_gtid_seq";
  }
  if (key == "replicate_num" && !replicas) {
    return management_error("The option [REPLICATE NUM] is one of CREATE BINLOG FOR TENANT; here one instance is made");
  }
  if (!cursor_.accept_symbol("=") && sign_needed) return cursor_.error_here();
  auto value = parse_option_value(cursor_);
  if (!value) return std::unexpected(std::move(value.error()));
  return take(key, written, std::move(*value));
}

Result<void> CreationOptionsReader::take(std::string_view key, std::string_view written, std::string value) {
  if (auto added = seen_.add(key, written); !added) return added;
  const auto keep_number = [&](auto& into, std::uint64_t minimum, std::uint64_t maximum) -> Result<void> {
    const auto number = whole_number(written, value, minimum, maximum);
    if (!number) return std::unexpected(number.error());
    into = static_cast<typename std::remove_reference_t<decltype(into)>::value_type>(*number);
    return {};
  };
  if (key == "replicate_num") return keep_number(replicate_num_, 1, replicate_num_max);
  if (key == "initial_trx_gtid_seq") return keep_number(transaction_number_, 1, gtid_number_max);
  if (key == "cluster_url") {
    auto url = parse_source_url(value);
    if (!url) return std::unexpected(std::move(url.error()));
    options_.cluster_url = std::move(*url);
  } else if (key == "start_timestamp") {
    const auto time = start_time(written, value);
    if (!time) return std::unexpected(time.error());
    options_.start = *time;
  } else if (key == "server_uuid") {
    if (!is_uuid(value)) {
      return management_error(fmt::format(
          "The option [{}] is a uuid of 36 characters: 8, 4, 4, 4 and 12 hexadecimal digits with \"-\" between",
          written));
    }
    options_.server_uuid = to_lower(value);
  } else {
    std::optional<std::string>* const texts[] = {&user_,         &password_,       &transaction_id_, &options_.ip,
                                                 &options_.zone, &options_.region, &options_.group};
    static constexpr std::array<std::string_view, 7> names = {
        "cluster_user", "cluster_password", "initial_trx_xid", "ip", "zone", "region", "group"};
    const auto* const name = std::ranges::find(names, key);
    if (name == names.end()) {
      options_.others.push_back({.key = std::string(key), .value = std::move(value)});
    } else {
      *texts[name - names.begin()] = std::move(value);
    }
  }
  return {};
}

Result<void> CreationOptionsReader::check_texts() const {
  if (user_) {
    if (auto user = check_source_user(*user_); !user) return user;
  }
  if (password_) {
    if (auto password = check_source_password(*password_); !password) return password;
  }
  for (const auto& [name, value] : {std::pair{"The option [IP]", &options_.ip},
                                    {"The option [ZONE]", &options_.zone},
                                    {"The option [REGION]", &options_.region},
                                    {"The option [GROUP]", &options_.group}}) {
    if (!*value) continue;
    if (auto checked = check_name(name, **value, label_size_max); !checked) return checked;
  }
  return {};
}

Result<CreationOptions> CreationOptionsReader::finish() {
  if (auto checked = check_texts(); !checked) return std::unexpected(std::move(checked.error()));
  if (user_.has_value() != password_.has_value()) {
    return management_error("The options [CLUSTER_USER] and [CLUSTER_PASSWORD] are given both or not at all");
  }
  if (user_) options_.account = SourceAccount{.user = std::move(*user_), .password = std::move(*password_)};
  if (transaction_id_.has_value() != transaction_number_.has_value()) {
    return management_error("The options [INITIAL_TRX_XID] and [INITIAL_TRX_GTID_SEQ] are given both or not at all");
  }
  if (transaction_id_) {
    if (!options_.start || !std::holds_alternative<StartTime>(*options_.start)) {
      return management_error("When specifying gtid mapping, the start timestamp cannot be empty");
    }
    options_.pinned = PinnedTransaction{.id = std::move(*transaction_id_), .number = *transaction_number_};
  }
  return std::move(options_);
}

}  // namespace sluice::sql
