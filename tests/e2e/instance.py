"""A sluice-instance process: its configuration, life and files."""

import os
import secrets
import signal
import socket
import subprocess
import time

import pymysql

from processes import Process, ProgramFailed, REPOSITORY, tail, wait_until
from servers import CAPTURE_PASSWORD, CAPTURE_USER
from stored_log import StoredLog

PROGRAM = os.environ.get(
    "SLUICE_PROGRAM",
    os.path.join(REPOSITORY, "build", os.environ.get("SLUICE_PRESET", "release"), "src", "sluice-instance"),
)
USER = "repl"
ADMIN = "root"
RELAY = "sluice_server"
PASSWORD = "subscriber 7"
_account_lines = {}


def account_lines(password):
    """What `sluice-instance hash-password` prints for a password: the lines of an [[account]]."""
    if password not in _account_lines:
        done = subprocess.run(
            [PROGRAM, "hash-password"], input=password + "\n", capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode != 0:
            raise ProgramFailed(f"sluice-instance hash-password: {done.stdout}{done.stderr}")
        _account_lines[password] = done.stdout.strip()
    return _account_lines[password]


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


class Instance(StoredLog):
    """One instance. `sources` are Servers, or "host:port" texts (a gate); the other sections may be changed by
    keyword: source={"start": "now"}, log={"max_binlog_size": 65536}, listen={...}, tenant={...}."""

    def __init__(self, folder, sources, kind=None, **sections):
        sources = sources if isinstance(sources, list) else [sources]
        addresses = [one if isinstance(one, str) else f"127.0.0.1:{one.port}" for one in sources]
        kind = kind or sources[0].kind
        self.folder = folder
        self.data = os.path.join(folder, "data")
        self.log = os.path.join(folder, "instance.log")
        self.sections = {
            "tenant": {"name": "shop.orders"},
            "source": {
                "kind": kind,
                "addresses": addresses,
                "user": CAPTURE_USER,
                "password": CAPTURE_PASSWORD,
                "start": "earliest",
                "tls": "preferred",
                "heartbeat_seconds": 1,
            },
            "log": {"max_binlog_size": 64 << 20},
            "listen": {"address": "127.0.0.1", "port": 0},
            "metrics": {},
            "parameters": {},
        }
        for name, values in sections.items():
            self.sections[name].update(values)
        self.accounts = {USER: PASSWORD, ADMIN: PASSWORD, RELAY: PASSWORD}
        self.process = None
        self.port = 0
        os.makedirs(folder, exist_ok=True)

    # -- life ----------------------------------------------------------------------------------------------------

    def write_configuration(self):
        path = os.path.join(self.folder, "sluice.toml")
        lines = [f"data_directory = {toml(self.data)}"]
        for section, values in self.sections.items():
            lines += ["", f"[{section}]"] + [
                f"{key} = {toml(value)}" for key, value in values.items() if value is not None
            ]
        for user, password in self.accounts.items():
            lines += ["", "[[account]]", f"name = {toml(user)}", f"admin = {toml(user == ADMIN)}"]
            lines.append(f"relay = {toml(user == RELAY)}")
            lines.append(account_lines(password))
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def launch(self):
        """Starts the process without waiting for anything."""
        path = self.write_configuration()
        try:
            os.remove(self._port_file())
        except FileNotFoundError:
            pass
        self.process = Process([PROGRAM, "--config", path], self.log)
        return self

    def start(self, seconds=60):
        self.launch()
        self.wait_ready(seconds)
        return self

    def wait_ready(self, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            self.process.expect_running()
            try:
                with open(self._port_file(), encoding="ascii") as file:
                    self.port = int(file.read())
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return
            except (OSError, ValueError):
                if time.monotonic() > deadline:
                    raise ProgramFailed(f"the instance is not ready after {seconds} s:\n{tail(self.log)}") from None
            time.sleep(0.01)

    def stop(self):
        code = self.process.terminate(30)
        if code not in (0, -signal.SIGTERM):
            raise ProgramFailed(f"the instance ended with {code}: {tail(self.log)}")

    def kill(self):
        self.process.kill()

    def restart(self):
        self.stop()
        return self.start()

    def follow(self, primary, epoch=1):
        """From its next start on, or at once if it runs, it copies the log of this other instance."""
        address = f"127.0.0.1:{primary.port}"
        self.sections["primary"] = {"address": address, "user": ADMIN, "password": PASSWORD, "epoch": epoch}
        self._reload()

    def lead(self):
        """The same, but it captures from the source."""
        self.sections.pop("primary", None)
        self._reload()

    def _reload(self):
        if self.running:
            self.write_configuration()
            os.kill(self.process.pid, signal.SIGHUP)

    def capture_state(self):
        return self.rows("SHOW STATUS LIKE 'sluice_capture_state'")[0]["Value"]

    def _port_file(self):
        return os.path.join(self.data, "port")

    def metrics_port(self):
        with open(os.path.join(self.data, "metrics_port"), encoding="ascii") as file:
            return int(file.read())

    @property
    def running(self):
        return self.process is not None and self.process.running

    # -- what it says --------------------------------------------------------------------------------------------

    def log_text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_log(self, *words, seconds=30):
        """Waits until one line of the log holds all the words (in any case) and returns it."""

        def look():
            for line in self.log_text().splitlines():
                if all(word.lower() in line.lower() for word in words):
                    return line
            return None

        return wait_until(look, seconds, lambda: f"a log line with {words} in\n{tail(self.log)}")

    def connect(self, user=USER, password=PASSWORD, **extra):
        values = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": user,
            "password": password,
            "autocommit": None,
            "connect_timeout": 10,
            "read_timeout": 60,
            **extra,
        }
        return pymysql.connect(**values)

    def rows(self, statement, user=USER):
        with self.connect(user, cursorclass=pymysql.cursors.DictCursor) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def value(self, statement):
        return next(iter(self.rows(statement)[0].values()))

    def position(self):
        row = self.rows("SHOW MASTER STATUS")[0]
        return row["File"], int(row["Position"])

    def gtid(self):
        return self.rows("SHOW MASTER STATUS")[0]["Executed_Gtid_Set"].replace("\n", "")

    # -- what it stored ------------------------------------------------------------------------------------------

    def wait_for_mark(self, token, seconds=60):
        """Waits until the statement that `mark` ran on the source is in the log."""

        def look():
            self.process.expect_running()
            return self.holds(token, start=-2)

        wait_until(look, seconds, lambda: f"{token} in the log; the instance says:\n{tail(self.log)}")

    def catch_up(self, source, seconds=120):
        """Marks the end of the source's log and waits until the mark is stored. Returns the mark."""
        token = mark(source)
        self.wait_for_mark(token, seconds)
        return token


def mark(source):
    """Runs a statement on a server that can be found again in its log and on its replicas: an empty table whose name
    is the returned text, in the database `marks`."""
    token = "mark_" + secrets.token_hex(8)
    source.sql("CREATE DATABASE IF NOT EXISTS marks", f"CREATE TABLE marks.{token} (a int)")
    return token
