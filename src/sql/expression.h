#pragma once

#include <string>
#include <variant>
#include <vector>

#include "sql/value.h"

namespace sluice::sql {

struct Expression;

/// GLOBAL and PERSIST, SESSION and LOCAL, or no word at all.
enum class Scope : std::uint8_t { unspecified, global, session };

struct Literal {
  Value value;
};

/// "?" of a statement that is being prepared: it has no value yet.
struct Parameter {};

/// @name, in lower case.
struct UserVariable {
  std::string name;
};

/// @@global.name; the name in lower case, with a point if it has one inside.
struct SystemVariable {
  Scope scope = Scope::unspecified;
  std::string name;
};

/// A bare or back-quoted word: a column in WHERE, a word as value in SET.
struct Name {
  std::string text;
};

/// NAME(...); the name in upper case. CURRENT_TIMESTAMP and its like come without parentheses too.
struct FunctionCall {
  std::string name;
  std::vector<Expression> arguments;
};

enum class BinaryOperator : std::uint8_t {
  logical_or,
  logical_xor,
  logical_and,
  equal,
  null_safe_equal,
  not_equal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  add,
  subtract,
  multiply,
  divide,
  integer_divide,
  modulo,
};

/// a + b - c: operands with the operators between them, all of one precedence, applied from the left.
struct Chain {
  std::vector<Expression> operands;
  std::vector<BinaryOperator> operators;  ///< one fewer than operands
};

/// NOT x, -x
struct Unary {
  enum class Operator : std::uint8_t { logical_not, negate };
  Operator applied = Operator::logical_not;
  std::vector<Expression> operand;  ///< exactly one
};

/// x [NOT] IN (...), x IS [NOT] NULL and the like. The first operand is x.
struct Predicate {
  enum class Kind : std::uint8_t { in, between, like, is_null, is_true, is_false };
  Kind kind = Kind::in;
  bool negated = false;
  std::vector<Expression> operands;  ///< LIKE: x, pattern and, if given, the escape character
};

struct Expression {
  std::variant<Literal, Parameter, UserVariable, SystemVariable, Name, FunctionCall, Chain, Unary, Predicate> node;
};

/// Whether `expression` calls a function of this (upper-case) name anywhere inside.
[[nodiscard]] bool calls_function(const Expression& expression, std::string_view name);

}  // namespace sluice::sql
