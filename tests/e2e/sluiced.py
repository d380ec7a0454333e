"""A sluiced process: its configuration, life, statements and instances."""

import os
import signal
import time

import pymysql

from clients import Source
from hosted_instances import instances_in
from instance import PASSWORD, PROGRAM as INSTANCE_PROGRAM, USER, account_lines, toml
from namespaces import LOOPBACK
from processes import Process, ProgramFailed, free_port, tail, wait_until

PROGRAM = os.environ.get("SLUICED_PROGRAM", os.path.join(os.path.dirname(INSTANCE_PROGRAM), "sluiced"))
ADMIN = "chief"
ADMIN_PASSWORD = "administer 9"


class Sluiced:
    """One Binlog server. `metadb`: the [metadb] section; SQLite where nothing is given. `host`: where it runs;
    `client`: where those are that ask it. The sections may be changed by keyword, as those of Instance."""

    def __init__(self, folder, metadb=None, host=LOOPBACK, client=LOOPBACK, directory=None, **sections):
        self.folder = folder
        self.directory = directory or os.path.join(folder, "server")
        self.log = os.path.join(folder, "sluiced.log")
        self.host = host
        self.client = client
        self.address = host.address
        alone = host is LOOPBACK
        first = free_port() if alone else 8100
        self.sections = {
            "server": {
                "directory": self.directory,
                "address": self.address,
                "listen": self.address,
                "port": 0 if alone else 2983,
                "cluster": "test",
            },
            "metadb": metadb or {"kind": "sqlite"},
            "instances": {"first_port": first, "last_port": first + 200},
            "metrics": {"port": 0 if alone else 2984},
            "messages": {},
            "administrator": {"name": ADMIN},
        }
        for name, values in sections.items():
            self.sections[name].update(values)
        self.program = PROGRAM
        self.environment = {}  # of its process, and so of its instances
        self.process = None
        self.end_expected = False
        self.port = 0
        os.makedirs(folder, exist_ok=True)

    # -- life ----------------------------------------------------------------------------------------------------

    def write_configuration(self):
        path = os.path.join(self.folder, "sluiced.toml")
        lines = []
        for section, values in self.sections.items():
            lines += ["", f"[{section}]"] + [
                f"{key} = {toml(value)}" for key, value in values.items() if value is not None
            ]
            if section == "administrator":
                lines.append(account_lines(ADMIN_PASSWORD))
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def launch(self):
        """Starts the process without waiting for anything."""
        try:
            os.remove(self._port_file())
        except FileNotFoundError:
            pass
        return self.begin()

    def begin(self):
        """The same, with the directory as it is found."""
        self.end_expected = False
        words = [self.program, "--config", self.write_configuration()]
        self.process = self.host.process(words, self.log, environment=self.environment)
        return self

    def refusal(self, seconds=15):
        """What it says that cannot start."""
        code = self.process.wait(seconds)
        self.end_expected = True
        assert code == 1, f"it ended with {code}: {tail(self.log)}"
        return self.log_text()

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
                self.connect().close()
                return
            except (OSError, ValueError, pymysql.MySQLError) as error:
                if time.monotonic() > deadline:
                    raise ProgramFailed(f"sluiced is not ready after {seconds} s: {error}\n{tail(self.log)}") from None
            time.sleep(0.02)

    def stop(self):
        """In order; its instances go on."""
        self.end_expected = True
        code = self.process.terminate(30)
        if code not in (0, -signal.SIGTERM):
            raise ProgramFailed(f"sluiced ended with {code}: {tail(self.log)}")

    def kill(self):
        self.end_expected = True
        self.process.kill()

    def restart(self):
        self.stop()
        return self.start()

    def close(self):
        """Ends it and its instances. A server that had ended by itself is an error, whatever the test looked at."""
        crashed = self.process is not None and not self.process.running and not self.end_expected
        if self.process is not None:
            self.process.kill()
        for instance in self.instances():
            instance.kill()
        if crashed:
            raise ProgramFailed("ended by itself: " + self.process.log_tail())

    def _port_file(self):
        return os.path.join(self.directory, "port")

    @property
    def running(self):
        return self.process is not None and self.process.running

    # -- what it says --------------------------------------------------------------------------------------------

    def log_text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def log_paths(self):
        return [self.log] + [instance.log for instance in self.instances()]

    def connect(self, user=ADMIN, password=ADMIN_PASSWORD, **extra):
        values = {
            "host": self.address,
            "port": self.port,
            "user": user,
            "password": password,
            "autocommit": None,
            "connect_timeout": 10,
            "read_timeout": 60,
            **extra,
        }
        with self.client.inside():
            return pymysql.connect(**values)

    def prepare(self):
        """The account of subscribers; and what is free on the machine that runs the tests shall decide nothing."""
        self.run(
            f"CREATE USER IF NOT EXISTS {USER} IDENTIFIED BY '{PASSWORD}'",
            "ALTER BINLOG CLUSTER SET enable_resource_check = OFF",
        )
        return self

    def result(self, statement, **who):
        """(names of the columns, rows as tuples); ([], ()) for an OK."""
        with self.connect(**who) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return [column[0] for column in cursor.description or ()], cursor.fetchall()

    def rows(self, statement, **who):
        names, rows = self.result(statement, **who)
        return [dict(zip(names, row)) for row in rows]

    def run(self, *statements, **who):
        """Statements on one connection, of which nothing is wanted but that they are carried out."""
        with self.connect(**who) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def error(self, statement, **who):
        """(number, text) of the error that a statement must give."""
        try:
            found = self.result(statement, **who)
        except pymysql.MySQLError as error:
            return error.args[0], error.args[1]
        raise AssertionError(f"no error but {found} for: {statement}")

    # -- tenants and their instances -----------------------------------------------------------------------------

    def create(self, tenant, clause="", seconds=60, **how):
        """Creates a tenant and waits until it is served. Gives its primary's row of SHOW BINLOG SERVER."""
        self.run(tenant.create(clause, **how))
        return self.wait_served(tenant, seconds)

    def wait_served(self, tenant, seconds=60):
        def look():
            try:
                row = self.rows(tenant.where())[0]
            except pymysql.MySQLError as error:
                last.append(error.args)
                return None
            last.append(row)
            return row if row["status"] == "OK" else None

        last = []
        return wait_until(look, seconds, lambda: f"{tenant.sql} served, but {last[-1:]}\n{tail(self.log)}", every=0.1)

    def instances(self):
        """What it keeps in its directory, whatever it says itself."""
        return instances_in(self.directory)

    def source(self, tenant, user=USER, password=PASSWORD):
        """Where a subscriber of a tenant logs in, as clients.py wants it."""
        return Source(self.port, tenant.login(user), password, self.address)
