#include "configuration/password.h"

#include "base/file.h"

namespace sluice::configuration {

void read_password(Section& section, std::string& password) {
  std::string file;
  section.text("password", password);
  section.text("password_file", file);
  if (file.empty()) return;
  if (!password.empty()) section.problem("password_file", "and password are both given; use one");
  constexpr std::size_t password_size_max = 4096;
  auto content = read_file(file, password_size_max);
  if (!content) {
    section.problem("password_file", content.error().message);
    return;
  }
  while (content->ends_with('\n') || content->ends_with('\r'))
    content->pop_back();
  password = std::move(*content);
}

}  // namespace sluice::configuration
