#include <ctime>

#include <fmt/format.h>

#include "answers/sql_functions.h"
#include "sql/ascii.h"
#include "sql/error_code.h"

// The functions on times (manual: "Date and Time Functions"). Times are texts here.

namespace sluice::answers {
namespace {

using sql::Value;
using std::chrono::microseconds;

constexpr std::int64_t fraction_digits_max = 6;
/// The largest TIME MySQL has: 838:59:59.
constexpr microseconds time_max = std::chrono::hours(838) + std::chrono::minutes(59) + std::chrono::seconds(59);

Result<int> fraction_digits(SqlFunction::Arguments arguments) {
  if (arguments.empty()) return 0;
  const auto* digits = std::get_if<std::int64_t>(&arguments[0]);
  if (digits == nullptr || *digits < 0 || *digits > fraction_digits_max) {
    return fail(ErrorKind::invalid,
                fmt::format("Too-big precision {} specified for 'now'. Maximum is {}.",
                            sql::text_of(arguments[0]).value_or("NULL"), fraction_digits_max),
                sql::error_code::too_big_precision);
  }
  return static_cast<int>(*digits);
}

Result<std::string> formatted_now(const EvaluationContext& context, SqlFunction::Arguments arguments,
                                  const SessionTimeZone& zone) {
  const auto digits = fraction_digits(arguments);
  if (!digits) return std::unexpected(digits.error());
  return format_time(context.now, zone, *digits);
}

/// A point in time without zone, or a length of time.
struct ParsedTime {
  microseconds time{};
  bool with_date = false;
  std::size_t fraction_digits = 0;
};

class TimeParser {
 public:
  explicit TimeParser(std::string_view text) : rest_(text) {}

  /// "2026-11-22 16:00:30.123" or "-08:00:00".
  std::optional<ParsedTime> parse() {
    ParsedTime result;
    const bool negative = take('-');
    auto first = number();
    if (!first) return std::nullopt;
    if (!negative && take('-')) {
      const auto days = days_of_date(*first);
      if (!days || !take(' ')) return std::nullopt;
      result.with_date = true;
      result.time = std::chrono::days(*days);
      first = number();
      if (!first) return std::nullopt;
    }
    const auto minutes = take(':') ? number() : std::nullopt;
    const auto seconds = take(':') ? number() : std::nullopt;
    if (!minutes || !seconds || *minutes > 59 || *seconds > 59) return std::nullopt;
    result.time += std::chrono::hours(*first) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds);
    if (take('.')) result.time += fraction(result.fraction_digits);
    if (!rest_.empty()) return std::nullopt;
    if (negative) result.time = -result.time;
    return result;
  }

 private:
  bool take(char character) {
    if (!rest_.starts_with(character)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<int> number() {
    int result = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && digits < 4 && sql::is_digit(rest_[digits]); ++digits) {
      result = result * 10 + (rest_[digits] - '0');
    }
    rest_.remove_prefix(digits);
    return digits == 0 ? std::nullopt : std::optional(result);
  }

  std::optional<int> days_of_date(int year) {
    const auto month = number();
    const auto day = take('-') ? number() : std::nullopt;
    if (!month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date).time_since_epoch().count();
  }

  microseconds fraction(std::size_t& digits) {
    std::int64_t result = 0;
    digits = 0;
    for (; digits < rest_.size() && digits < 6 && sql::is_digit(rest_[digits]); ++digits) {
      result = result * 10 + (rest_[digits] - '0');
    }
    rest_.remove_prefix(digits);
    for (std::size_t i = digits; i < 6; ++i) {
      result *= 10;
    }
    return microseconds(result);
  }

  std::string_view rest_;
};

std::optional<ParsedTime> parse_time(const Value& value) {
  const auto text = sql::text_of(value);
  return text ? TimeParser(*text).parse() : std::nullopt;
}

std::string time_text(microseconds time, std::size_t digits) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(time < time.zero() ? -time : time);
  const auto fraction = (time < time.zero() ? -time : time) - whole;
  std::string text = fmt::format("{}{:02}:{:02}:{:02}", time < time.zero() ? "-" : "", whole.count() / 3600,
                                 whole.count() / 60 % 60, whole.count() % 60);
  if (digits > 0) text += fmt::format(".{:06}", fraction.count()).substr(0, digits + 1);
  return text;
}

}  // namespace

Result<Value> call_now(const EvaluationContext& context, SqlFunction::Arguments arguments) {
  return formatted_now(context, arguments, context.variables.time_zone());
}

Result<Value> call_utc_timestamp(const EvaluationContext& context, SqlFunction::Arguments arguments) {
  return formatted_now(context, arguments, SessionTimeZone{std::chrono::minutes(0)});
}

Result<Value> call_current_date(const EvaluationContext& context, SqlFunction::Arguments arguments) {
  const auto now = formatted_now(context, arguments, context.variables.time_zone());
  if (!now) return std::unexpected(now.error());
  return now->substr(0, now->find(' '));
}

Result<Value> call_current_time(const EvaluationContext& context, SqlFunction::Arguments arguments) {
  const auto now = formatted_now(context, arguments, context.variables.time_zone());
  if (!now) return std::unexpected(now.error());
  return now->substr(now->find(' ') + 1);
}

Result<Value> call_timediff(const EvaluationContext& /*context*/, SqlFunction::Arguments arguments) {
  const auto left = parse_time(arguments[0]);
  const auto right = parse_time(arguments[1]);
  if (!left || !right || left->with_date != right->with_date) return sql::null_result();
  const microseconds difference = std::clamp(left->time - right->time, -time_max, time_max);
  return time_text(difference, std::max(left->fraction_digits, right->fraction_digits));
}

Result<Value> call_time_to_sec(const EvaluationContext& /*context*/, SqlFunction::Arguments arguments) {
  const auto time = parse_time(arguments[0]);
  if (!time) return sql::null_result();
  const auto in_day = time->with_date ? time->time % microseconds(std::chrono::days(1)) : time->time;
  return std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(in_day).count()};
}

}  // namespace sluice::answers
