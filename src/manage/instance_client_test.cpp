#include "manage/instance_client.h"

#include <gtest/gtest.h>

namespace sluice::manage {
namespace {

TEST(InstanceClient, ItsPasswordsAreOfTheKeyAndHashedAsMysqlDoes) {
  CipherKey key{};
  const InstanceSecret secret = instance_administrator(key);
  EXPECT_EQ(secret.user, "sluice_admin");
  EXPECT_EQ(secret.password.size(), 64U);
  EXPECT_EQ(secret.native_hash.size(), 41U);
  EXPECT_EQ(secret.native_hash.front(), '*');
  key[0] = 1;
  EXPECT_NE(instance_administrator(key).password, secret.password);
}

TEST(InstanceClient, AnswersAreAsManyAsQuestionsInTheirOrder) {
  const InstanceClient client(CipherKey{}, *mysql::Interruption::make());
  std::vector<InstanceClient::Question> questions;
  for (std::uint16_t port = 1; port <= 25; ++port)
    questions.push_back({{"127.0.0.1", port}, "SELECT 1"});
  const auto answers = client.ask_all(questions);
  ASSERT_EQ(answers.size(), 25U);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_FALSE(answers[i]);
    EXPECT_NE(answers[i].error().message.find(":" + std::to_string(i + 1)), std::string::npos);
    EXPECT_EQ(answers[i].error().message.find(instance_administrator(CipherKey{}).password), std::string::npos);
  }
  EXPECT_TRUE(client.ask_all({}).empty());
}

TEST(InstanceClient, AfterAStopNobodyIsAsked) {
  const auto interruption = *mysql::Interruption::make();
  const InstanceClient client(CipherKey{}, interruption);
  interruption->request();
  EXPECT_FALSE(client.ask({"192.0.2.1", 1}, "SELECT 1"));
}

}  // namespace
}  // namespace sluice::manage
