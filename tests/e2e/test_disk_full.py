"""A full disk: capture waits and says so, what is stored is served, and it goes on by itself, with the same bytes."""

import os

import pytest

from binlog_file import read_events
from instance import ADMIN
from processes import wait_until
from raw_client import NON_BLOCKING, Dump, EndOfLog
from same_files import assert_same_files
from small_disk import SmallDisk

pytestmark = pytest.mark.bounded(240)

MIB = 1 << 20
FILE_SIZE = 512 << 10


def statuses(instance):
    rows = instance.rows("SHOW STATUS LIKE 'sluice_capture%'")
    return {row["Variable_name"].removeprefix("sluice_capture_"): row["Value"] for row in rows}


def wait_state(instance, state, seconds=30):
    wait_until(lambda: statuses(instance)["state"] == state, seconds, lambda: f"{state}, not {statuses(instance)}")


def insert(source, first, last, size=20_000):
    source.sql(*(f"INSERT INTO d.t VALUES ({i}, REPEAT(CHAR(65 + {i} % 26), {size}))" for i in range(first, last + 1)))


def served_events(instance):
    """How many events a subscriber gets from the oldest file on."""
    count = 0
    with Dump(instance) as dump:
        dump.at(os.path.basename(instance.files()[0]), flags=NON_BLOCKING)
        try:
            while True:
                dump.event()
                count += 1
        except EndOfLog:
            return count


@pytest.fixture
def source(workshop):
    source = workshop.server("mariadb")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key, b mediumtext)")
    return source


@pytest.fixture
def small(workshop, source):
    """(disk, instance on it)"""
    instance = workshop.instance(source, start=False, log={"max_binlog_size": FILE_SIZE})
    disk = workshop.keep(SmallDisk(instance.data, 32 * MIB))
    instance.start()
    return disk, instance


@pytest.mark.parametrize("left", [0, 4096, 60_000, 700_000, 1_500_000])
def test_capture_waits_and_goes_on_by_itself(workshop, source, small, left):
    disk, instance = small
    insert(source, 1, 40)
    instance.catch_up(source)
    disk.fill(left)
    insert(source, 41, 160)
    wait_state(instance, "disk full")
    text = statuses(instance)["error"]
    assert os.path.join(instance.data, "binlog") in text and "bytes are free" in text and "PURGE BINARY LOGS" in text
    for path in instance.files():
        read_events(path)  # whole events only, checksums and all
    assert served_events(instance) > 40
    disk.empty()
    wait_state(instance, "capturing")
    other = workshop.instance(source, log={"max_binlog_size": FILE_SIZE})
    other.wait_for_mark(instance.catch_up(source))
    assert_same_files(instance, other)
    instance.kill()
    instance.start()
    instance.catch_up(source)


def test_a_start_on_a_full_disk_serves(source, small):
    disk, instance = small
    insert(source, 1, 40)
    instance.catch_up(source)
    events = served_events(instance)
    instance.kill()
    disk.fill(0)
    insert(source, 41, 60)
    instance.start()
    wait_state(instance, "disk full")
    assert served_events(instance) >= events
    disk.empty()
    instance.catch_up(source)


def test_what_expired_makes_room_at_once(source, small):
    disk, instance = small
    insert(source, 1, 300)
    instance.catch_up(source)
    assert len(instance.files()) > 10
    disk.fill(100_000)
    insert(source, 301, 340)
    wait_state(instance, "disk full")
    with instance.connect(user=ADMIN) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET GLOBAL binlog_expire_logs_size = {2 * MIB}")
    instance.catch_up(source, seconds=30)
    assert len(instance.files()) < 10
    wait_state(instance, "capturing")
