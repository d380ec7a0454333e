"""Files that a crash cut or a disk changed: what is whole is kept and served, what is not never is."""

import os
import random
import shutil

import pymysql
import pytest

from binlog_file import events_of, read_events, transaction_starts
from pairs import Pair
from raw_client import NON_BLOCKING, Dump
from same_files import assert_same_files
from workload import run_workload

pytestmark = pytest.mark.bounded(300)


class Stored:
    """An instance that captured a small workload in a few files, and is stopped; its files as they should be. The gate
    before the source is shut, so that what a copy shows is what it found on the disk."""

    def __init__(self, workshop):
        self.workshop = workshop
        self.source = workshop.server("mariadb")
        self.gate = workshop.gate(self.source.port)
        self.instance = workshop.instance(self.address, kind="mariadb", log={"max_binlog_size": 300_000})
        run_workload(self.source, Pair("mariadb"), seed=1, steps=40)
        self.mark = self.instance.catch_up(self.source)
        self.instance.stop()
        self.gate.shut()
        self.names = [os.path.basename(path) for path in self.instance.files()]

    @property
    def address(self):
        return f"127.0.0.1:{self.gate.port}"

    def bytes_of(self, name):
        with open(os.path.join(self.instance.data, "binlog", name), "rb") as file:
            return file.read()

    def copy(self):
        """An instance with a copy of the data directory, not started; the caller may damage its files."""
        other = self.workshop.instance(self.address, kind="mariadb", start=False, log={"max_binlog_size": 300_000})
        shutil.copytree(self.instance.data, other.data)
        return other


@pytest.fixture(scope="module")
def stored(module_workshop):
    return Stored(module_workshop)


def path_in(instance, name):
    return os.path.join(instance.data, "binlog", name)


