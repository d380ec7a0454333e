"""Private real database servers: each in a folder and on a loopback port of its own, ended by pid."""

import os
import shutil
import subprocess
import tempfile
import time

import pymysql

from processes import Process, ProgramFailed, TOOLS, free_port, tail

CAPTURE_USER = "sluice"
CAPTURE_PASSWORD = "capture me 42"

# What makes commits fast in a test and is still whole after kill -9: files are written, only not forced to the disk.
_QUICK = {"innodb_flush_log_at_trx_commit": 2, "sync_binlog": 0, "innodb_buffer_pool_size": "64M"}
_next_server_id = 100


def _new_server_id():
    global _next_server_id
    _next_server_id += 1
    return _next_server_id


class Server:
    """A database server. Class attributes say what kind it is; `options` go into its configuration file."""

    kind = ""  # the [source] kind for Sluice: "mysql" or "mariadb"
    name = ""
    capture_grants = "REPLICATION SLAVE, REPLICATION CLIENT, SELECT"
    collation = "utf8mb4_general_ci"
    templates = {}  # class name -> folder with a fresh data directory, per session

    def __init__(self, folder, options=None, server_id=None):
        self.folder = folder
        self.data = os.path.join(folder, "data")
        self.socket = os.path.join(folder, "sql.sock")
        self.log = os.path.join(folder, "server.log")
        self.port = free_port()
        self.server_id = server_id or _new_server_id()
        self.options = dict(options or {})
        self.process = None
        os.makedirs(folder, exist_ok=True)

    @classmethod
    def unavailable(cls):
        """Why this server cannot be run here; empty if it can."""
        return ""

    # -- life ----------------------------------------------------------------------------------------------------

    def start(self):
        if not os.path.isdir(self.data):
            self.make_data()
            fresh = True
        else:
            fresh = False
        # A replica that was killed at the wrong moment leaves a file here that keeps it from starting again.
        shutil.rmtree(self._temporary(), ignore_errors=True)
        os.makedirs(self._temporary())
        self._write_configuration()
        self.process = Process(self._command(), self.log, self._environment())
        self._wait_ready()
        if fresh:
            self._first_statements()
        return self

    def stop(self):
        self.process.terminate(60)

    def kill(self):
        self.process.kill()

    def restart(self, options=None):
        if self.process.running:
            self.stop()
        self.options.update(options or {})
        return self.start()

    @property
    def running(self):
        return self.process is not None and self.process.running

    def _wait_ready(self, seconds=90):
        deadline = time.monotonic() + seconds
        while True:
            if not self.process.running:
                raise ProgramFailed(f"{self.name} did not start:\n{tail(self.log)}")
            try:
                self.connect().close()
                return
            except pymysql.err.MySQLError as error:
                if time.monotonic() > deadline:
                    raise ProgramFailed(
                        f"{self.name} not ready within {seconds} s ({error}):\n{tail(self.log)}"
                    ) from error
            time.sleep(0.05)

    def make_data(self):
        """The data directory of a server that never ran; start() makes it where it is missing."""
        template = Server.templates.get(type(self).__name__)
        if template is None:
            self._initialise_whole(self.data)
        else:
            if not os.path.isdir(template):
                self._initialise_whole(template)
            subprocess.run(["cp", "-a", "--reflink=auto", template, self.data], check=True)
        identity = os.path.join(self.data, "auto.cnf")
        if os.path.exists(identity):
            os.remove(identity)  # the server makes itself a fresh server_uuid

    def _initialise_whole(self, data):
        """All or nothing: what failed half-way must not be taken for a data directory later. In a tmpdir of its own,
        for a MariaDB that starts deletes the temporary tables it finds there, those of another too."""
        with tempfile.TemporaryDirectory(prefix=os.path.basename(data), dir=os.path.dirname(data)) as folder:
            temporary, unfinished = os.path.join(folder, "tmp"), os.path.join(folder, "data")
            os.mkdir(temporary)
            self._initialise(unfinished, temporary)
            os.rename(unfinished, data)

    def _write_configuration(self):
        values = {
            "user": "root",
            "datadir": self.data,
            "socket": self.socket,
            "port": self.port,
            "bind_address": "127.0.0.1",
            "tmpdir": self._temporary(),
            "pid_file": os.path.join(self.folder, "server.pid"),
            "log_error": self.log,
            "server_id": self.server_id,
            "log_bin": "source-bin",
            "binlog_format": "ROW",
            "binlog_row_image": "FULL",
            "character_set_server": "utf8mb4",
            "collation_server": self.collation,
            "max_allowed_packet": "1G",
            "skip_name_resolve": "ON",
            "innodb_file_per_table": "ON",
            **_QUICK,
            **self._own_options(),
            **self.options,
        }
        with open(os.path.join(self.folder, "my.cnf"), "w", encoding="utf-8") as file:
            file.write("[mysqld]\n")
            for key, value in values.items():
                if value is not None:  # None takes a default away
                    file.write(f"{key}={value}\n" if value != "" else f"{key}\n")

    def _first_statements(self):
        self.run_unlogged(
            f"CREATE USER '{CAPTURE_USER}'@'%' IDENTIFIED BY '{CAPTURE_PASSWORD}'",
            f"GRANT {self.capture_grants} ON *.* TO '{CAPTURE_USER}'@'%'",
        )

    def _temporary(self):
        return os.path.join(self.folder, "tmp")

    def _environment(self):
        return {}

    # -- SQL -----------------------------------------------------------------------------------------------------

    def connect(self, **extra):
        """A connection of root over the socket, autocommit on."""
        values = {
            "unix_socket": self.socket,
            "user": "root",
            "charset": "utf8mb4",
            "autocommit": True,
            "connect_timeout": 10,
            "read_timeout": 300,
            "max_allowed_packet": 1 << 30,
            **extra,
        }
        return pymysql.connect(**values)

    def sql(self, *statements):
        """Runs statements on one connection; the rows of the last one, as tuples."""
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall()

    def row(self, statement):
        """The first row as a dictionary, empty if there is none."""
        with self.connect(cursorclass=pymysql.cursors.DictCursor) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone() or {}

    def value(self, statement):
        rows = self.sql(statement)
        return rows[0][0] if rows else None

    def run_unlogged(self, *statements):
        """Statements that do not enter this server's binlog."""
        self.sql("SET sql_log_bin = 0", *statements)

    def position(self):
        """(file, offset) of the end of the binlog."""
        row = self.row("SHOW MASTER STATUS")
        return row["File"], int(row["Position"])

    def binlogs(self):
        return [row[0] for row in self.sql("SHOW BINARY LOGS")]

    def account(self, user, password, grants):
        self.run_unlogged(
            f"CREATE USER '{user}'@'%' IDENTIFIED BY '{password}'", f"GRANT {grants} ON *.* TO '{user}'@'%'"
        )


