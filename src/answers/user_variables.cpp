#include "answers/user_variables.h"

#include "sql/error_code.h"

namespace sluice::answers {
namespace {

std::size_t size_of(const sql::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return sizeof(value) + (text == nullptr ? 0 : text->size());
}

}  // namespace

Result<void> UserVariables::set(const std::string& name, sql::Value value) {
  const auto old = values_.find(name);
  const std::size_t freed = old == values_.end() ? 0 : name.size() + size_of(old->second);
  const std::size_t size = size_ - freed + name.size() + size_of(value);
  if ((old == values_.end() && values_.size() >= count_max) || size > size_max) {
    return sql::not_supported("more than 1024 or 4 MiB of user variables in a session");
  }
  size_ = size;
  values_.insert_or_assign(name, std::move(value));
  return {};
}

sql::Value UserVariables::read(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return {};
  return found->second;
}

void UserVariables::clear() {
  values_.clear();
  size_ = 0;
}

}  // namespace sluice::answers
