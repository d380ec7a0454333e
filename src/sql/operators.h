#pragma once

#include <compare>
#include <optional>

#include "base/error.h"
#include "sql/expression.h"
#include "sql/value.h"

namespace sluice::sql {

/// How two values that are not NULL compare (manual: "Type Conversion in Expression Evaluation"): texts without regard
/// to the case of A to Z and to spaces at the end, numbers by value, text and number as numbers.
[[nodiscard]] std::partial_ordering compare(const Value& left, const Value& right);

/// left + right and so on, with MySQL's types: whole numbers stay whole except in "/", decimals exact, everything else
/// is a double. NULL with anything is NULL except for <=>, AND and OR; so is a division by zero. Error 1690 if the
/// result does not fit its type.
[[nodiscard]] Result<Value> apply(BinaryOperator applied, const Value& left, const Value& right);

[[nodiscard]] Value negate(const Value& value);
[[nodiscard]] Value logical_not(const Value& value);

}  // namespace sluice::sql
