#include "ctl/json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sluice::ctl {
namespace {

using mysql::ColumnType;
using mysql::QueryResult;

std::string json_with(const mysql::Value& value, ColumnType type = ColumnType::var_string) {
  return render_json({.columns = {"a"}, .types = {type}, .rows = {{value}}, .ok = {}});
}

TEST(Json, NumbersOfNumberColumnsAreNumbers) {
  EXPECT_EQ(json_with("18446744073709551615", ColumnType::longlong), "[\n  {\"a\": 18446744073709551615}\n]");
  EXPECT_EQ(json_with("-1.50", ColumnType::newdecimal), "[\n  {\"a\": -1.50}\n]");
  EXPECT_EQ(json_with("1e-7", ColumnType::double_), "[\n  {\"a\": 1e-7}\n]");
}

TEST(Json, NumbersOfTextColumnsAreText) {
  EXPECT_EQ(json_with("12"), "[\n  {\"a\": \"12\"}\n]");
}

TEST(Json, WhatJsonTakesForNoNumberStaysText) {
  for (const std::string text : {"007", "", "-", "1.", "+1", "1e", "0x1", "1,2"}) {
    EXPECT_EQ(json_with(text, ColumnType::longlong), "[\n  {\"a\": \"" + text + "\"}\n]");
  }
}

TEST(Json, NullIsNull) {
  EXPECT_EQ(json_with(std::nullopt, ColumnType::longlong), "[\n  {\"a\": null}\n]");
}

TEST(Json, AnyBytesGiveJson) {
  const std::string bytes("a\"\\\n\0\xff\xe8\xae订", 11);
  const auto read = nlohmann::json::parse(json_with(bytes));
  EXPECT_EQ(read[0]["a"], std::string("a\"\\\n\0\uFFFD\uFFFD\uFFFD订", 17));
}

TEST(Json, ColumnsOfOneNameAreAllThere) {
  const QueryResult result{.columns = {"a", "a", "a_2", "a"}, .types = {}, .rows = {{"1", "2", "3", "4"}}, .ok = {}};
  EXPECT_EQ(render_json(result), "[\n  {\"a\": \"1\", \"a_2\": \"2\", \"a_2_2\": \"3\", \"a_3\": \"4\"}\n]");
}

TEST(Json, WithoutRowsItIsAnEmptyArray) {
  EXPECT_EQ(render_json({}), "[]");
  EXPECT_EQ(render_json({.columns = {"a"}, .types = {}, .rows = {}, .ok = {}}), "[]");
}

TEST(Json, ThereIsALineARow) {
  const QueryResult result{.columns = {"a"}, .types = {}, .rows = {{"1"}, {"2"}}, .ok = {}};
  EXPECT_EQ(render_json(result), "[\n  {\"a\": \"1\"},\n  {\"a\": \"2\"}\n]");
}

}  // namespace
}  // namespace sluice::ctl