def cut_places(data, chance, count):
    """Places in a file at which a crash may have left it: every kind of boundary, next to them, and anywhere."""
    events = events_of(data)
    starts, end = transaction_starts(events)
    ends = [event.offset + event.size for event in events]
    places = {starts[0], starts[-1], end - 1, end - 4, starts[-1] + 1, starts[-1] + 18, starts[-1] + 19, starts[0] + 1}
    places |= {chance.choice(ends) for _ in range(count)} | {chance.choice(starts) for _ in range(count // 2)}
    places |= {chance.randrange(starts[0], end) for _ in range(count)}
    return sorted(place for place in places if place < end), starts + [end]


@pytest.mark.parametrize("tail", ["cut", "zeros", "noise"])
def test_recovery_cuts_only_what_is_incomplete(stored, tail):
    """At many byte positions of the last file; behind them nothing, zeros (as some file systems leave), or noise."""
    chance = random.Random(tail)
    last = stored.names[-1]
    data = stored.bytes_of(last)
    places, boundaries = cut_places(data, chance, 14 if tail == "cut" else 5)
    for place in places:
        copy = stored.copy()
        behind = {"cut": b"", "zeros": bytes(5000), "noise": chance.randbytes(3000)}[tail]
        with open(path_in(copy, last), "wb") as file:
            file.write(data[:place] + behind)
        copy.start()
        wanted = max(boundary for boundary in boundaries if boundary <= place)
        assert copy.position() == (last, wanted), f"cut at {place}"
        copy.stop()
        with open(path_in(copy, last), "rb") as file:
            kept = file.read()
        assert kept[:wanted] == data[:wanted] and not any(kept[wanted:]), f"cut at {place}"
        shutil.rmtree(copy.folder)


def test_what_was_cut_is_captured_again(stored):
    chance = random.Random(3)
    last = stored.names[-1]
    data = stored.bytes_of(last)
    places, _ = cut_places(data, chance, 3)
    stored.gate.open = True
    for place in places[::3]:
        copy = stored.copy()
        with open(path_in(copy, last), "r+b") as file:
            file.truncate(place)
        copy.start()
        copy.wait_for_mark(stored.mark)
        assert_same_files(copy, stored.instance)
        copy.stop()
        shutil.rmtree(copy.folder)
    stored.gate.shut()


@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "noise"])
def test_what_lies_beside_the_log_files_can_be_made_again(stored, damage):
    """Marks and index only save reading: without them the same log is served."""
    beside = ["mysql-bin.index"] + [f"marks/{name}.marks" for name in (stored.names[0], stored.names[-1])]
    for name in beside:
        copy = stored.copy()
        path = path_in(copy, name)
        if damage == "gone":
            os.remove(path)
        else:
            size = os.path.getsize(path)
            with open(path, "r+b") as file:
                if damage == "noise":
                    file.write(random.Random(name).randbytes(size))
                else:
                    file.truncate(0 if damage == "empty" else size // 2)
        copy.start()
        with Dump(copy) as dump:
            got = [event.comparable() for event in dump.at("", 4, NON_BLOCKING) if not event.flags & 0x20]
        assert got == [event.comparable() for one in stored.names for event in events_of(stored.bytes_of(one))], name
        copy.stop()
        shutil.rmtree(copy.folder)


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_a_flipped_byte_is_never_served(stored, where):
    """A subscriber gets the events before it and then an error, and the messages name file and offset."""
    chance = random.Random(where)
    name = {"first": stored.names[0], "middle": stored.names[len(stored.names) // 2], "last": stored.names[-1]}[where]
    data = stored.bytes_of(name)
    good = {one: [event.comparable() for event in events_of(stored.bytes_of(one))] for one in stored.names}
    events = events_of(data)
    for _ in range(12):
        event = chance.choice(events[2:-1])
        at = event.offset + chance.choice([chance.randrange(19), chance.randrange(event.size)])
        copy = stored.copy()
        with open(path_in(copy, name), "r+b") as file:
            file.seek(at)
            file.write(bytes([data[at] ^ (1 << chance.randrange(8))]))
        copy.launch()
        try:
            copy.wait_ready(30)
        except Exception:  # it may also refuse to start, if it says why
            assert name in copy.log_text()
            continue
        assert_served_only_what_is_good(copy, name, good[name], event, at)
        assert name in copy.log_text() and str(event.offset) in copy.log_text(), f"byte {at} of {name}"
        copy.kill()
        shutil.rmtree(copy.folder)


def assert_served_only_what_is_good(instance, name, good, event, at):
    got, code = [], None
    with Dump(instance) as dump:
        dump.at(name, 4, NON_BLOCKING)
        try:
            for one in dump:
                if not one.flags & 0x20:
                    got.append(one.comparable())
        except pymysql.err.MySQLError as error:
            code = error.args[0]
    # In the last file recovery may have cut the damaged transaction off, which the source will give again.
    assert code == 1236 or (
        code is None and name == os.path.basename(instance.files()[-1])
    ), f"{code}, byte {at} of {name}"
    assert got == good[: len(got)], f"byte {at} of {name}"
    assert len(got) <= len(good) - 1 and all(one[3] <= event.offset for one in got if one[3])


def test_two_instances_never_share_a_directory(stored):
    copy = stored.copy()
    copy.start()
    port = copy.port
    second = stored.workshop.instance(stored.address, kind="mariadb", start=False)
    second.data = copy.data
    second.launch()
    assert second.process.wait(20) != 0
    assert "in use" in second.log_text()
    assert copy.position() and copy.port == port
    copy.stop()


def test_files_can_be_read_at_every_moment(workshop):
    """While it writes, whatever is in the files is whole transactions, save a last one in the making."""
    source = workshop.server("mariadb")
    instance = workshop.instance(source, log={"max_binlog_size": 200_000})
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b text)")
    with source.connect() as connection, connection.cursor() as cursor:
        for _ in range(300):
            cursor.execute("INSERT INTO d.t (b) VALUES (REPEAT('x', 900)), (REPEAT('y', 900))")
            for path in instance.files()[-2:]:
                try:
                    read_events(path)
                except ValueError as error:
                    assert "cut" in str(error) or "in a file of" in str(error), error
    instance.catch_up(source)
