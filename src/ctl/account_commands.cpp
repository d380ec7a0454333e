#include "ctl/command_parts.h"
#include "ctl/passwords.h"
#include "ctl/statements.h"

namespace sluice::ctl {
namespace {

struct Nothing {};

struct Account {
  std::string user;  ///< empty: who logs in
  std::string password_file;
  bool if_not_exists = false;
};

void add_password_file(CLI::App* command, Account& account) {
  command->add_option("--new-password-file", account.password_file, "the file with its password; asked for otherwise")
      ->type_name("FILE");
  refuse_password(command, "--new-password", "use --new-password-file, or wait to be asked");
}

int create_user(Console& console, const Account& given) {
  auto password = new_password(given.password_file, given.user);
  if (!password) return Console::complain(password.error());
  sql::CreateUser create;
  create.if_not_exists = given.if_not_exists;
  create.user = given.user;
  create.password = std::move(*password);
  return console.run(statement_of(create));
}

int set_password(Console& console, const Account& given) {
  auto password = new_password(given.password_file, given.user.empty() ? "your account" : given.user);
  if (!password) return Console::complain(password.error());
  sql::SetPassword set;
  if (!given.user.empty()) set.user = given.user;
  set.password = std::move(*password);
  return console.run(statement_of(set));
}

void add_create(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("create-user", "makes an account that may subscribe (CREATE USER)");
  const auto account = std::make_shared<Account>();
  command->add_option("user", account->user, "its name")->required()->type_name("USER");
  add_password_file(command, *account);
  command->add_flag("--if-not-exists", account->if_not_exists, "no error if it is there");
  when_chosen(command, chosen, account, create_user);
}

void add_password(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("password", "changes an account's password (SET PASSWORD)");
  const auto account = std::make_shared<Account>();
  command->add_option("user", account->user, "its name; your own account otherwise")->type_name("USER");
  add_password_file(command, *account);
  when_chosen(command, chosen, account, set_password);
}

void add_drop(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("drop-user", "removes accounts (DROP USER)");
  const auto drop = std::make_shared<sql::DropUsers>();
  command->add_option("user", drop->users, "their names")->required()->type_name("USER");
  command->add_flag("--if-exists", drop->if_exists, "no error where there is none");
  sends(command, chosen, drop, [](const sql::DropUsers& given) { return statement_of(given); });
}

}  // namespace

void add_account_commands(CLI::App& program, Command& chosen) {
  sends(program.add_subcommand("users", "the accounts (SHOW USERS)"), chosen, std::make_shared<Nothing>(),
        [](const Nothing&) { return std::string("SHOW USERS"); });
  add_create(program, chosen);
  add_password(program, chosen);
  add_drop(program, chosen);
}

}  // namespace sluice::ctl
