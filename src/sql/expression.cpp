#include "sql/expression.h"

#include <algorithm>

namespace sluice::sql {

bool calls_function(const Expression& expression, std::string_view name) {
  const auto any_calls = [&](const std::vector<Expression>& parts) {
    return std::ranges::any_of(parts, [&](const Expression& part) { return calls_function(part, name); });
  };
  return std::visit(
      [&](const auto& node) {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, FunctionCall>) {
          return node.name == name || any_calls(node.arguments);
        } else if constexpr (std::is_same_v<Node, Unary>) {
          return any_calls(node.operand);
        } else if constexpr (std::is_same_v<Node, Chain> || std::is_same_v<Node, Predicate>) {
          return any_calls(node.operands);
        } else {
          return false;
        }
      },
      expression.node);
}

}  // namespace sluice::sql
