"""Log files expire by size and age, never under a subscriber, up to the hard limit."""

import os
import re
import time

import pymysql
import pytest

from instance import ADMIN
from processes import wait_until
from raw_client import NON_BLOCKING, Dump, EndOfLog

pytestmark = pytest.mark.bounded(240)

FILE_SIZE = 100_000
ROW = 20_000


def insert(source, first, last):
    source.sql(*(f"INSERT INTO d.t VALUES ({i}, REPEAT('x', {ROW}))" for i in range(first, last + 1)))


def set_global(instance, **values):
    with instance.connect(user=ADMIN) as connection, connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute(f"SET GLOBAL {name} = {value}")


def numbers(instance):
    return [int(row["Log_name"].rsplit(".", 1)[1]) for row in instance.rows("SHOW BINARY LOGS")]


def wait_numbers(instance, wanted, seconds=20):
    """Waits until SHOW BINARY LOGS and the directory hold the files that are wanted."""

    def look():
        found = numbers(instance)
        return wanted(found) and found == [int(path.rsplit(".", 1)[1]) for path in instance.files()]

    wait_until(look, seconds, lambda: f"other files than {numbers(instance)}")


def read_to_end(dump):
    try:
        while True:
            dump.event()
    except EndOfLog:
        pass


@pytest.fixture
def pair(workshop):
    """A source and an instance of it with some 20 files."""
    source = workshop.server("mariadb")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key, b mediumtext)")
    instance = workshop.instance(source, log={"max_binlog_size": FILE_SIZE})
    insert(source, 1, 100)
    instance.catch_up(source)
    assert len(numbers(instance)) >= 20
    return source, instance


def test_by_size_the_oldest_files_go_and_everything_agrees(pair):
    source, instance = pair
    executed = instance.gtid()
    set_global(instance, binlog_expire_logs_size=5 * FILE_SIZE)
    wait_numbers(instance, lambda files: len(files) <= 6)
    kept = numbers(instance)
    assert instance.gtid() == executed
    with open(os.path.join(instance.data, "binlog", "mysql-bin.index"), encoding="ascii") as index:
        assert [int(line.rsplit(".", 1)[1]) for line in index] == kept
    wait_until(lambda: not os.path.exists(os.path.join(instance.data, "binlog", "marks", "purge")), 10, "purge's end")
    marks = os.listdir(os.path.join(instance.data, "binlog", "marks"))
    assert sorted(int(re.search(r"\.(\d+)\.", name)[1]) for name in marks if name.endswith(".marks")) == kept
    with pytest.raises(pymysql.MySQLError) as refused, Dump(instance) as dump:
        read_to_end(dump.at("mysql-bin.000001", flags=NON_BLOCKING))
    assert refused.value.args == (1236, "Could not find first log file name in binary log index file")
    with pytest.raises(pymysql.MySQLError) as refused, Dump(instance) as dump:
        read_to_end(dump.beyond("", flags=NON_BLOCKING))
    assert refused.value.args[0] == 1236 and "purged binary logs containing GTIDs" in refused.value.args[1]
    # It stays within its limit while the log grows, and a restart changes nothing.
    insert(source, 101, 150)
    instance.catch_up(source)
    wait_numbers(instance, lambda files: len(files) <= 6 and files[0] > kept[0])
    kept = numbers(instance)
    instance.restart()
    assert numbers(instance) == kept
    instance.catch_up(source)


def test_an_idle_tenants_files_expire_by_age(pair):
    _, instance = pair
    last = numbers(instance)[-1]
    time.sleep(2)
    set_global(instance, binlog_expire_logs_seconds=1)
    wait_numbers(instance, lambda files: files == [last])
    assert instance.rows("SHOW STATUS LIKE 'sluice_capture_state'")[0]["Value"] == "capturing"


def test_a_subscriber_keeps_its_files_until_it_has_read_them(pair):
    source, instance = pair
    insert(source, 101, 1200)
    instance.catch_up(source)
    everything = len(numbers(instance))
    with Dump(instance) as dump:
        dump.at("mysql-bin.000003", flags=NON_BLOCKING)
        dump.first(3)
        set_global(instance, binlog_expire_logs_hard_percent=0, binlog_expire_logs_size=3 * FILE_SIZE)
        # Its socket's buffers take some files; then it stands still with the rest.
        wait_numbers(instance, lambda files: files[0] >= 3)
        instance.wait_log("has expired but stays")
        assert len(numbers(instance)) > everything / 4
        read_to_end(dump)
    set_global(instance, binlog_expire_logs_size=3 * FILE_SIZE - 1)
    wait_numbers(instance, lambda files: len(files) <= 4)


def test_at_the_hard_limit_a_subscriber_that_stands_still_is_told(pair):
    source, instance = pair
    source.sql("INSERT INTO d.t VALUES (100000, REPEAT('y', 12000000))", "INSERT INTO d.t VALUES (100001, 'z')")
    instance.catch_up(source)
    with Dump(instance) as dump:
        dump.at("mysql-bin.000001")
        dump.first(3)
        insert(source, 101, 500)
        instance.catch_up(source)
        set_global(instance, binlog_expire_logs_hard_percent=150, binlog_expire_logs_size=3 * FILE_SIZE)
        wait_numbers(instance, lambda files: len(files) <= 5)
        instance.wait_log("are disconnected", "binlog_expire_logs_hard_percent")
        with pytest.raises(pymysql.MySQLError) as told:
            read_to_end(dump)
    code, text = told.value.args
    assert code == 1236, text
    assert re.search(r"'mysql-bin\.\d+' was removed", text) and "binlog_expire_logs_hard_percent" in text


@pytest.mark.parametrize("seed", range(4))
def test_killed_while_files_expire(pair, seed):
    source, instance = pair
    set_global(instance, binlog_expire_logs_size=8 * FILE_SIZE)
    time.sleep(0.002 * (1 + 3 * seed))
    instance.kill()
    instance.start()
    wait_numbers(instance, lambda files: len(files) <= 9)
    with Dump(instance) as dump:
        read_to_end(dump.at(f"mysql-bin.{numbers(instance)[0]:06}", flags=NON_BLOCKING))
    instance.catch_up(source)
