#include "sql/expression_parser.h"

#include <array>
#include <span>
#include <utility>

#include "sql/ascii.h"
#include "sql/error_code.h"

namespace sluice::sql {
namespace {

/// Functions that may be called without parentheses.
constexpr std::array<std::string_view, 9> bare_functions = {"CURRENT_TIMESTAMP", "CURRENT_USER",  "LOCALTIME",
                                                            "LOCALTIMESTAMP",    "UTC_TIMESTAMP", "CURRENT_DATE",
                                                            "CURRENT_TIME",      "UTC_DATE",      "UTC_TIME"};

/// Reserved words that are functions in front of a parenthesis.
constexpr std::array<std::string_view, 4> reserved_functions = {"LEFT", "RIGHT", "REPLACE", "MOD"};

/// Character sets in front of a string whose bytes we may take as they are.
constexpr std::array<std::string_view, 6> introducers = {"_UTF8",  "_UTF8MB3", "_UTF8MB4",
                                                         "_ASCII", "_BINARY",  "_LATIN1"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  for (const std::string_view candidate : words) {
    if (equals_ignoring_case(word, candidate)) {
      return true;
    }
  }
  return false;
}

class ExpressionParser {
 public:
  ExpressionParser(TokenCursor& cursor, const ExpressionRules& rules) : cursor_(cursor), rules_(rules) {}

  Result<Expression> parse() {
    const Depth depth(*this);
    if (!depth.allowed()) {
      return too_deep();
    }
    return parse_or();
  }

 private:
  using Level = Result<Expression> (ExpressionParser::*)();

  /// Counts one more level of nesting while it lives.
  class Depth {
   public:
    explicit Depth(ExpressionParser& parser) : parser_(parser) { ++parser_.depth_; }
    ~Depth() { --parser_.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    [[nodiscard]] bool allowed() const { return parser_.depth_ <= nesting_max; }

   private:
    ExpressionParser& parser_;
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
    if (!first) {
      return first;
    }
    Chain chain;
    for (;;) {
      const std::optional<BinaryOperator> found = accept();
      if (!found) {
        break;
      }
      auto right = (this->*operand)();
      if (!right) {
        return right;
      }
      if (chain.operators.size() >= list_length_max) {
        return too_long();
      }
      chain.operators.push_back(*found);
      chain.operands.push_back(std::move(*right));
    }
    if (chain.operators.empty()) {
      return first;
    }
    chain.operands.insert(chain.operands.begin(), std::move(*first));
    return Expression{std::move(chain)};
  }

  Result<Expression> parse_or() {
    return parse_chain(&ExpressionParser::parse_xor, [this]() -> std::optional<BinaryOperator> {
      if (cursor_.accept_word("OR") || (!rules_.dialect.pipes_as_concat && cursor_.accept_symbol("||"))) {
        return BinaryOperator::logical_or;
      }
      return std::nullopt;
    });
  }

  Result<Expression> parse_xor() {
    return parse_chain(&ExpressionParser::parse_and, [this]() -> std::optional<BinaryOperator> {
      return cursor_.accept_word("XOR") ? std::optional(BinaryOperator::logical_xor) : std::nullopt;
    });
  }

  Result<Expression> parse_and() {
    return parse_chain(&ExpressionParser::parse_not, [this]() -> std::optional<BinaryOperator> {
      return cursor_.accept_word("AND") || cursor_.accept_symbol("&&") ? std::optional(BinaryOperator::logical_and)
                                                                       : std::nullopt;
    });
  }

  Result<Expression> parse_not() {
    if (!cursor_.accept_word("NOT")) {
      return parse_comparison();
    }
    return parse_operand_of(Unary::Operator::logical_not, &ExpressionParser::parse_not);
  }

  Result<Expression> parse_operand_of(Unary::Operator applied, Level level) {
    const Depth depth(*this);
    if (!depth.allowed()) {
      return too_deep();
    }
    auto operand = (this->*level)();
    if (!operand) {
      return operand;
    }
    Unary unary{.applied = applied, .operand = {}};
    unary.operand.push_back(std::move(*operand));
    return Expression{std::move(unary)};
  }

  /// Comparisons and IS NULL tests from the left, then perhaps one IS TRUE: a = b IS NULL = c IS TRUE.
  Result<Expression> parse_comparison() {
    auto left = parse_chain(&ExpressionParser::parse_predicate, [this] { return accept_comparison(); });
    for (int tests = 0; left && cursor_.at_word("IS") && at_null_test(); ++tests) {
      if (tests >= nesting_max) return too_deep();
      left = parse_chain_behind(parse_is_test(std::move(*left)), &ExpressionParser::parse_predicate,
                                [this] { return accept_comparison(); });
    }
    return left && cursor_.at_word("IS") ? parse_is_test(std::move(*left)) : std::move(left);
  }

  [[nodiscard]] bool at_null_test() const { return cursor_.at_word("NULL", cursor_.at_word("NOT", 1) ? 2 : 1); }

  std::optional<BinaryOperator> accept_comparison() {
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
      if (cursor_.accept_symbol(symbol)) {
        return comparison;
      }
    }
    return std::nullopt;
  }

