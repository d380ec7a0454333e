"""SHOW BINLOG EVENTS and PURGE BINARY LOGS, compared with a real MySQL that was given the same files."""

import os
import shutil
import time

import pymysql
import pytest

import instance as instances
from raw_client import Dump

pytestmark = pytest.mark.bounded(300)

_STATEMENTS = (
    "CREATE DATABASE d",
    "CREATE TABLE d.t (a int primary key, b varchar(100))",
    "INSERT INTO d.t VALUES (1, 'x'), (2, 'y')",
    "UPDATE d.t SET b = 'z' WHERE a = 1",
    "DELETE FROM d.t WHERE a = 2",
    "SET @@session.gtid_next = 'AUTOMATIC:a_tag'",
    "INSERT INTO d.t VALUES (3, REPEAT('x', 50))",
    "SET @@session.gtid_next = 'AUTOMATIC'",
    "XA START 'one', 'two', 7",
    "INSERT INTO d.t VALUES (4, 'xa')",
    "XA END 'one', 'two', 7",
    "XA PREPARE 'one', 'two', 7",
    "XA COMMIT 'one', 'two', 7",
    "XA START 'three'",
    "INSERT INTO d.t VALUES (5, 'xa')",
    "XA END 'three'",
    "XA COMMIT 'three' ONE PHASE",
    "CREATE TABLE `d`.`odd `` name` (a int)",
    "USE d",
    "CREATE TABLE here (a int)",
    "CREATE USER 'somebody'@'%'",
    "CREATE TABLE d.wide (a int primary key, b varchar(5000))",
    "INSERT INTO d.wide VALUES (1, REPEAT('w', 5000)), (2, REPEAT('w', 5000)), (3, REPEAT('w', 5000))",
    "SET @@session.foreign_key_checks = 0, @@session.unique_checks = 0",
    "INSERT INTO d.wide VALUES (4, REPEAT('w', 5000)), (5, REPEAT('w', 5000)), (6, REPEAT('w', 5000))",
    "SET @@session.foreign_key_checks = 1, @@session.unique_checks = 1",
    "SET @@session.binlog_transaction_compression = ON",
    "INSERT INTO d.t VALUES (6, REPEAT('c', 100))",
    "SET @@session.binlog_transaction_compression = OFF",
)
_KEEP = {"keep_compressed_transactions": True}


def make_reader(workshop, instance):
    """A MySQL 9.7 whose first binlog files are the instance's."""
    reader = workshop.server("mysql97", {"log_bin": "mysql-bin"})
    reader.stop()
    for name in os.listdir(reader.data):
        if name.startswith("mysql-bin."):
            os.remove(os.path.join(reader.data, name))
    with open(os.path.join(reader.data, "mysql-bin.index"), "w", encoding="ascii") as index:
        for path in instance.files():
            shutil.copy(path, reader.data)
            index.write(f"./{os.path.basename(path)}\n")
    return reader.start()


@pytest.fixture(scope="module")
def pair(module_workshop):
    """An instance with several files of a MySQL 9.7 source, and a real server that has the same."""
    source = module_workshop.server("mysql97")
    instance = module_workshop.instance(source, source=_KEEP, log={"max_binlog_size": 4096})
    source.sql(*_STATEMENTS)
    for number in range(100, 120):
        source.sql(f"INSERT INTO d.t VALUES ({number}, REPEAT('r', 99))")
    instance.catch_up(source)
    return instance, make_reader(module_workshop, instance)


