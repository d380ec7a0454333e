#!/usr/bin/env python3
"""How fast a full binlog gets through an instance, against mysqlbinlog --raw from the same MySQL 9.7 in the same run.

Each round copies the source's whole log once with mysqlbinlog --raw and once by an instance started from nothing
(capture, conversion, files), one after the other. Prints a table and, as the last line, JSON; medians of the rounds."""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "e2e"))
import clients  # noqa: E402
import instance  # noqa: E402
import servers  # noqa: E402

ROUNDS = int(os.environ.get("SLUICE_BENCH_ROUNDS", "3"))
MEGABYTES = int(os.environ.get("SLUICE_BENCH_MEGABYTES", "200"))
SHAPES = {
    "1 KB rows, 1 a transaction": (1000, 1),
    "1 KB rows, 1000 a transaction": (1000, 1000),
    "6 KB rows, 1 a transaction": (6000, 1),
}


def fill(server, row_size, rows):
    """A log of about MEGABYTES of transactions of one shape."""
    server.sql("DROP DATABASE IF EXISTS bench", "CREATE DATABASE bench",
               "CREATE TABLE bench.t (id BIGINT AUTO_INCREMENT PRIMARY KEY, body VARCHAR(8000)) ENGINE=InnoDB",
               "FLUSH BINARY LOGS")
    start = server.position()[0]
    count = MEGABYTES * 1_000_000 // row_size // rows
    connection = server.connect(autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE PROCEDURE bench.fill(n INT, k INT, size INT) BEGIN "
            "DECLARE i INT DEFAULT 0; DECLARE j INT; "
            "WHILE i < n DO START TRANSACTION; SET j = 0; WHILE j < k DO "
            "INSERT INTO bench.t (body) VALUES (REPEAT(CHAR(97 + (i + j) % 26), size)); "
            "SET j = j + 1; END WHILE; COMMIT; SET i = i + 1; END WHILE; END"
        )
        cursor.execute("FLUSH BINARY LOGS")
        start = server.position()[0]
        cursor.execute(f"CALL bench.fill({count}, {rows}, {row_size})")
    connection.close()
    return start, count


def copy_raw(server, first_file, folder):
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    subprocess.run(
        clients.mysqlbinlog_command(server, "--raw", "--to-last-log", first_file),
        cwd=folder,
        check=True,
        stderr=subprocess.DEVNULL,
    )
    seconds = time.monotonic() - started
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    size = sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder))
    return seconds, cpu, size


def capture(server, first_file, folder):
    """Time from the start of the instance's capture to the whole log being served; its processor time."""
    target = server.gtid()
    program = instance.Instance(folder, [server], source={"start": f"file:{first_file}:4", "tls": "off"})
    started = time.monotonic()
    program.start()
    while program.rows("SELECT @@GLOBAL.gtid_executed")[0][0].replace("\n", "") != target.replace("\n", ""):
        time.sleep(0.005)
    seconds = time.monotonic() - started
    with open(f"/proc/{program.process.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    program.stop()
    binlog = os.path.join(folder, "data", "binlog")
    names = [name for name in os.listdir(binlog) if name.startswith("mysql-bin.0")]
    size = sum(os.path.getsize(os.path.join(binlog, name)) for name in names)
    return seconds, cpu, size


def measure(server, name, row_size, rows, folder):
    first_file, transactions = fill(server, row_size, rows)
    results = {"raw": [], "sluice": []}
    for number in range(ROUNDS):
        for kind, work in (("raw", copy_raw), ("sluice", capture)):
            place = os.path.join(folder, f"{kind}-{row_size}-{rows}-{number}")
            os.makedirs(place)
            results[kind].append(work(server, first_file, place))
            subprocess.run(["rm", "-rf", place], check=True)
    line = {"shape": name, "transactions": transactions}
    for kind, rounds in results.items():
        seconds = statistics.median(r[0] for r in rounds)
        size = rounds[0][2]
        line[kind] = {"seconds": round(seconds, 3), "megabytes_per_second": round(size / seconds / 1e6, 1),
                      "cpu_seconds_per_gigabyte": round(statistics.median(r[1] for r in rounds) / size * 1e9, 2)}
    line["times_faster"] = round(line["raw"]["seconds"] / line["sluice"]["seconds"], 2)
    return line


def main():
    missing = servers.MySQL97.unavailable()
    if missing:
        print(f"SKIPPED: no MySQL 9.7: {missing}")
        return
    lines = []
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as folder:
        server = servers.MySQL97(os.path.join(folder, "source")).start()
        try:
            for name, (row_size, rows) in SHAPES.items():
                lines.append(measure(server, name, row_size, rows, folder))
        finally:
            server.stop()
    print(f"{'':32}{'mysqlbinlog --raw':>24}{'instance':>24}")
    for line in lines:
        raw, sluice = (line[kind]["megabytes_per_second"] for kind in ("raw", "sluice"))
        print(f"{line['shape']:32}{raw:>19} MB/s{sluice:>19} MB/s   {line['times_faster']} times")
    print(json.dumps(lines))


if __name__ == "__main__":
    main()
