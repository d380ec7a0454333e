"""Large events, large transactions, many files: whole, in bounded memory, in bounded time."""

import os
import time

import pytest

import clients
import variants
from binlog_file import HEADER, read_events
from compare import assert_equal
from instance import mark
from pairs import Pair
from processes import wait_until
from raw_client import NON_BLOCKING, Dump

PACKET = (1 << 24) - 1  # what one packet of the protocol holds at most; the event has a status byte before it


def peak_memory(process):
    """The largest resident memory a process ever had, in bytes."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def largest_event(paths):
    return max(event.size for path in paths for event in read_events(path))


@pytest.mark.bounded(300)
@pytest.mark.parametrize("kind", ["mariadb", "mysql56", "mysql97"])
def test_events_around_16_mib(workshop, kind):
    """A packet holds 2^24 - 1 bytes; events that end just before, at and behind each boundary must all come through."""
    source = workshop.server(kind)
    instance = workshop.instance(source, log={"max_binlog_size": 1 << 30})
    # Or the statement's text would be in the log a second time.
    quiet = f"SET SESSION {'binlog_annotate_row_events' if kind == 'mariadb' else 'binlog_rows_query_log_events'} = 0"
    source.sql(
        "CREATE DATABASE d",
        "CREATE TABLE d.t (a int primary key, b longblob)",
        quiet,
        "INSERT INTO d.t VALUES (0, REPEAT('x', 100000))",
    )
    instance.catch_up(source)
    overhead = largest_event(instance.files()) - 100000
    number = 0
    wanted = []
    for packets, more in [(packets, more) for packets in (1, 2) for more in (-10, -2, -1, 0, 1, 2, 10)]:
        number += 1
        wanted.append(packets * PACKET - 1 + more)
        filled = f"REPEAT('{chr(64 + number)}', {wanted[-1] - overhead})"
        source.sql(quiet, f"INSERT INTO d.t VALUES ({number}, {filled})")
    token = instance.catch_up(source)
    stored = [event for path in instance.files() for event in read_events(path)]
    assert [event.size for event in stored if event.size > 1_000_000] == wanted
    with Dump(instance) as dump:
        got = [event.comparable() for event in dump.at("", 4, NON_BLOCKING) if not event.flags & 0x20]
    assert got == [event.comparable() for event in stored]
    names = [os.path.basename(path) for path in instance.files()]
    if kind != "mysql97":
        assert token in clients.run(clients.mariadb_binlog_command(instance, "--base64-output=decode-rows", *names))
    if not clients.MySQL97.unavailable():
        replica = workshop.server("mysql97", {**clients.replica_options("mysql97"), "replica_max_allowed_packet": "1G"})
        clients.MySQLReplica(replica).follow(instance).wait_for(token)
        assert_equal(source, replica)


@pytest.mark.slow
@pytest.mark.bounded(300)
@pytest.mark.parametrize("variant", ["mariadb", "mariadb-compressed", "mysql97", "mysql97-compressed"])
def test_a_million_rows_in_one_transaction(workshop, variant):
    what = variants.VARIANTS[variant]
    source = workshop.server(what.kind, {"collation_server": Pair(what.kind, "mariadb").collation, **what.options})
    instance = workshop.instance(source)
    source.sql(
        "CREATE DATABASE d",
        "CREATE TABLE d.digits (n int primary key)",
        "INSERT INTO d.digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)",
        "CREATE TABLE d.t (a int primary key, b varchar(30), c double)",
        "INSERT INTO d.t SELECT n, CONCAT('row ', n), n / 7 FROM (SELECT u.n + 10 * v.n + 100 * w.n + 1000 * x.n + "
        "10000 * y.n + 100000 * z.n AS n "
        "FROM d.digits u, d.digits v, d.digits w, d.digits x, d.digits y, d.digits z) q",
    )
    token = instance.catch_up(source)
    server = workshop.server("mariadb", clients.replica_options("mariadb"))
    replica = clients.MariaDBReplica(server)
    replica.follow(instance, file=os.path.basename(instance.files()[0]))
    replica.wait_for(token)
    summed = "SELECT COUNT(*), SUM(a), SUM(CRC32(b)), SUM(CRC32(c)) FROM d.t"
    assert source.sql(summed) == server.sql(summed) and server.value("SELECT COUNT(*) FROM d.t") == 1_000_000
    assert peak_memory(instance.process) < 512 << 20


@pytest.mark.slow
@pytest.mark.bounded(600)
def test_transaction_above_4_gib(workshop):
    """Through a table that keeps nothing, so that only the binlog is large. Positions in it pass 2^32."""
    source = workshop.server("mariadb", {"plugin_load_add": "ha_blackhole"})
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int, b longblob) ENGINE=BLACKHOLE")
    instance = workshop.instance(source)
    instance.catch_up(source)
    rows, size = 70, 62 << 20
    with source.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION binlog_annotate_row_events = 0")
        cursor.execute("BEGIN")
        for number in range(rows):
            cursor.execute(f"INSERT INTO d.t VALUES ({number}, REPEAT('{chr(65 + number % 26)}', {size}))")
        cursor.execute("COMMIT")
    token = mark(source)
    # Looking for the mark in files of this size takes long, so first wait for their size.
    total = sum(int(row[1]) for row in source.sql("SHOW BINARY LOGS"))
    assert total > 1 << 32
    wait_until(
        lambda: stored_size(instance) > total - (1 << 20), 240, lambda: f"{stored_size(instance)} of {total} bytes"
    )
    instance.wait_for_mark(token)
    assert peak_memory(instance.process) < 512 << 20
    assert max(os.path.getsize(path) for path in instance.files()) > 1 << 32
    large = read_large_events_through_a_dump(instance, token)
    assert large == rows
    assert peak_memory(instance.process) < 512 << 20


def stored_size(instance):
    instance.process.expect_running()
    return sum(os.path.getsize(path) for path in instance.files())


def read_large_events_through_a_dump(instance, token):
    """Reads all of the log as a client; how many events of tens of megabytes there were. Sizes and the token only: a
    checksum over 4 GiB in Python would take a while."""
    count = 0
    with Dump(instance, checksum="CRC32") as dump:
        dump.at("", 4, NON_BLOCKING)
        while True:
            data = dump.packet(60)
            if data[:1] == b"\xfe" and len(data) < 9:
                raise AssertionError("the log ended before the mark")
            size = HEADER.unpack_from(data, 1)[3]
            assert size == len(data) - 1
            count += size > 1 << 24
            if len(data) < 4096 and token.encode() in data:
                return count


@pytest.mark.slow
@pytest.mark.bounded(300)
def test_a_thousand_files(workshop):
    """Start and look-ups do not read them all."""
    source = workshop.server("mariadb")
    instance = workshop.instance(source, log={"max_binlog_size": 4096})
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b varchar(5000))")
    with source.connect() as connection, connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute("INSERT INTO d.t (b) VALUES (REPEAT('x', 5000))")
    token = instance.catch_up(source)
    assert len(instance.files()) >= 1000
    instance.stop()
    started = time.monotonic()
    instance.start()
    assert time.monotonic() - started < 5
    known = instance.gtid()
    uuid, numbers = known.split(":")
    last = int(numbers.split("-")[-1])
    started = time.monotonic()
    for skip in (10, 500, 900):
        with Dump(instance) as dump:
            dump.beyond(f"{uuid}:1-{last - skip}")
            dump.first(4)
    assert time.monotonic() - started < 5
    assert len(instance.rows("SHOW BINARY LOGS")) == len(instance.files())
    assert token
