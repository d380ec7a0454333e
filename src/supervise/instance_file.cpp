#include "supervise/instance_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/file.h"

namespace sluice::supervise {
namespace {

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0U) == 0x80U;
}

/// The length of the character that begins `text`, 0 if it is no UTF-8 (Unicode 15, table 3-7).
std::size_t character_size(std::string_view text) {
  const auto at = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = at(0);
  const unsigned second = at(1);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  // Neither longer than needed, nor halves of UTF-16 pairs, nor beyond U+10FFFF.
  const unsigned lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (second < lowest || second > highest) return 0;
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  for (std::size_t i = 2; i < size; ++i) {
    if (!is_continuation(static_cast<unsigned char>(at(i)))) return 0;
  }
  return size;
}

bool is_bare_key(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

/// Puts the file together; keeps the first thing that cannot be written.
class Writer {
 public:
  void table(std::string_view name) {
    table_ = name;
    text_ += fmt::format("\n{}\n", name);
  }

  void line(std::string_view key, std::string_view value) { text_ += fmt::format("{} = {}\n", key, value); }

  void text(std::string_view key, std::string_view value) {
    if (!value.empty()) line(key, quoted(key, value));
  }

  void texts(std::string_view key, const std::vector<std::string>& values) {
    std::vector<std::string> all;
    for (const std::string& value : values)
      all.push_back(quoted(key, value));
    line(key, fmt::format("[{}]", fmt::join(all, ", ")));
  }

  template <typename Number>
  void number(std::string_view key, const std::optional<Number>& value) {
    if (value) line(key, fmt::format("{}", *value));
  }

  void flag(std::string_view key, bool value) {
    if (value) line(key, "true");
  }

  void refuse(std::string_view key, std::string_view why) {
    if (!error_) error_ = Error{ErrorKind::invalid, fmt::format("{} {}: {}", table_, key, why)};
  }

  [[nodiscard]] Result<std::string> finish() {
    if (error_) return std::unexpected(std::move(*error_));
    return std::move(text_);
  }

 private:
  std::string quoted(std::string_view key, std::string_view value) {
    auto text = toml_text(value);
    if (text) return std::move(*text);
    refuse(key, text.error().message);
    return {};
  }

  std::string table_;
  std::string text_;
  std::optional<Error> error_;
};

void write_source(Writer& writer, const InstanceSettings& settings) {
  writer.table("[source]");
  writer.text("kind", settings.source_kind);
  writer.texts("addresses", settings.source_addresses);
  writer.text("user", settings.source_user);
  writer.text("password", settings.source_password);
  writer.text("start", settings.start);
  writer.text("start_boundary", settings.start_boundary.native());
  writer.text("tls", settings.source_tls);
  writer.text("tls_ca", settings.source_tls_ca.native());
  writer.text("tls_certificate", settings.source_tls_certificate.native());
  writer.text("tls_key", settings.source_tls_key.native());
  writer.number("heartbeat_seconds", settings.heartbeat_seconds);
}

void write_primary(Writer& writer, const FollowedPrimary& primary) {
  writer.table("[primary]");
  writer.text("address", primary.address);
  writer.text("user", primary.user);
  writer.text("password", primary.password);
  writer.line("epoch", fmt::format("{}", primary.epoch));
}

void write_accounts(Writer& writer, const InstanceSettings& settings) {
  for (const InstanceAccount& account : settings.accounts) {
    writer.table("[[account]]");
    writer.text("name", account.name);
    writer.text("native", account.native);
    writer.text("password_hash", account.password_hash);
    writer.flag("require_tls", account.require_tls);
    writer.flag("admin", account.admin);
    writer.flag("relay", account.relay);
  }
}

void write_parameters(Writer& writer, const InstanceSettings& settings) {
  writer.table("[parameters]");
  for (const auto& [name, value] : settings.parameters) {
    if (!is_bare_key(name)) {
      writer.refuse("key", "a parameter's name has letters, digits and '_' only");
    } else if (const auto* on = std::get_if<bool>(&value)) {
      writer.line(name, *on ? "true" : "false");
    } else {
      writer.line(name, fmt::format("{}", std::get<std::int64_t>(value)));
    }
  }
}

}  // namespace

Result<std::string> toml_text(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) return fail(ErrorKind::invalid, "it is not UTF-8, and the configuration file can hold nothing else");
    const auto code = static_cast<unsigned char>(text.front());
    if (code == '"' || code == '\\') {
      quoted += '\\';
      quoted += text.front();
    } else if (code < ' ' || code == 0x7F) {
      quoted += fmt::format("\\u{:04X}", code);
    } else {
      quoted += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return quoted + '"';
}

Result<std::string> instance_file_text(const InstanceSettings& settings) {
  Writer writer;
  writer.text("data_directory", settings.data_directory.native());
  writer.table("[tenant]");
  writer.text("name", settings.tenant);
  writer.number("server_id", settings.tenant_server_id);
  writer.text("server_uuid", settings.tenant_server_uuid);
  write_source(writer, settings);
  if (settings.primary) write_primary(writer, *settings.primary);
  writer.table("[log]");
  writer.number("max_binlog_size", settings.max_binlog_size);
  writer.table("[listen]");
  writer.text("address", settings.listen_address);
  writer.line("port", fmt::format("{}", settings.listen_port));
  writer.text("version", settings.announced_version);
  if (!settings.trusted.empty()) writer.texts("trusted", settings.trusted);
  write_parameters(writer, settings);
  writer.table("[metrics]");
  writer.text("instance", settings.metrics_instance);
  writer.table("[messages]");
  writer.text("file", settings.messages_file.native());
  write_accounts(writer, settings);
  return writer.finish();
}

Result<void> write_instance_file(const std::filesystem::path& path, const InstanceSettings& settings) {
  const auto text = instance_file_text(settings);
  if (!text) return fail_in(path.string(), text.error());
  // One left behind by a crash would keep its own mode.
  std::error_code error;
  std::filesystem::remove(path.string() + ".new", error);
  constexpr int own_only = 0600;
  return replace_file(path, *text, own_only);
}

}  // namespace sluice::supervise
