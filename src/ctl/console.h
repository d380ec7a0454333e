#pragma once

#include <functional>
#include <string>

#include "ctl/failure.h"
#include "ctl/session.h"
#include "ctl/table.h"

namespace sluice::ctl {

/// How answers are written to standard output.
struct Style {
  bool json = false;
  TableStyle table;
};

/// Where a command asks and answers: the session, standard output, and standard error for what is not the answer.
class Console {
 public:
  Console(Session& session, const Style& style) : session_(session), style_(style) {}

  [[nodiscard]] Session& session() { return session_; }
  [[nodiscard]] const Style& style() const { return style_; }

  /// Asks and writes the answer, and to standard error the server's warnings. Returns the exit code.
  int run(const std::string& statement);

  /// Writes rows; of a statement without any "OK", with the server's remark if it made one.
  void write(const mysql::QueryResult& result) const;

  /// Says why, and returns the exit code.
  static int complain(const Failure& failure);

 private:
  void tell_warnings();

  Session& session_;
  Style style_;
};

/// A line on standard error: "sluicectl: ...".
void say(const std::string& message);

/// What a command line asks for. Returns the exit code.
using Command = std::function<int(Console& console)>;

}  // namespace sluice::ctl
