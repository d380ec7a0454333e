#include "parameters/parameters.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "base/file.h"

namespace sluice::parameters {
namespace {

class ParametersTest : public testing::Test {
 protected:
  ParametersTest() {
    std::string name = std::filesystem::temp_directory_path() / "sluice-parameters-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~ParametersTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Parameters> open(Values configured = {}) {
    auto opened = Parameters::open(directory_ / "parameters", std::move(configured));
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  static void set(Parameters& parameters, Parameter parameter, std::optional<std::uint64_t> value) {
    const Change change{.parameter = parameter, .value = value};
    const auto changed = parameters.change({&change, 1});
    EXPECT_TRUE(changed) << changed.error().message;
  }

  std::filesystem::path directory_;
};

TEST_F(ParametersTest, WhatWasSetCountsMoreThanTheConfigurationAndThatMoreThanTheUsual) {
  auto parameters = open({{Parameter::wait_timeout, 60}});
  EXPECT_EQ(parameters->value(Parameter::max_connections), 1000);
  EXPECT_EQ(parameters->origin(Parameter::max_connections), Origin::usual);
  EXPECT_EQ(parameters->value(Parameter::wait_timeout), 60);
  EXPECT_EQ(parameters->origin(Parameter::wait_timeout), Origin::configuration);
  set(*parameters, Parameter::wait_timeout, 5);
  EXPECT_EQ(parameters->value(Parameter::wait_timeout), 5);
  EXPECT_EQ(parameters->origin(Parameter::wait_timeout), Origin::set);
}

TEST_F(ParametersTest, OnlyWhatWasSetSurvivesARestart) {
  set(*open({{Parameter::max_connections, 7}}), Parameter::wait_timeout, 5);
  auto parameters = open({{Parameter::wait_timeout, 60}});
  EXPECT_EQ(parameters->value(Parameter::wait_timeout), 5);
  EXPECT_EQ(parameters->value(Parameter::max_connections), 1000);
  set(*parameters, Parameter::wait_timeout, std::nullopt);
  EXPECT_EQ(parameters->value(Parameter::wait_timeout), 60);
  EXPECT_EQ(open()->value(Parameter::wait_timeout), 28800);
}

TEST_F(ParametersTest, LinesThatMakeNoSenseHaveNoEffect) {
  std::ofstream(directory_ / "parameters") << "# comment\n\nwait_timeout = 5\nnosuch = 1\nmax_connections = 0\n"
                                              "max_binlog_size = 4096\ninteractive_timeout = 5x\nbinlog_gtid_display";
  auto parameters = open();
  EXPECT_EQ(parameters->value(Parameter::wait_timeout), 5);
  for (const Definition& one : definitions()) {
    if (one.parameter != Parameter::wait_timeout) {
      EXPECT_EQ(parameters->origin(one.parameter), Origin::usual) << one.name;
    }
  }
}

TEST_F(ParametersTest, AFileThatIsFarTooLargeIsAnError) {
  std::ofstream(directory_ / "parameters") << std::string(1U << 20U, '#');
  EXPECT_FALSE(Parameters::open(directory_ / "parameters", {}));
}

TEST_F(ParametersTest, WhatCannotBeStoredHasNoEffect) {
  auto parameters = open();
  std::filesystem::remove_all(directory_);
  const Change change{.parameter = Parameter::wait_timeout, .value = 5};
  EXPECT_FALSE(parameters->change({&change, 1}));
  EXPECT_EQ(parameters->value(Parameter::wait_timeout), 28800);
  EXPECT_EQ(parameters->origin(Parameter::wait_timeout), Origin::usual);
}

TEST_F(ParametersTest, ListenersHearOfTheirParameterUntilTheyAreDropped) {
  auto parameters = open();
  std::vector<std::uint64_t> heard;
  auto listener = parameters->listen(Parameter::wait_timeout, [&](std::uint64_t value) { heard.push_back(value); });
  set(*parameters, Parameter::wait_timeout, 5);
  set(*parameters, Parameter::max_connections, 6);
  set(*parameters, Parameter::wait_timeout, std::nullopt);
  listener.reset();
  set(*parameters, Parameter::wait_timeout, 7);
  EXPECT_EQ(heard, (std::vector<std::uint64_t>{5, 28800}));
}

TEST(ParameterListTest, IsFoundByName) {
  for (const Definition& one : definitions()) {
    EXPECT_EQ(find_definition(one.name), &definition(one.parameter)) << one.name;
  }
  EXPECT_EQ(find_definition("nosuch"), nullptr);
}

}  // namespace
}  // namespace sluice::parameters
