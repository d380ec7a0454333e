"""What the benchmarks measure with: a MySQL 9.7 with a log of a given shape, an instance, cheap subscribers."""

import atexit
import functools
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

from instance import PASSWORD, USER, Instance
from processes import REPOSITORY, Process, wait_until
from servers import CAPTURE_PASSWORD, CAPTURE_USER, MySQL97

SUBSCRIBERS = os.path.join(REPOSITORY, "build", "release", "bench", "sluice-subscribers")
GIGABYTE = 1e9
# The source must be able to fill its log quickly, and to serve it as fast as it can.
SOURCE_OPTIONS = {
    "binlog_rows_query_log_events": "OFF",
    "max_binlog_size": "1G",
    "innodb_buffer_pool_size": "256M",
    "innodb_redo_log_capacity": "512M",
    "innodb_doublewrite": "OFF",
    "max_connections": 1000,
}
_FILL = """CREATE PROCEDURE d.fill(transactions INT, row_count INT, row_size INT)
BEGIN
  DECLARE done, filled INT DEFAULT 0;
  DECLARE value VARBINARY(8000);
  WHILE done < transactions DO
    SET value = RANDOM_BYTES(64), filled = 0;
    SET value = REPEAT(value, 1 + row_size DIV 64);
    START TRANSACTION;
    WHILE filled < row_count DO
      INSERT INTO d.t (b) VALUES (LEFT(value, row_size));
      SET filled = filled + 1;
    END WHILE;
    COMMIT;
    SET done = done + 1;
  END WHILE;
END"""


class Source(MySQL97):
    """MySQL 9.7 whose log holds transactions of one shape."""

    def __init__(self, folder):
        super().__init__(folder, dict(SOURCE_OPTIONS))
        self.transactions = 0

    def _first_statements(self):
        super()._first_statements()
        self.run_unlogged("CREATE DATABASE d", _FILL)

    def fill(self, size, row_count, row_size):
        """A log of `size` bytes, in a file of its own per GiB: transactions of `row_count` rows of `row_size` bytes."""
        self.run_unlogged("DROP TABLE IF EXISTS d.t")
        self.sql("RESET BINARY LOGS AND GTIDS")
        self.sql("CREATE TABLE d.t (a INT AUTO_INCREMENT PRIMARY KEY, b VARBINARY(8000))")
        self.sql(f"CALL d.fill(1, {row_count}, {row_size})")
        self.transactions = 1
        self.add(size, row_count, row_size)
        self.run_unlogged("TRUNCATE d.t")

    def add(self, size, row_count, row_size):
        """About so many bytes more."""
        before = self.log_size()
        self.sql(f"CALL d.fill(2, {row_count}, {row_size})")
        each = (self.log_size() - before) / 2
        count = max(1, int(size / each))
        self.sql(f"CALL d.fill({count}, {row_count}, {row_size})")
        self.transactions += count + 2

    def log_size(self):
        return sum(int(row[1]) for row in self.sql("SHOW BINARY LOGS"))


def capture(folder, server, **sections):
    """An instance that captures `server` from its beginning, not started yet. It reads without TLS, as mysqlbinlog
    does here, and need not make a key first."""
    certificate, key = _certificate()
    wanted = {
        "log": {"max_binlog_size": 1 << 30},
        "source": {"tls": "off"},
        "listen": {"tls_certificate": certificate, "tls_key": key},
    }
    for name, values in sections.items():
        wanted[name] = {**wanted.get(name, {}), **values}
    return Instance(folder, server, **wanted)


@functools.cache
def _certificate():
    folder = tempfile.mkdtemp(prefix="sluice-bench-tls-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    paths = (f"{folder}/certificate.pem", f"{folder}/key.pem")
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=bench", "-days", "2"]
    subprocess.run([*words, "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    return paths


class Subscribers:
    """The C++ subscribers, pointed at a server."""

    def __init__(self, server):
        if isinstance(server, Instance):
            account = (USER, PASSWORD)
        else:
            account = (CAPTURE_USER, CAPTURE_PASSWORD)
        self.pid = server.process.pid
        self.words = [SUBSCRIBERS, f"--address=127.0.0.1:{server.port}", f"--user={account[0]}"]
        self.words += [f"--password={account[1]}", f"--server-pid={self.pid}"]

    def run(self, command, *arguments, seconds=600, **options):
        """One measurement: the numbers it printed."""
        done = subprocess.run(
            self._words(command, arguments, options), capture_output=True, text=True, timeout=seconds, check=False
        )
        if done.returncode != 0:
            raise SystemExit(f"the subscribers failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def start(self, command, log, *arguments, **options):
        """The same in the background, as a Process."""
        return Process(self._words(command, arguments, options), log)

    def stay(self, **options):
        """Subscribers that stay until close() of what this returns."""
        return Staying(self._words("stay", (), options))

    def _words(self, command, arguments, options):
        words = list(self.words)
        for name, value in options.items():
            name = name.replace("_", "-")
            words += [f"--{name}"] if value is True else [] if value is False else [f"--{name}={value}"]
        return words + [command, *arguments]


class Staying:
    """Subscribers that have subscribed and stay."""

    def __init__(self, words):
        self.popen = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if self.popen.stdout.readline().strip() != b"ready":
            raise SystemExit(f"the subscribers failed: {self.popen.stderr.read().decode()}")

    def close(self):
        self.popen.stdin.close()
        self.popen.wait(30)


def cpu_seconds(pid):
    """CPU time of a process so far, in the clock's ticks of 10 ms."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Rss:"))


def has_everything(instance, source, seconds=600):
    """Waits until the instance holds all GTIDs of the source."""
    wanted = source.gtid()
    wait_until(lambda: _executed(instance) == wanted, seconds, f"{wanted} in the instance", every=0.1)


def _executed(instance):
    return instance.gtid() if instance.rows("SHOW MASTER STATUS") else ""


def median_of(runs, key):
    return statistics.median(run[key] for run in runs)


def settle():
    """What the runs before left to do (write-back, closing) should not fall into the next one."""
    os.sync()
    time.sleep(0.5)
