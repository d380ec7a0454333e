"""What an instance that follows another asks it about its log, checked against the files on the disk."""

import os
import re

import pymysql
import pytest

import binlog_file
import instance as instances

pytestmark = pytest.mark.bounded(180)


@pytest.fixture(scope="module")
def instance(module_workshop):
    source = module_workshop.server("mariadb")
    made = module_workshop.instance(source, log={"max_binlog_size": 1 << 20})
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a longblob)")
    for _ in range(20):
        source.sql("INSERT INTO d.t VALUES (REPEAT('x', 150000))")
    made.catch_up(source)
    return made


def ask(instance, statement):
    return instance.rows(statement, user=instances.ADMIN)


def test_checksums_tell_of_the_bytes_before(instance):
    paths = instance.files()
    assert len(paths) > 2
    seen = set()
    for path in paths:
        name = os.path.basename(path)
        size = os.path.getsize(path)
        (whole,) = ask(instance, f"SHOW BINLOG CHECKSUM IN '{name}'")
        assert whole == {"log_name": name, "size": size, "checksum": whole["checksum"]}
        assert re.fullmatch("[0-9a-f]{16}", whole["checksum"])
        assert ask(instance, f"SHOW BINLOG CHECKSUM IN '{name}' TO {size}") == [whole]
        (part,) = ask(instance, f"SHOW BINLOG CHECKSUM IN '{name}' TO 1000")
        assert part["size"] == 1000
        seen |= {whole["checksum"], part["checksum"]}
    assert len(seen) > len(paths)


def test_marks_are_where_transactions_begin(instance):
    for path in instance.files():
        name = os.path.basename(path)
        starts, _ = binlog_file.transaction_starts(binlog_file.read_events(path))
        marks = ask(instance, f"SHOW BINLOG MARKS IN '{name}'")
        assert marks and set(mark["offset"] for mark in marks) <= set(starts)
        assert all("|" in mark["source_place"] for mark in marks)
        assert ask(instance, f"SHOW BINLOG MARKS IN '{name}' LIMIT 1") == marks[:1]
        last = marks[-1]["offset"]
        assert ask(instance, f"SHOW BINLOG MARKS IN '{name}' FROM {last}") == marks[-1:]
        assert not ask(instance, f"SHOW BINLOG MARKS IN '{name}' FROM {last + 1}")


@pytest.mark.parametrize("what", ["MARKS", "CHECKSUM"])
def test_who_may_ask_and_for_what(instance, what):
    with pytest.raises(pymysql.err.MySQLError) as caught:
        instance.rows(f"SHOW BINLOG {what} IN 'mysql-bin.000001'")
    assert caught.value.args[0] == 1227
    with pytest.raises(pymysql.err.MySQLError, match="there is no file mysql-bin.000099") as caught:
        ask(instance, f"SHOW BINLOG {what} IN 'mysql-bin.000099'")
    assert caught.value.args[0] == 1220
