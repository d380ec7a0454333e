#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sql/error_code.h"
#include "sql/expression_parser.h"

namespace sluice::sql {

/// The recursive descent behind parse_expression: a function for each level of precedence, loosest first, down to the
/// primaries (expression_primaries.cpp). For one expression.
class ExpressionReader {
 public:
  ExpressionReader(TokenCursor& cursor, const ExpressionRules& rules) : cursor_(cursor), rules_(rules) {}

  [[nodiscard]] Result<Expression> read();

 private:
  using Level = Result<Expression> (ExpressionReader::*)();

  /// Counts one more level of nesting while it lives.
  class Depth {
   public:
    explicit Depth(ExpressionReader& reader) : reader_(reader) { ++reader_.depth_; }
    ~Depth() { --reader_.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    [[nodiscard]] bool allowed() const { return reader_.depth_ <= nesting_max; }

   private:
    ExpressionReader& reader_;
  };

  static std::unexpected<Error> too_deep() { return not_supported("an expression nested more than 100 deep"); }
  static std::unexpected<Error> too_long() { return not_supported("a list of more than 4096 parts"); }

  /// One or more of `operand`, with operators of one level between them.
  template <typename AcceptOperator>
  Result<Expression> parse_chain(Level operand, AcceptOperator accept) {
    return parse_chain_behind((this->*operand)(), operand, accept);
  }

  /// The same, when the first operand has been read.
  template <typename AcceptOperator>
  Result<Expression> parse_chain_behind(Result<Expression> first, Level operand, AcceptOperator accept) {
    if (!first) return first;
    Chain chain;
    for (;;) {
      const std::optional<BinaryOperator> found = accept();
      if (!found) break;
      auto right = (this->*operand)();
      if (!right) return right;
      if (chain.operators.size() >= list_length_max) return too_long();
      chain.operators.push_back(*found);
      chain.operands.push_back(std::move(*right));
    }
    if (chain.operators.empty()) return first;
    chain.operands.insert(chain.operands.begin(), std::move(*first));
    return Expression{std::move(chain)};
  }

  Result<Expression> parse_or();
  Result<Expression> parse_xor();
  Result<Expression> parse_and();
  Result<Expression> parse_not();
  Result<Expression> parse_operand_of(Unary::Operator applied, Level level);
  /// Comparisons and IS NULL tests from the left, then perhaps one IS TRUE: a = b IS NULL = c IS TRUE.
  Result<Expression> parse_comparison();
  [[nodiscard]] bool at_null_test() const;
  std::optional<BinaryOperator> accept_comparison();
  Result<Expression> parse_is_test(Expression subject);
  Result<Expression> parse_predicate();
  Result<void> push(std::vector<Expression>& operands, Result<Expression> operand);
  Result<void> parse_between(Predicate& predicate);
  Result<void> parse_like(Predicate& predicate);
  /// ( expression, ... ): one or more.
  Result<void> parse_list(std::vector<Expression>& list);
  Result<Expression> parse_sum();
  Result<Expression> parse_product();
  /// a || b where sql_mode has PIPES_AS_CONCAT.
  Result<Expression> parse_concatenation();
  Result<Expression> parse_unary();
  Result<Expression> nested_unary();
  Result<Expression> parse_primary();
  Result<Expression> parse_number_literal();
  /// Strings one behind the other are one.
  Result<Expression> parse_string_literal();
  Result<Expression> parse_user_variable();
  Result<Expression> parse_symbol();
  Result<Expression> parse_word();
  Result<Expression> parse_call();
  Result<Expression> parse_name();

  TokenCursor& cursor_;
  const ExpressionRules& rules_;
  int depth_ = 0;
};

}  // namespace sluice::sql
