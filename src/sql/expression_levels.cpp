#include <array>
#include <utility>

#include "sql/expression_reader.h"

// The operators, loosest first (manual: "Operator Precedence").

namespace sluice::sql {

Result<Expression> ExpressionReader::read() {
  const Depth depth(*this);
  if (!depth.allowed()) return too_deep();
  return parse_or();
}

Result<Expression> ExpressionReader::parse_or() {
  return parse_chain(&ExpressionReader::parse_xor, [this]() -> std::optional<BinaryOperator> {
    if (cursor_.accept_word("OR") || (!rules_.dialect.pipes_as_concat && cursor_.accept_symbol("||"))) {
      return BinaryOperator::logical_or;
    }
    return std::nullopt;
  });
}

Result<Expression> ExpressionReader::parse_xor() {
  return parse_chain(&ExpressionReader::parse_and, [this]() -> std::optional<BinaryOperator> {
    return cursor_.accept_word("XOR") ? std::optional(BinaryOperator::logical_xor) : std::nullopt;
  });
}

Result<Expression> ExpressionReader::parse_and() {
  return parse_chain(&ExpressionReader::parse_not, [this]() -> std::optional<BinaryOperator> {
    return cursor_.accept_word("AND") || cursor_.accept_symbol("&&") ? std::optional(BinaryOperator::logical_and)
                                                                     : std::nullopt;
  });
}

Result<Expression> ExpressionReader::parse_not() {
  if (!cursor_.accept_word("NOT")) return parse_comparison();
  return parse_operand_of(Unary::Operator::logical_not, &ExpressionReader::parse_not);
}

Result<Expression> ExpressionReader::parse_operand_of(Unary::Operator applied, Level level) {
  const Depth depth(*this);
  if (!depth.allowed()) return too_deep();
  auto operand = (this->*level)();
  if (!operand) return operand;
  Unary unary{.applied = applied, .operand = {}};
  unary.operand.push_back(std::move(*operand));
  return Expression{std::move(unary)};
}

Result<Expression> ExpressionReader::parse_comparison() {
  auto left = parse_chain(&ExpressionReader::parse_predicate, [this] { return accept_comparison(); });
  for (int tests = 0; left && cursor_.at_word("IS") && at_null_test(); ++tests) {
    if (tests >= nesting_max) return too_deep();
    left = parse_chain_behind(parse_is_test(std::move(*left)), &ExpressionReader::parse_predicate,
                              [this] { return accept_comparison(); });
  }
  return left && cursor_.at_word("IS") ? parse_is_test(std::move(*left)) : std::move(left);
}

bool ExpressionReader::at_null_test() const {
  return cursor_.at_word("NULL", cursor_.at_word("NOT", 1) ? 2 : 1);
}

std::optional<BinaryOperator> ExpressionReader::accept_comparison() {
  static constexpr std::array<std::pair<std::string_view, BinaryOperator>, 8> comparisons = {
      {{"=", BinaryOperator::equal},
       {"<=>", BinaryOperator::null_safe_equal},
       {"<>", BinaryOperator::not_equal},
       {"!=", BinaryOperator::not_equal},
       {"<", BinaryOperator::less},
       {"<=", BinaryOperator::less_or_equal},
       {">", BinaryOperator::greater},
       {">=", BinaryOperator::greater_or_equal}}};
  for (const auto& [symbol, comparison] : comparisons) {
    if (cursor_.accept_symbol(symbol)) return comparison;
  }
  return std::nullopt;
}

Result<Expression> ExpressionReader::parse_is_test(Expression subject) {
  cursor_.next();
  Predicate test;
  test.negated = cursor_.accept_word("NOT");
  if (cursor_.accept_word("NULL") || cursor_.accept_word("UNKNOWN")) {
    test.kind = Predicate::Kind::is_null;
  } else if (cursor_.accept_word("TRUE")) {
    test.kind = Predicate::Kind::is_true;
  } else if (cursor_.accept_word("FALSE")) {
    test.kind = Predicate::Kind::is_false;
  } else {
    return cursor_.error_here();
  }
  test.operands.push_back(std::move(subject));
  return Expression{std::move(test)};
}

Result<Expression> ExpressionReader::parse_predicate() {
  auto subject = parse_sum();
  if (!subject) return subject;
  const bool negated = cursor_.at_word("NOT") && cursor_.at_one_of({"IN", "BETWEEN", "LIKE"}, 1);
  if (negated) cursor_.next();
  Predicate predicate{.kind = Predicate::Kind::in, .negated = negated, .operands = {}};
  Result<void> parsed;
  if (cursor_.accept_word("IN")) {
    predicate.operands.push_back(std::move(*subject));
    parsed = parse_list(predicate.operands);
  } else if (cursor_.accept_word("BETWEEN")) {
    predicate.kind = Predicate::Kind::between;
    predicate.operands.push_back(std::move(*subject));
    parsed = parse_between(predicate);
  } else if (cursor_.accept_word("LIKE")) {
    predicate.kind = Predicate::Kind::like;
    predicate.operands.push_back(std::move(*subject));
    parsed = parse_like(predicate);
  } else {
    return subject;
  }
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  return Expression{std::move(predicate)};
}

Result<void> ExpressionReader::push(std::vector<Expression>& operands, Result<Expression> operand) {
  if (!operand) return std::unexpected(std::move(operand.error()));
  operands.push_back(std::move(*operand));
  return {};
}

Result<void> ExpressionReader::parse_between(Predicate& predicate) {
  if (auto low = push(predicate.operands, parse_sum()); !low) return low;
  if (auto and_word = cursor_.expect_word("AND"); !and_word) return and_word;
  const Depth depth(*this);
  if (!depth.allowed()) return too_deep();
  return push(predicate.operands, parse_predicate());
}

Result<void> ExpressionReader::parse_like(Predicate& predicate) {
  if (auto pattern = push(predicate.operands, parse_sum()); !pattern) return pattern;
  if (cursor_.accept_word("ESCAPE")) return push(predicate.operands, parse_sum());
  return {};
}

Result<void> ExpressionReader::parse_list(std::vector<Expression>& list) {
  if (auto open = cursor_.expect_symbol("("); !open) return open;
  do {
    if (list.size() >= list_length_max) return too_long();
    if (auto part = push(list, read()); !part) return part;
  } while (cursor_.accept_symbol(","));
  return cursor_.expect_symbol(")");
}

Result<Expression> ExpressionReader::parse_sum() {
  return parse_chain(&ExpressionReader::parse_product, [this]() -> std::optional<BinaryOperator> {
    if (cursor_.accept_symbol("+")) return BinaryOperator::add;
    return cursor_.accept_symbol("-") ? std::optional(BinaryOperator::subtract) : std::nullopt;
  });
}

Result<Expression> ExpressionReader::parse_product() {
  return parse_chain(&ExpressionReader::parse_concatenation, [this]() -> std::optional<BinaryOperator> {
    if (cursor_.accept_symbol("*")) return BinaryOperator::multiply;
    if (cursor_.accept_symbol("/")) return BinaryOperator::divide;
    if (cursor_.accept_word("DIV")) return BinaryOperator::integer_divide;
    return cursor_.accept_symbol("%") || cursor_.accept_word("MOD") ? std::optional(BinaryOperator::modulo)
                                                                    : std::nullopt;
  });
}

Result<Expression> ExpressionReader::parse_concatenation() {
  auto first = parse_unary();
  if (!first || !rules_.dialect.pipes_as_concat || !cursor_.at_symbol("||")) return first;
  FunctionCall call{.name = "CONCAT", .arguments = {}};
  call.arguments.push_back(std::move(*first));
  while (cursor_.accept_symbol("||")) {
    if (call.arguments.size() >= list_length_max) return too_long();
    if (auto part = push(call.arguments, parse_unary()); !part) return std::unexpected(std::move(part.error()));
  }
  return Expression{std::move(call)};
}

Result<Expression> ExpressionReader::parse_unary() {
  if (cursor_.accept_symbol("-")) return parse_operand_of(Unary::Operator::negate, &ExpressionReader::parse_unary);
  if (cursor_.accept_symbol("!")) {
    return parse_operand_of(Unary::Operator::logical_not, &ExpressionReader::parse_unary);
  }
  while (cursor_.accept_symbol("+")) {
  }
  return cursor_.at_symbol("-") || cursor_.at_symbol("!") ? nested_unary() : parse_primary();
}

Result<Expression> ExpressionReader::nested_unary() {
  const Depth depth(*this);
  return depth.allowed() ? parse_unary() : too_deep();
}

}  // namespace sluice::sql