  Result<Expression> parse_is_test(Expression subject) {
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

  Result<Expression> parse_predicate() {
    auto subject = parse_sum();
    if (!subject) {
      return subject;
    }
    const bool negated = cursor_.at_word("NOT") && cursor_.at_one_of({"IN", "BETWEEN", "LIKE"}, 1);
    if (negated) {
      cursor_.next();
    }
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
    if (!parsed) {
      return std::unexpected(std::move(parsed.error()));
    }
    return Expression{std::move(predicate)};
  }

  Result<void> push(std::vector<Expression>& operands, Result<Expression> operand) {
    if (!operand) {
      return std::unexpected(std::move(operand.error()));
    }
    operands.push_back(std::move(*operand));
    return {};
  }

  Result<void> parse_between(Predicate& predicate) {
    if (auto low = push(predicate.operands, parse_sum()); !low) {
      return low;
    }
    if (auto and_word = cursor_.expect_word("AND"); !and_word) {
      return and_word;
    }
    const Depth depth(*this);
    if (!depth.allowed()) {
      return too_deep();
    }
    return push(predicate.operands, parse_predicate());
  }

  Result<void> parse_like(Predicate& predicate) {
    if (auto pattern = push(predicate.operands, parse_sum()); !pattern) {
      return pattern;
    }
    if (cursor_.accept_word("ESCAPE")) {
      return push(predicate.operands, parse_sum());
    }
    return {};
  }

  /// ( expression, ... ): one or more.
  Result<void> parse_list(std::vector<Expression>& list) {
    if (auto open = cursor_.expect_symbol("("); !open) {
      return open;
    }
    do {
      if (list.size() >= list_length_max) {
        return too_long();
      }
      if (auto part = push(list, parse()); !part) {
        return part;
      }
    } while (cursor_.accept_symbol(","));
    return cursor_.expect_symbol(")");
  }

  Result<Expression> parse_sum() {
    return parse_chain(&ExpressionParser::parse_product, [this]() -> std::optional<BinaryOperator> {
      if (cursor_.accept_symbol("+")) {
        return BinaryOperator::add;
      }
      return cursor_.accept_symbol("-") ? std::optional(BinaryOperator::subtract) : std::nullopt;
    });
  }

  Result<Expression> parse_product() {
    return parse_chain(&ExpressionParser::parse_concatenation, [this]() -> std::optional<BinaryOperator> {
      if (cursor_.accept_symbol("*")) {
        return BinaryOperator::multiply;
      }
      if (cursor_.accept_symbol("/")) {
        return BinaryOperator::divide;
      }
      if (cursor_.accept_word("DIV")) {
        return BinaryOperator::integer_divide;
      }
      return cursor_.accept_symbol("%") || cursor_.accept_word("MOD") ? std::optional(BinaryOperator::modulo)
                                                                      : std::nullopt;
    });
  }

  /// a || b where sql_mode has PIPES_AS_CONCAT.
  Result<Expression> parse_concatenation() {
    auto first = parse_unary();
    if (!first || !rules_.dialect.pipes_as_concat || !cursor_.at_symbol("||")) {
      return first;
    }
    FunctionCall call{.name = "CONCAT", .arguments = {}};
    call.arguments.push_back(std::move(*first));
    while (cursor_.accept_symbol("||")) {
      if (call.arguments.size() >= list_length_max) {
        return too_long();
      }
      if (auto part = push(call.arguments, parse_unary()); !part) {
        return std::unexpected(std::move(part.error()));
      }
    }
    return Expression{std::move(call)};
  }

  Result<Expression> parse_unary() {
    if (cursor_.accept_symbol("-")) {
      return parse_operand_of(Unary::Operator::negate, &ExpressionParser::parse_unary);
    }
    if (cursor_.accept_symbol("!")) {
      return parse_operand_of(Unary::Operator::logical_not, &ExpressionParser::parse_unary);
    }
    while (cursor_.accept_symbol("+")) {
    }
    return cursor_.at_symbol("-") || cursor_.at_symbol("!") ? nested_unary() : parse_primary();
  }

  Result<Expression> nested_unary() {
    const Depth depth(*this);
    return depth.allowed() ? parse_unary() : too_deep();
  }

  Result<Expression> parse_primary() {
    const Token& token = cursor_.peek();
    switch (token.kind) {
      case TokenKind::number:
        return parse_number_literal();
      case TokenKind::string:
        return parse_string_literal();
      case TokenKind::bytes:
        return Expression{Literal{cursor_.next().text}};
      case TokenKind::user_variable:
        return parse_user_variable();
      case TokenKind::placeholder:
        if (!rules_.parameters) {
          return cursor_.error_here();
        }
        cursor_.next();
        return Expression{Parameter{}};
      case TokenKind::quoted_name:
        return parse_name();
      case TokenKind::word:
        return parse_word();
      case TokenKind::symbol:
        return parse_symbol();
      case TokenKind::end:
        break;
    }
    return cursor_.error_here();
  }

  Result<Expression> parse_number_literal() {
    auto number = parse_number(cursor_.peek().text);
    if (!number) {
      return fail(ErrorKind::invalid, "Illegal double '" + cursor_.peek().text + "' value found during parsing", 1367);
    }
    cursor_.next();
    return Expression{Literal{std::move(*number)}};
  }

  /// Strings one behind the other are one.
  Result<Expression> parse_string_literal() {
    std::string text = cursor_.next().text;
    while (cursor_.peek().kind == TokenKind::string) {
      text += cursor_.next().text;
    }
    return Expression{Literal{std::move(text)}};
  }

  Result<Expression> parse_user_variable() {
    std::string name = cursor_.next().text;
    if (cursor_.at_symbol(":=")) {
      return not_supported("an assignment inside an expression");
    }
    return Expression{UserVariable{std::move(name)}};
  }

  Result<Expression> parse_symbol() {
    if (cursor_.accept_symbol("@@")) {
      auto variable = parse_system_variable(cursor_);
      if (!variable) {
        return std::unexpected(std::move(variable.error()));
      }
      return Expression{std::move(*variable)};
    }
    if (!cursor_.accept_symbol("(")) {
      return cursor_.error_here();
    }
    if (cursor_.at_word("SELECT")) {
      return not_supported("a nested SELECT");
    }
    auto inner = parse();
    if (!inner) {
      return inner;
    }
    if (auto close = cursor_.expect_symbol(")"); !close) {
      return std::unexpected(std::move(close.error()));
    }
    return inner;
  }

  Result<Expression> parse_word() {
    const Token& word = cursor_.peek();
    if (cursor_.accept_word("NULL")) {
      return Expression{Literal{}};
    }
    if (cursor_.at_word("TRUE") || cursor_.at_word("FALSE")) {
      const bool value = cursor_.at_word("TRUE");
      cursor_.next();
      return Expression{Literal{truth(value)}};
    }
    const TokenKind behind = cursor_.peek(1).kind;
    if (behind == TokenKind::string || behind == TokenKind::bytes) {
      if (!is_one_of(word.text, introducers)) {
        return word.text.starts_with('_') ? not_supported("a string of the character set " + word.text.substr(1))
                                          : cursor_.error_here();
      }
      cursor_.next();
      return parse_primary();
    }
    if (cursor_.at_one_of({"CASE", "EXISTS", "INTERVAL"})) {
      return not_supported(to_upper(word.text) + " in an expression");
    }
    if (cursor_.at_symbol("(", 1) && (!is_reserved(word.text) || is_one_of(word.text, reserved_functions))) {
      return parse_call();
    }
    if (is_one_of(word.text, bare_functions)) {
      return Expression{FunctionCall{.name = to_upper(cursor_.next().text), .arguments = {}}};
    }
    return parse_name();
  }

  Result<Expression> parse_call() {
    FunctionCall call{.name = to_upper(cursor_.next().text), .arguments = {}};
    cursor_.next();
    if (cursor_.accept_symbol(")")) {
      return Expression{std::move(call)};
    }
    do {
      if (call.arguments.size() >= list_length_max) {
        return too_long();
      }
      if (auto argument = push(call.arguments, parse()); !argument) {
        return std::unexpected(std::move(argument.error()));
      }
    } while (cursor_.accept_symbol(","));
    if (auto close = cursor_.expect_symbol(")"); !close) {
      return std::unexpected(std::move(close.error()));
    }
    return Expression{std::move(call)};
  }

  Result<Expression> parse_name() {
    auto name = cursor_.expect_name();
    if (!name) {
      return std::unexpected(std::move(name.error()));
    }
    for (int parts = 1; parts < 3 && cursor_.accept_symbol("."); ++parts) {
      auto part = cursor_.expect_name();
      if (!part) {
        return std::unexpected(std::move(part.error()));
      }
      *name += "." + *part;
    }
    return Expression{Name{std::move(*name)}};
  }

  TokenCursor& cursor_;
  const ExpressionRules& rules_;
  int depth_ = 0;
};

}  // namespace

Result<Expression> parse_expression(TokenCursor& cursor, const ExpressionRules& rules) {
  return ExpressionParser(cursor, rules).parse();
}

Result<SystemVariable> parse_system_variable(TokenCursor& cursor) {
  SystemVariable variable;
  if (cursor.at_symbol(".", 1)) {
    if (cursor.at_one_of({"GLOBAL", "PERSIST", "PERSIST_ONLY"})) {
      variable.scope = Scope::global;
    } else if (cursor.at_one_of({"SESSION", "LOCAL"})) {
      variable.scope = Scope::session;
    }
    if (variable.scope != Scope::unspecified) {
      cursor.next();
      cursor.next();
    }
  }
  auto name = cursor.expect_name();
  if (!name) {
    return std::unexpected(std::move(name.error()));
  }
  variable.name = to_lower(*name);
  if (cursor.accept_symbol(".")) {
    auto part = cursor.expect_name();
    if (!part) {
      return std::unexpected(std::move(part.error()));
    }
    variable.name += "." + to_lower(*part);
  }
  return variable;
}

}  // namespace sluice::sql
