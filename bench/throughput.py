#!/usr/bin/python3
"""throughput.py: how fast one instance captures, serves many subscribers, and how late a commit reaches a subscriber.

Source, instance and subscribers share this machine, so the figures say how versions of Sluice compare, not what a
server reaches. Everything is on the loopback, in one temporary folder, and gone at the end.
"""

import select
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "e2e"))
sys.dont_write_bytecode = True

from binlog_file import GTID, XID  # noqa: E402
from instance import Instance  # noqa: E402
from raw_client import Dump  # noqa: E402
from servers import MariaDB  # noqa: E402

SUBSCRIBERS = (1, 4, 16)
ROWS = 400_000
COMMITS = 500


def fill(source):
    """A log of small rows in middling transactions, and a few large ones."""
    source.sql(
        "CREATE DATABASE d",
        "CREATE TABLE d.t (a int primary key, b varchar(200), c double)",
        "CREATE TABLE d.blobs (a int auto_increment primary key, b longblob)",
    )
    for first in range(0, ROWS, 1000):
        source.sql(
            "INSERT INTO d.t SELECT seq, REPEAT(CHAR(65 + seq % 26), 150), seq / 7 "
            f"FROM seq_{first + 1}_to_{first + 1000}"
        )
    for _ in range(8):
        source.sql("INSERT INTO d.blobs (b) VALUES (REPEAT('x', 8000000))")
    return sum(int(row[1]) for row in source.sql("SHOW BINARY LOGS"))


def capture(folder, source, size):
    instance = Instance(folder + "/instance", source)
    started = time.monotonic()
    instance.start()
    instance.catch_up(source, seconds=300)
    took = time.monotonic() - started
    print(f"capture         {size / took / 1e6:8.0f} MB/s   ({size / 1e6:.0f} MB in {took:.1f} s, start included)")
    return instance


def serve(instance, count, size):
    """All from the beginning, at the same time, reading as fast as one thread here can."""
    dumps = [Dump(instance) for _ in range(count)]
    buffer = memoryview(bytearray(1 << 20))
    poll = select.poll()
    links = {}
    for dump in dumps:
        dump.at("", 4)
        link = dump.connection._sock
        link.setblocking(False)
        links[link.fileno()] = [link, 0]
        poll.register(link, select.POLLIN)
    started = time.monotonic()
    left = count
    while left:
        for number, _ in poll.poll(1000):
            link = links[number]
            try:
                got = link[0].recv_into(buffer)
            except BlockingIOError:
                continue
            if not got:
                raise SystemExit("a subscriber was cut off")
            before, link[1] = link[1], link[1] + got
            left -= before < size <= link[1]
    took = time.monotonic() - started
    for dump in dumps:
        dump.close()
    print(f"serve {count:4} x    {count * size / took / 1e6:8.0f} MB/s   in all, to {count} subscribers")


def latency(instance, source):
    """From just before the commit to the GTID event at the subscriber."""
    late = []
    with Dump(instance) as dump, source.connect() as connection, connection.cursor() as cursor:
        dump.at(*instance.position())
        dump.first(2)
        for number in range(COMMITS):
            started = time.monotonic()
            cursor.execute(f"REPLACE INTO d.t VALUES ({number}, 'late', 0)")
            while dump.event().kind != GTID:
                pass
            late.append(time.monotonic() - started)
            while dump.event().kind != XID:
                pass
    late.sort()
    print(
        f"latency         {statistics.median(late) * 1e3:8.2f} ms     median of {COMMITS} commits, "
        f"99th percentile {late[int(COMMITS * 0.99)] * 1e3:.2f} ms, the commit itself included"
    )


def main():
    folder = tempfile.mkdtemp(prefix="sluice-bench-")
    source = instance = None
    try:
        source = MariaDB(folder + "/mariadb", {"max_binlog_size": "1G"})
        source.start()
        size = fill(source)
        instance = capture(folder, source, size)
        stored = sum(Path(path).stat().st_size for path in instance.files())
        for count in SUBSCRIBERS:
            serve(instance, count, stored)
        latency(instance, source)
    finally:
        for thing in (instance, source):
            if thing is not None and thing.process is not None:
                thing.process.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
