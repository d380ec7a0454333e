"""What operators may change while an instance runs, and who may."""

import time

import pymysql
import pytest

import instance as instances


@pytest.fixture(scope="module")
def pair(module_workshop):
    source = module_workshop.server("mariadb")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key)")
    instance = module_workshop.instance(source, parameters={"wait_timeout": 3000})
    instance.catch_up(source)
    return source, instance


def run(instance, *statements, user=instances.ADMIN):
    with instance.connect(user=user) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


def refused(instance, statement, user=instances.ADMIN):
    with pytest.raises(pymysql.MySQLError) as caught:
        run(instance, statement, user=user)
    return caught.value.args


def test_a_parameter_is_listed_with_all_one_needs_to_know(pair):
    rows = {row["name"]: row for row in pair[1].rows("SHOW PARAMETERS")}
    wait = rows["wait_timeout"]
    assert (wait["value"], wait["default_value"], wait["unit"]) == ("3000", "28800", "seconds")
    assert (wait["source"], wait["needs_restart"]) == ("configuration", "No")
    assert all(row["info"] for row in rows.values())
    assert rows["max_binlog_size"]["needs_restart"] == "Yes"
    shown = {row["Variable_name"]: row["Value"] for row in pair[1].rows("SHOW GLOBAL VARIABLES")}
    assert {name: shown[name] for name in rows} == {name: row["value"] for name, row in rows.items()}


def test_what_set_global_changed_survives_a_restart_and_default_ends_it(pair):
    instance = pair[1]
    run(instance, "SET GLOBAL wait_timeout = 1234, GLOBAL binlog_gtid_display = OFF")
    assert instance.rows("SHOW MASTER STATUS")[0]["Executed_Gtid_Set"] == ""
    instance.restart()
    assert instance.value("SELECT @@wait_timeout") == 1234
    assert [row["name"] for row in instance.rows("SHOW PARAMETERS WHERE source = 'SET GLOBAL'")] == [
        "binlog_gtid_display",
        "wait_timeout",
    ]
    run(instance, "SET GLOBAL wait_timeout = DEFAULT, GLOBAL binlog_gtid_display = DEFAULT")
    instance.restart()
    assert instance.value("SELECT @@wait_timeout") == 3000
    assert instance.gtid() != ""


def test_max_connections_has_effect_at_once(pair):
    instance = pair[1]
    run(instance, "SET GLOBAL max_connections = 2")
    with instance.connect(user=instances.ADMIN) as one, instance.connect():
        with pytest.raises(pymysql.MySQLError) as caught:
            instance.connect()
        assert caught.value.args[0] == 1040
        one.cursor().execute("SET GLOBAL max_connections = DEFAULT")
        instance.connect().close()


def test_an_idle_connection_ends(pair):
    with pair[1].connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET wait_timeout = 1")
        time.sleep(2)
        with pytest.raises(pymysql.MySQLError):
            cursor.execute("SELECT 1")


@pytest.mark.parametrize(
    "statement, code, words",
    [
        ("SET GLOBAL nosuch = 1", 1193, "Unknown system variable 'nosuch'"),
        ("SET GLOBAL wait_timeout = 'abc'", 1232, "Incorrect argument type to variable 'wait_timeout'"),
        ("SET GLOBAL binlog_gtid_display = 7", 1231, "can't be set to the value of '7'"),
        ("SET GLOBAL max_binlog_size = 8192", 1238, "'max_binlog_size' is a read only variable"),
        ("SET max_connections = 5", 1229, "should be set with SET GLOBAL"),
    ],
)
def test_errors_are_those_of_mysql(pair, statement, code, words):
    error = refused(pair[1], statement)
    assert error[0] == code and words in error[1]


def test_only_administrators_change_parameters(pair):
    assert refused(pair[1], "SET GLOBAL wait_timeout = 5", user=instances.USER)[0] == 1227
    assert "SUPER" in run(pair[1], "SHOW GRANTS")[0][0]
    assert "SUPER" not in run(pair[1], "SHOW GRANTS", user=instances.USER)[0][0]
