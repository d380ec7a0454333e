"""Rates and numbers an operator limits, measured on the bytes and events that come."""

import os
import time

import pymysql
import pytest

import instance as instances
from metrics import scrape
from processes import wait_until
from raw_client import Dump

TOLERANCE = 0.05
SECONDS = 3
TRIES = 3  # other programs may take the processors for longer than lateness is made up for


def set_global(instance, **values):
    with instance.connect(user=instances.ADMIN) as connection, connection.cursor() as cursor:
        cursor.execute("SET GLOBAL " + ", GLOBAL ".join(f"{name} = {value}" for name, value in values.items()))


def rate(count, seconds=SECONDS):
    """How fast count() grows a second, over at least so many seconds: from one moment at which it grew to another."""

    def growth(after):
        last = count()
        while True:
            now, moment = count(), time.monotonic()
            if now != last and moment >= after:
                return now, moment
            assert moment < after + 10, f"nothing came in 10 s behind {now}"
            last = now

    before, begin = growth(time.monotonic() + 0.3)
    after, end = growth(begin + seconds)
    return (after - before) / (end - begin)


def expect_rate(count, wanted):
    measured = []
    for _ in range(TRIES):
        measured.append(rate(count))
        if abs(measured[-1] / wanted - 1) <= TOLERANCE:
            print(f"wanted {wanted} a second, measured {measured}")
            return
    pytest.fail(f"wanted {wanted} a second, measured {measured}")


class Reader:
    """A subscriber that counts what comes, byte by byte or event by event."""

    def __init__(self, instance, file="", events=False):
        self.dump = Dump(instance)
        self.dump.at(file or os.path.basename(instance.files()[0]))
        self.dump.connection._sock.settimeout(10)
        self.bytes = self.events = 0
        self.by_event = events

    def take(self):
        if self.by_event:
            self.dump.event()
            self.events += 1
            return self.events
        self.bytes += len(self.dump.connection._sock.recv(1 << 20))
        return self.bytes

    def close(self):
        self.dump.close()


@pytest.fixture(scope="module")
def source(module_workshop):
    """Has about 40 MB in rows of 10 kB, and one of 12 MB at the end."""
    server = module_workshop.server("mariadb", {"max_allowed_packet": "64M"})
    server.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b longblob)")
    rows = ", ".join(["(REPEAT('b', 10000))"] * 10)
    server.sql(*[f"INSERT INTO d.t (b) VALUES {rows}"] * 400)
    server.sql("INSERT INTO d.t (b) VALUES (REPEAT('c', 12000000))")
    return server


@pytest.fixture(scope="module")
def instance(module_workshop, source):
    made = module_workshop.instance(source)
    made.catch_up(source)
    return made


@pytest.fixture(autouse=True)
def unthrottled(request):
    yield
    if "instance" in request.fixturenames:
        made = request.getfixturevalue("instance")
        set_global(made, throttle_dump_iops=0, throttle_dump_rps=0, throttle_dump_conn=0)


def test_each_subscriber_gets_its_bytes_a_second_and_a_change_counts_at_once(instance):
    set_global(instance, throttle_dump_iops=1_000_000)
    reader = Reader(instance)
    other = Reader(instance)
    expect_rate(reader.take, 1_000_000)
    set_global(instance, throttle_dump_iops=300_000)
    expect_rate(reader.take, 300_000)
    set_global(instance, throttle_dump_iops=0)
    begin, before = time.monotonic(), reader.bytes
    while reader.bytes < before + 10_000_000:
        reader.take()
    assert time.monotonic() - begin < 5, "without a limit all comes at once"
    assert scrape(instance.metrics_port()).value("binlog_instance_dump_count") == 2
    reader.close()
    other.close()


def test_an_event_of_12_mb_comes_at_the_rate_too(instance):
    size = os.path.getsize(instance.files()[-1])
    set_global(instance, throttle_dump_iops=0)
    with Dump(instance) as one:
        one.at(os.path.basename(instance.files()[-1]))
        position = 0
        for event in one:
            if event.end and len(event.body) > 1_000_000:
                break
            position = event.end or position
    assert 0 < position < size
    set_global(instance, throttle_dump_iops=2_000_000)
    with Dump(instance) as one:
        one.at(os.path.basename(instance.files()[-1]), position)
        one.connection._sock.settimeout(10)
        total = 0

        def take():
            nonlocal total
            total += len(one.connection._sock.recv(1 << 20))
            return total

        measured = rate(take)
        print(f"wanted 2000000 a second, measured {measured}")
        assert measured == pytest.approx(2_000_000, rel=0.1) and total < 12_000_000


def test_each_subscriber_gets_its_events_a_second(instance):
    set_global(instance, throttle_dump_rps=400)
    reader = Reader(instance, events=True)
    expect_rate(reader.take, 400)
    set_global(instance, throttle_dump_rps=100)
    expect_rate(reader.take, 100)
    reader.close()


def test_no_more_subscribers_than_allowed(instance):
    set_global(instance, throttle_dump_conn=2)
    readers = [Reader(instance), Reader(instance)]
    for reader in readers:
        reader.take()
    with Dump(instance) as third, pytest.raises(pymysql.MySQLError) as caught:
        third.at(*instance.position()).first(2)
    assert caught.value.args == (1236, "Insufficient binlog instance resources")
    readers.pop().close()

    def served():
        with Dump(instance) as one:
            try:
                return one.at(*instance.position()).first(2)
            except pymysql.MySQLError:
                return None

    wait_until(served, 10, "a place is free when a subscriber has left")
    readers.pop().close()


@pytest.mark.bounded(180)
def test_conversion_keeps_to_bytes_and_events_a_second(workshop, source):
    made = workshop.instance(source, parameters={"throttle_convert_iops": 1_000_000})

    def stored():
        time.sleep(0.002)
        return sum(os.path.getsize(path) for path in made.files())

    def converted():
        return scrape(made.metrics_port()).value("binlog_instance_convert_event_num")

    expect_rate(stored, 1_000_000)
    set_global(made, throttle_convert_iops=3_000_000)
    expect_rate(stored, 3_000_000)
    set_global(made, throttle_convert_iops=0, throttle_convert_rps=200)
    expect_rate(converted, 200)
    assert made.position()[1] > 1_000_000, "what is stored can be read meanwhile"
    begin = time.monotonic()
    made.stop()
    assert time.monotonic() - begin < 5, "a throttled instance ends at once"
    made.start()
    set_global(made, throttle_convert_rps=0)
    begin = time.monotonic()
    made.catch_up(source)
    assert time.monotonic() - begin < 20, "without a limit all comes at once"
