#include "answers/evaluation.h"

#include <fmt/format.h>

#include "answers/sql_functions.h"
#include "sql/error_code.h"
#include "sql/like.h"
#include "sql/operators.h"

namespace sluice::answers {
namespace {

using sql::Value;

class Evaluator {
 public:
  explicit Evaluator(const EvaluationContext& context) : context_(context) {}

  Result<Value> operator()(const sql::Literal& literal) const { return counted(literal.value); }

  Result<Value> operator()(const sql::Parameter& /*parameter*/) const {
    return fail(ErrorKind::invalid, "a parameter has no value", sql::error_code::unknown);
  }

  Result<Value> operator()(const sql::UserVariable& variable) const {
    return counted(context_.user_variables.read(variable.name));
  }

  Result<Value> operator()(const sql::SystemVariable& variable) const {
    return context_.variables.read(variable.scope, variable.name);
  }

  Result<Value> operator()(const sql::Name& name) const {
    if (context_.column) {
      if (auto value = context_.column(name.text)) return std::move(*value);
    }
    return fail(ErrorKind::not_found,
                fmt::format("Unknown column '{}' in '{}'", name.text, context_.column ? "where clause" : "field list"),
                sql::error_code::unknown_column);
  }

  Result<Value> operator()(const sql::FunctionCall& call) const {
    const SqlFunction* function = find_sql_function(call.name);
    if (function == nullptr) {
      return fail(ErrorKind::not_found, fmt::format("FUNCTION {} does not exist", call.name),
                  sql::error_code::does_not_exist);
    }
    if (call.arguments.size() < function->arguments_min || call.arguments.size() > function->arguments_max) {
      return fail(ErrorKind::invalid,
                  fmt::format("Incorrect parameter count in the call to native function '{}'", call.name),
                  sql::error_code::wrong_parameter_count);
    }
    auto arguments = evaluate_all(call.arguments);
    if (!arguments) return std::unexpected(std::move(arguments.error()));
    auto result = function->call(context_, *arguments);
    return result ? counted(std::move(*result)) : result;
  }

  Result<Value> operator()(const sql::Chain& chain) const {
    auto result = value_of(chain.operands.front());
    for (std::size_t i = 0; result && i < chain.operators.size(); ++i) {
      if (is_decided(chain.operators[i], *result)) {
        result = sql::truth(chain.operators[i] == sql::BinaryOperator::logical_or);
        continue;
      }
      const auto operand = value_of(chain.operands[i + 1]);
      if (!operand) return operand;
      result = sql::apply(chain.operators[i], *result, *operand);
    }
    return result;
  }

  Result<Value> operator()(const sql::Unary& unary) const {
    const auto operand = value_of(unary.operand.front());
    if (!operand) return operand;
    return unary.applied == sql::Unary::Operator::negate ? sql::negate(*operand) : sql::logical_not(*operand);
  }

  Result<Value> operator()(const sql::Predicate& predicate) const {
    auto operands = evaluate_all(predicate.operands);
    if (!operands) return std::unexpected(std::move(operands.error()));
    const auto result = holds(predicate.kind, *operands);
    return result && predicate.negated ? sql::logical_not(*result) : result;
  }

 private:
  [[nodiscard]] Result<Value> value_of(const sql::Expression& expression) const {
    return std::visit(*this, expression.node);
  }

  [[nodiscard]] Result<std::vector<Value>> evaluate_all(const std::vector<sql::Expression>& expressions) const {
    std::vector<Value> values;
    values.reserve(expressions.size());
    for (const sql::Expression& expression : expressions) {
      auto value = value_of(expression);
      if (!value) return std::unexpected(std::move(value.error()));
      values.push_back(std::move(*value));
    }
    return values;
  }

  /// Whether what stands on the right of AND or OR does not matter any more, and is not evaluated.
  static bool is_decided(sql::BinaryOperator applied, const Value& left) {
    return (applied == sql::BinaryOperator::logical_and && sql::is_true(left) == false) ||
           (applied == sql::BinaryOperator::logical_or && sql::is_true(left) == true);
  }

  [[nodiscard]] Result<void> spend(std::size_t work) const {
    context_.work += work;
    if (context_.work > work_max) return sql::not_supported("a statement over so much text");
    return {};
  }

  /// The value, and its size counted: whoever takes it goes over it once more.
  [[nodiscard]] Result<Value> counted(Value value) const {
    if (const auto* text = std::get_if<std::string>(&value)) {
      if (auto spent = spend(text->size()); !spent) return std::unexpected(std::move(spent.error()));
    }
    return value;
  }

  [[nodiscard]] Result<Value> holds(sql::Predicate::Kind kind, const std::vector<Value>& operands) const {
    switch (kind) {
      case sql::Predicate::Kind::is_null:
        return sql::truth(sql::is_null(operands[0]));
      case sql::Predicate::Kind::is_true:
        return sql::truth(sql::is_true(operands[0]) == true);
      case sql::Predicate::Kind::is_false:
        return sql::truth(sql::is_true(operands[0]) == false);
      case sql::Predicate::Kind::in:
        return is_in(operands);
      case sql::Predicate::Kind::between:
        return is_between(operands);
      case sql::Predicate::Kind::like:
        break;
    }
    return is_like(operands);
  }

  /// True if one is equal; NULL if none is but one is NULL.
  static Value is_in(const std::vector<Value>& operands) {
    if (sql::is_null(operands[0])) return {};
    bool any_null = false;
    for (std::size_t i = 1; i < operands.size(); ++i) {
      if (sql::is_null(operands[i])) {
        any_null = true;
      } else if (sql::compare(operands[0], operands[i]) == 0) {
        return sql::truth(true);
      }
    }
    if (any_null) return {};
    return sql::truth(false);
  }

  static Value is_between(const std::vector<Value>& operands) {
    const auto no_less = [](const Value& left, const Value& right) -> std::optional<bool> {
      if (sql::is_null(left) || sql::is_null(right)) return std::nullopt;
      return sql::compare(left, right) >= 0;
    };
    const auto above = no_less(operands[0], operands[1]);
    const auto below = no_less(operands[2], operands[0]);
    if (above == false || below == false) return sql::truth(false);
    if (!above || !below) return {};
    return sql::truth(true);
  }

  [[nodiscard]] Result<Value> is_like(const std::vector<Value>& operands) const {
    const auto text = sql::text_of(operands[0]);
    const auto pattern = sql::text_of(operands[1]);
    if (!text || !pattern) return sql::null_result();
    if (text->size() > work_max || pattern->size() > work_max) return sql::not_supported("a LIKE over so much text");
    if (auto spent = spend(text->size() * pattern->size() / 16); !spent) {
      return std::unexpected(std::move(spent.error()));
    }
    char escape = '\\';
    if (operands.size() > 2) {
      const std::string given = sql::text_of(operands[2]).value_or("\\");
      escape = given.empty() ? '\0' : given.front();
    }
    return sql::truth(sql::matches_like(*text, *pattern, escape));
  }

  const EvaluationContext& context_;
};

}  // namespace

Result<Value> evaluate(const sql::Expression& expression, const EvaluationContext& context) {
  return std::visit(Evaluator(context), expression.node);
}

}  // namespace sluice::answers
