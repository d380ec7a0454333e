#!/usr/bin/python3
"""cluster.py: what the way through a Binlog server costs a subscriber.

The same log of the same instance is read at the instance's own port and, logged in as user@tenant#cluster, through
sluiced, which relays; one after the other, --repeats times, on the loopback. Told are the medians of the throughput, of
the CPU time of each process, and of the time from connect to the first answer. Prints a table as it goes, and
everything as JSON at the end. docs/performance.md says what was found.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pymysql

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests" / "e2e"), str(HERE)]
sys.dont_write_bytecode = True

from instance import PASSWORD, USER  # noqa: E402
from measures.rig import GIGABYTE, SUBSCRIBERS, Source, Subscribers, median_of, settle  # noqa: E402
from processes import wait_until  # noqa: E402
from servers import MySQL97  # noqa: E402
from sluiced import Sluiced  # noqa: E402
from tenants import Tenant  # noqa: E402

SHAPES = [("single-row transactions", 1, 300), ("6 KB events", 1000, 6000)]
LOGINS = 200


class Reader(Subscribers):
    """Subscribers at a port; the CPU time of process `pid` is told."""

    def __init__(self, port, user, pid):  # pylint: disable=super-init-not-called
        self.pid = pid
        self.words = [SUBSCRIBERS, f"--address=127.0.0.1:{port}", f"--user={user}", f"--password={PASSWORD}"]
        self.words += [f"--server-pid={pid}"]

    def read(self, size):
        settle()
        read = self.run("read", f"--bytes={size}", count=1, tls=False, threads=1)
        gigabytes = read["bytes"] / GIGABYTE
        return {"gb_s": gigabytes / read["seconds"], "cpu_s_gb": read["server_cpu"] / gigabytes}


def logins(port, user):
    """Median milliseconds from connect to the first answer."""
    times = []
    for _ in range(LOGINS):
        begin = time.perf_counter()
        with pymysql.connect(
            host="127.0.0.1", port=port, user=user, password=PASSWORD, autocommit=None
        ) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT @@server_id")
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def measure(folder, options):
    source = Source(folder + "/source")
    source.start()
    server = Sluiced(folder + "/server")
    try:
        server.start()
        server.prepare()
        results = []
        for name, row_count, row_size in SHAPES:
            source.fill(int(options.size * GIGABYTE), row_count, row_size)
            results.append(compare(server, source, name, row_count, options))
        return results
    finally:
        server.close()
        source.process.kill()


def compare(server, source, name, row_count, options):
    tenant = Tenant("bench", f"rows{row_count}", source, options={"max_binlog_size": 1 << 30})
    where = server.create(tenant, binlog_expire_logs_size=0)
    size = int(source.log_size() * 0.98)
    pid = next(one.pid for one in server.instances())
    direct, relay = Reader(where["port"], USER, pid), Reader(server.port, tenant.login(USER), server.process.pid)
    with server.connect(user=tenant.login(USER), password=PASSWORD) as connection, connection.cursor() as cursor:

        def stored():
            cursor.execute("SHOW BINARY LOGS")
            return sum(int(row[1]) for row in cursor.fetchall()) >= size

        wait_until(stored, 600, "the instance has the log", every=0.5)
    ours, theirs = [], []
    for _ in range(options.repeats):
        theirs.append(direct.read(size))
        ours.append(relay.read(size))
    values = {
        "direct_gb_s": median_of(theirs, "gb_s"),
        "relayed_gb_s": median_of(ours, "gb_s"),
        "part": median_of(ours, "gb_s") / median_of(theirs, "gb_s"),
        "instance_cpu_s_gb": median_of(theirs, "cpu_s_gb"),
        "relay_cpu_s_gb": median_of(ours, "cpu_s_gb"),
        "direct_login_ms": logins(where["port"], USER),
        "relayed_login_ms": logins(server.port, tenant.login(USER)),
    }
    print(name)
    print("    " + "  ".join(f"{key} {value:.3g}" for key, value in values.items()), flush=True)
    server.run(tenant.drop())
    return {"name": name, "load": round(os.getloadavg()[0], 1), **values}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--size", type=float, default=1.0, help="gigabytes of each log; less on a busy machine")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    if MySQL97.unavailable():
        raise SystemExit(MySQL97.unavailable())
    folder = tempfile.mkdtemp(prefix="sluice-bench-")
    try:
        print(json.dumps(measure(folder, options)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
