#include "answers/answers.h"
#include "answers/row_filter.h"

namespace sluice::answers {
namespace {

std::string origin_name(parameters::Origin origin) {
  switch (origin) {
    case parameters::Origin::set:
      return "SET GLOBAL";
    case parameters::Origin::configuration:
      return "configuration";
    case parameters::Origin::usual:
      break;
  }
  return "default";
}

}  // namespace

Result<SqlRows> answer_show_parameters(const sql::ShowParameters& show, const EvaluationContext& context) {
  const parameters::Parameters& parameters = context.server.parameters();
  SqlRows answer = text_rows(
      {"name", "value", "default_value", "data_type", "minimum", "maximum", "unit", "needs_restart", "source", "info"});
  for (const parameters::Definition& one : parameters::definitions()) {
    const bool boolean = one.type == parameters::Definition::Type::boolean;
    answer.rows.push_back({std::string(one.name), parameters::value_text(one, parameters.value(one.parameter)),
                           parameters::value_text(one, one.usual), boolean ? "boolean" : "integer",
                           parameters::value_text(one, one.minimum), parameters::value_text(one, one.maximum),
                           std::string(one.unit), one.needs_restart ? "Yes" : "No",
                           origin_name(parameters.origin(one.parameter)), std::string(one.description)});
  }
  return filter_rows(std::move(answer), show.filter, context);
}

}  // namespace sluice::answers