class MariaDB(Server):
    """MariaDB 10.11 as Debian packages it."""

    kind = "mariadb"
    name = "MariaDB 10.11"

    def _initialise(self, data, temporary):
        done = subprocess.run(
            [
                "mariadb-install-db",
                "--no-defaults",
                f"--datadir={data}",
                f"--tmpdir={temporary}",
                "--user=root",
                "--skip-test-db",
                "--auth-root-authentication-method=normal",
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            raise ProgramFailed(f"mariadb-install-db: {done.stdout}{done.stderr}")

    def _own_options(self):
        plugins = "/usr/lib/x86_64-linux-gnu/libmariadb3/plugin"
        return {
            "gtid_strict_mode": "ON",
            "binlog_row_metadata": "FULL",
            "log_slave_updates": "ON",
            "binlog_annotate_row_events": "ON",
            "innodb_log_file_size": "64M",
            # A replica of MySQL 9 needs the client's half of caching_sha2_password, which the client package has.
            "plugin_dir": self._plugin_folder(plugins),
        }

    def _plugin_folder(self, client_plugins):
        folder = os.path.join(self.folder, "plugin")
        if not os.path.isdir(folder):
            os.makedirs(folder)
            for source in ("/usr/lib/mysql/plugin", client_plugins):
                for file in os.listdir(source) if os.path.isdir(source) else []:
                    target = os.path.join(folder, file)
                    if not os.path.exists(target):
                        os.symlink(os.path.join(source, file), target)
        return folder

    def _command(self):
        return ["/usr/sbin/mariadbd", f"--defaults-file={self.folder}/my.cnf"]

    def gtid(self):
        return self.value("SELECT @@global.gtid_binlog_pos")


class MySQL56(Server):
    """MySQL 5.6.24 from the npm package, brought by tools/get_mysql56.sh."""

    kind = "mysql"
    name = "MySQL 5.6"
    home = os.path.join(TOOLS, "mysql56", "server")

    def __init__(self, folder, options=None, server_id=None, gtid=True):
        super().__init__(folder, options, server_id)
        self.has_gtids = gtid

    @classmethod
    def unavailable(cls):
        return (
            ""
            if os.path.exists(cls.home + "/mysqld")
            else "MySQL 5.6 is not there: tools/get_mysql56.sh found no npm package"
        )

    def _initialise(self, data, temporary):
        shutil.copytree(os.path.join(self.home, "data", "mysql"), data)

    def _own_options(self):
        on = "ON" if self.has_gtids else "OFF"
        return {
            "basedir": self.home,
            "lc_messages_dir": self.home + "/share",
            "character_sets_dir": self.home + "/share/charsets",
            "performance_schema": "OFF",
            "log_slave_updates": "ON",
            "gtid_mode": on,
            "enforce_gtid_consistency": on,
            "explicit_defaults_for_timestamp": "ON",
            "innodb_log_file_size": "256M",
            "binlog_rows_query_log_events": "ON",
        }

    def _command(self):
        return [self.home + "/mysqld", f"--defaults-file={self.folder}/my.cnf"]

    def _environment(self):
        return {"LD_LIBRARY_PATH": self.home}

    def _first_statements(self):
        self.run_unlogged("DELETE FROM mysql.user WHERE user = ''", "FLUSH PRIVILEGES")
        super()._first_statements()

    def gtid(self):
        return self.value("SELECT @@global.gtid_executed").replace("\n", "")


class MySQL97(Server):
    """MySQL 9.7 from Debian's unstable suite, brought by tools/get_mysql97.sh."""

    kind = "mysql"
    name = "MySQL 9.7"
    home = os.path.join(TOOLS, "mysql97")
    unpacked = os.path.join(home, "root")
    collation = "utf8mb4_0900_ai_ci"

    @classmethod
    def unavailable(cls):
        return (
            "" if os.path.exists(cls.home + "/version") else "MySQL 9.7 is not there: Debian unstable did not offer it"
        )

    @classmethod
    def program(cls, path):
        """The words that start an unpacked program: program("usr/bin/mysqlbinlog")."""
        return [cls.home + "/my9", path]

    def _basics(self):
        share = self.unpacked + "/usr/share/mysql"
        return {"basedir": self.unpacked + "/usr", "lc_messages_dir": share, "character_sets_dir": share + "/charsets"}

    def _initialise(self, data, temporary):
        basics = [f"--{key.replace('_', '-')}={value}" for key, value in self._basics().items()]
        done = subprocess.run(
            self.program("usr/sbin/mysqld")
            + [
                "--no-defaults",
                "--user=root",
                f"--datadir={data}",
                f"--tmpdir={temporary}",
                *basics,
                "--innodb-redo-log-capacity=64M",
                "--initialize-insecure",
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            raise ProgramFailed(f"mysqld --initialize-insecure: {done.stdout}{done.stderr}")

    def _own_options(self):
        return {
            **self._basics(),
            "secure_file_priv": '""',
            "plugin_dir": self.unpacked + "/usr/lib/mysql/plugin",
            "mysqlx": "OFF",
            "performance_schema": "OFF",
            "innodb_redo_log_capacity": "64M",
            "binlog_rows_query_log_events": "ON",
            "gtid_mode": "ON",
            "enforce_gtid_consistency": "ON",
        }

    def _write_configuration(self):
        self.options.setdefault("binlog_format", None)  # deprecated there: ROW is the default
        super()._write_configuration()

    def _command(self):
        return self.program("usr/sbin/mysqld") + [f"--defaults-file={self.folder}/my.cnf"]

    def position(self):
        row = self.row("SHOW BINARY LOG STATUS")
        return row["File"], int(row["Position"])

    def gtid(self):
        return self.value("SELECT @@global.gtid_executed").replace("\n", "")


KINDS = {"mariadb": MariaDB, "mysql56": MySQL56, "mysql97": MySQL97}