def answer(connection, statement):
    """Column names and rows, or the error's number and words."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(statement)
        except pymysql.MySQLError as error:
            return error.args
        return [column[0] for column in cursor.description or ()], list(cursor.fetchall())


def both(pair, statement):
    instance, reader = pair
    with instance.connect(charset="utf8mb4") as ours, reader.connect() as theirs:
        return answer(ours, statement), answer(theirs, statement)


def test_every_event_of_every_file_is_told_as_mysql_tells_it(pair):
    kinds = set()
    files = [os.path.basename(path) for path in pair[0].files()]
    assert len(files) > 2
    for name in files:
        ours, theirs = both(pair, f"SHOW BINLOG EVENTS IN '{name}'")
        assert ours[0] == theirs[0]
        for our_row, their_row in zip(ours[1], theirs[1]):
            assert our_row == their_row
        assert len(ours[1]) == len(theirs[1])
        kinds |= {row[2] for row in ours[1]}
    assert {"Gtid", "Query", "Table_map", "Write_rows", "Xid", "XA_prepare", "Rotate", "Rows_query"} <= kinds
    assert {"Previous_gtids", "Format_desc", "Transaction_payload", "Update_rows", "Delete_rows"} <= kinds


@pytest.mark.parametrize(
    "clauses",
    [
        "",
        "LIMIT 3",
        "LIMIT 0",
        "LIMIT 2, 0",
        "LIMIT 2, 3",
        "LIMIT 3 OFFSET 1",
        "FROM 0",
        "FROM 4 LIMIT 1",
        "FROM 99999999",
        "IN 'mysql-bin.000001' FROM 99999999",
        "IN 'mysql-bin.000002' FROM 4 LIMIT 5",
        "IN 'mysql-bin.000001' LIMIT 1000, 5",
    ],
)
def test_what_is_asked_for_is_told(pair, clauses):
    ours, theirs = both(pair, f"SHOW BINLOG EVENTS {clauses}")
    assert ours == theirs


def test_from_any_event_on(pair):
    with pair[0].connect() as connection:
        rows = answer(connection, "SHOW BINLOG EVENTS")[1]
        for row in rows:
            assert answer(connection, f"SHOW BINLOG EVENTS FROM {row[1]} LIMIT 1")[1] == [row]
        assert answer(connection, f"SHOW BINLOG EVENTS FROM {rows[-1][4]}")[1] == []


@pytest.mark.parametrize("clauses", ["IN 'nosuch'", "IN 'mysql-bin.000999'"])
def test_errors_are_those_of_mysql(pair, clauses):
    ours, theirs = both(pair, f"SHOW BINLOG EVENTS {clauses}")
    assert ours == theirs and ours[0] == 1220


def test_a_position_within_an_event_is_an_error(pair):
    with pair[0].connect() as connection:
        assert answer(connection, "SHOW BINLOG EVENTS FROM 5") == (
            1220,
            "Error when executing command SHOW BINLOG EVENTS: Wrong offset or I/O error",
        )


def test_an_answer_that_would_be_too_large_is_refused_and_serving_goes_on(workshop):
    source = workshop.server("mariadb")
    instance = workshop.instance(source)
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key, b longtext)")
    for number in range(5):
        # The instance's own event holds the statement, which makes the rows large.
        source.sql(f"INSERT INTO d.t VALUES ({number}, '{'x' * (5 << 20)}')")
    instance.catch_up(source)
    with instance.connect() as connection:
        code, words = answer(connection, "SHOW BINLOG EVENTS")
        assert code == 1220 and "LIMIT" in words
        assert len(answer(connection, "SHOW BINLOG EVENTS LIMIT 5")[1]) == 5


# -- purge -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def log(workshop):
    """An instance with some files of its own, which may be purged, and a real server with the same."""
    source = workshop.server("mysql97")
    instance = workshop.instance(source, log={"max_binlog_size": 4096})
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key, b varchar(100))")
    for number in range(30):
        source.sql(f"INSERT INTO d.t VALUES ({number}, REPEAT('r', 99))")
    instance.catch_up(source)
    return instance, make_reader(workshop, instance)


def names(instance):
    return [row["Log_name"] for row in instance.rows("SHOW BINARY LOGS")]


def purge(instance, statement, user=instances.ADMIN):
    """What it says, and its warnings."""
    with instance.connect(user=user) as connection:
        said = answer(connection, statement)
        return said, answer(connection, "SHOW WARNINGS")[1]


def test_purge_to_a_file_keeps_it(log):
    instance, reader = log
    before = names(instance)
    assert len(before) > 3
    with reader.connect() as theirs:
        for statement in ("PURGE BINARY LOGS TO 'nosuch'", "PURGE MASTER LOGS TO 'mysql-bin.000777'"):
            assert purge(instance, statement)[0] == answer(theirs, statement.replace("MASTER", "BINARY"))
    assert names(instance) == before
    assert purge(instance, f"PURGE BINARY LOGS TO '{before[2]}'") == (([], []), [])
    assert names(instance) == before[2:]
    assert [os.path.basename(path) for path in instance.files()] == before[2:]
    purged = instance.value("SELECT @@gtid_purged")
    assert purged != "" and instance.value(f"SELECT GTID_SUBSET('{purged}', @@gtid_executed)") == 1
    assert purge(instance, f"PURGE BINARY LOGS TO '{before[-1]}'")[0] == ([], [])
    assert names(instance) == before[-1:]


def test_purge_before_a_time_keeps_what_is_younger_and_the_active_file(log):
    instance, _reader = log
    before = names(instance)
    purge(instance, "PURGE BINARY LOGS BEFORE NOW() - INTERVAL 1 DAY")
    purge(instance, "PURGE BINARY LOGS BEFORE '2020-01-01 00:00:00'")
    assert names(instance) == before
    assert purge(instance, "PURGE BINARY LOGS BEFORE 'abc'")[0][0] == 1210
    time.sleep(1.1)
    assert purge(instance, "PURGE BINARY LOGS BEFORE NOW()")[0] == ([], [])
    assert names(instance) == before[-1:]


def test_a_file_that_a_subscriber_reads_is_not_purged(workshop):
    source = workshop.server("mariadb")
    instance = workshop.instance(source, log={"max_binlog_size": 8 << 20})
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key, b longblob)")
    for number in range(40):
        source.sql(f"INSERT INTO d.t VALUES ({number}, REPEAT('r', 1000000))")
    instance.catch_up(source)
    before = names(instance)
    with Dump(instance) as dump:
        dump.at(before[1]).first(3)  # and reads no more: what the sockets do not take stays where it is
        said, warnings = purge(instance, f"PURGE BINARY LOGS TO '{before[-1]}'")
        left = names(instance)
        assert said == ([], []) and before[0] not in left and len(left) > 1
        assert [warning[1] for warning in warnings] == [1867]
        words = warnings[0][2]
        assert left[0] in words and "was not purged because it was being read by 1 thread(s)" in words
        assert f"purged only {len(before) - len(left)} out of {len(before) - 1} files." in words


def test_only_administrators_purge(log):
    instance = log[0]
    assert purge(instance, f"PURGE BINARY LOGS TO '{names(instance)[1]}'", user=instances.USER)[0][0] == 1227
    assert purge(instance, f"PURGE BINARY LOGS TO '{names(instance)[1]}' FOR TENANT c.t")[0][0] == 1235
