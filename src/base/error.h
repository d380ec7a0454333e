#pragma once

#include <expected>
#include <string>
#include <utility>

namespace sluice {

/// What a caller can do about a failure. The text says what happened; the kind says which way to go on.
enum class ErrorKind {
  invalid,      ///< input that breaks its format, or a statement or setting that makes no sense; trying again is no use
  corrupt,      ///< stored bytes that no longer are what was written (checksum, length, order)
  io,           ///< the system or the network failed; trying again may help
  timeout,      ///< a deadline passed
  closed,       ///< the other side, or our own stop, ended the connection
  refused,      ///< the other side answered no, for a reason that stays until a person changes something
  not_found,    ///< what was asked for is not there
  limit,        ///< a limit of ours was reached
  unsupported,  ///< correct, but we cannot do it
};

/// A failure as a value. `message` names the object, the cause and, where there is one, the remedy; it never holds a
/// secret. `code` is the number the system or the peer gave (errno, MySQL error number), 0 where there is none.
struct Error {
  ErrorKind kind = ErrorKind::invalid;
  std::string message;
  int code = 0;
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message, int code = 0) {
  return std::unexpected(Error{kind, std::move(message), code});
}

/// Passes a failure on with the larger object it happened to: "mysql-bin.000003: bad magic".
[[nodiscard]] inline std::unexpected<Error> fail_in(std::string_view object, Error error) {
  error.message.insert(0, std::string(object) + ": ");
  return std::unexpected(std::move(error));
}

}  // namespace sluice
