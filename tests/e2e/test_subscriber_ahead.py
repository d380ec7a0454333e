"""Subscribers that ask an instance for what it has not reached yet, while it cannot reach it: they come from another
instance of the tenant that was further."""

import os
import time

import pymysql
import pytest

import instance as instances
from binlog_file import ARTIFICIAL, HEARTBEAT, HEARTBEAT_V2
from instance import mark
from processes import wait_until
from raw_client import Dump, EndOfLog, rotate_target

pytestmark = pytest.mark.bounded(300)

WAITS = "Waiting for the log to reach where the subscriber wants to begin"
FATAL = 1236


class Pair:
    """Two instances of one source: `further` is always connected to it, `behind` through a gate."""

    def __init__(self, workshop, kind):
        self.source = workshop.server(kind)
        self.gate = workshop.gate(self.source.port)
        log = {"max_binlog_size": 65536}
        self.further = workshop.instance(self.source, log=log)
        self.behind = workshop.instance(f"127.0.0.1:{self.gate.port}", kind=self.source.kind, log=log)
        self.source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a longblob)")

    def part(self):
        """From here on `behind` gets nothing."""
        token = self.further.catch_up(self.source)
        self.behind.wait_for_mark(token)
        self.gate.shut()
        wait_until(lambda: self.state() == "reconnecting", 30, "the loss of the source")

    def join(self):
        self.gate.open = True

    def state(self):
        return self.behind.value("SELECT @@sluice_capture_state")

    def write(self, size=10):
        self.source.sql(f"INSERT INTO d.t VALUES (REPEAT('x', {size}))")

    def dumps(self):
        """State of each dump of `behind`."""
        rows = self.behind.rows("SHOW BINLOG DUMPLIST", user=instances.ADMIN)
        return [row["State"] for row in rows]

    def processes(self):
        rows = self.behind.rows("SHOW PROCESSLIST", user=instances.ADMIN)
        return [(row["Command"], row["State"]) for row in rows if row["Command"].startswith("Binlog Dump")]

    def wait_until_it_waits(self):
        wait_until(lambda: self.dumps() == [WAITS], 10, lambda: f"a dump that waits instead of {self.dumps()}")


@pytest.fixture(scope="module", params=["mariadb", "mysql97"])
def pair(request, module_workshop):
    return Pair(module_workshop, request.param)


@pytest.fixture(autouse=True)
def joined(pair):
    yield
    pair.join()
    wait_until(lambda: not pair.dumps(), 20, "the end of the test's dumps")


def read_until(dump, token):
    """The artificial ROTATE that came first, and the log's events up to the one that holds the text."""
    first, events = None, []
    while not events or token.encode() not in events[-1].body:
        event = dump.event()
        first = first or event
        if not event.flags & ARTIFICIAL and event.end and event.kind not in (HEARTBEAT, HEARTBEAT_V2):
            events.append(event)
    return first, events


@pytest.mark.parametrize("way", ["position", "next file", "gtid"])
def test_served_once_it_is_reached(pair, way):
    pair.part()
    pair.write(size=100_000 if way == "next file" else 10)
    token = pair.further.catch_up(pair.source)
    file, position = pair.further.position()
    if way == "next file":
        assert file > pair.behind.position()[0]
        position = 4
    with Dump(pair.behind) as dump:
        if way == "gtid":
            dump.beyond(pair.further.gtid())
        else:
            dump.at(file, position)
        pair.wait_until_it_waits()
        command = "Binlog Dump GTID" if way == "gtid" else "Binlog Dump"
        assert pair.processes() == [(command, WAITS)]
        time.sleep(4)  # longer than one that is ahead by GTID was ever kept waiting
        assert pair.dumps() == [WAITS]
        pair.join()
        last = mark(pair.source)
        first, events = read_until(dump, last)
        if way == "gtid":
            assert not any(token.encode() in event.body for event in events)
        else:
            assert rotate_target(first) == (file, position)
            begun = [event for event in events if event.end - event.size == position]
            assert len(begun) == 1
    pair.behind.wait_for_mark(last)


def test_what_is_never_reached_is_refused_when_the_log_has_caught_up(pair):
    file, position = pair.behind.position()
    pair.part()
    with Dump(pair.behind) as dump:
        dump.at(file, position + 1_000_000)
        pair.wait_until_it_waits()
        pair.join()
        with pytest.raises(pymysql.err.MySQLError, match="position > file size") as caught:
            dump.event()
        assert caught.value.args[0] == FATAL


def test_a_position_inside_an_event_is_refused_at_once(pair):
    pair.part()
    file, position = pair.behind.position()
    with Dump(pair.behind) as dump:
        begun = time.monotonic()
        with pytest.raises(pymysql.err.MySQLError, match="impossible position"):
            dump.at(file, position - 1).event()
        assert time.monotonic() - begun < 2


def test_a_wait_ends_with_its_client_and_by_kill(pair):
    pair.part()
    file, position = pair.behind.position()
    with Dump(pair.behind) as dump:
        dump.at(file, position + 1)
        pair.wait_until_it_waits()
        pair.behind.rows(f"KILL QUERY {dump.connection.thread_id()}", user=instances.ADMIN)
        with pytest.raises(EndOfLog):
            dump.event()
        dump.at(file, position + 1)
        pair.wait_until_it_waits()
    wait_until(lambda: not pair.dumps(), 10, "the end of the wait of a client that is gone")


def test_many_that_wait_take_no_thread(pair):
    pair.part()
    file, position = pair.behind.position()
    threads = thread_count(pair.behind)
    dumps = [Dump(pair.behind).at(file, position + 1) for _ in range(50)]
    wait_until(lambda: pair.dumps() == [WAITS] * 50, 20, "fifty that wait")
    assert thread_count(pair.behind) <= threads + 1
    for dump in dumps:
        dump.close()


def thread_count(instance):
    return len(os.listdir(f"/proc/{instance.process.pid}/task"))
