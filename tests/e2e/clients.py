"""Binlog clients of others, as a test uses them. Each takes a `Source`: where to connect and as whom."""

import json
import os
import re
import subprocess
import zlib
from dataclasses import dataclass

import instance as instances
from processes import Process, ProgramFailed, TOOLS, wait_until
from servers import CAPTURE_PASSWORD, CAPTURE_USER, MySQL97, Server

NODE_CLIENTS = os.path.join(TOOLS, "node_clients")
_HERE = os.path.dirname(os.path.abspath(__file__))
_server_id = 70000


@dataclass(frozen=True)
class Source:
    """What a client connects to: a database server, an instance, or a gate before one of them."""

    port: int
    user: str
    password: str
    host: str = "127.0.0.1"

    @classmethod
    def of(cls, server, port=None):
        if isinstance(server, Source):
            return server
        if isinstance(server, Server):
            return cls(port or server.port, CAPTURE_USER, CAPTURE_PASSWORD)
        return cls(port or server.port, instances.USER, instances.PASSWORD)


def next_server_id():
    global _server_id
    _server_id += 1
    return _server_id


def node_clients_unavailable():
    """Why the npm clients cannot be run here; empty if they can."""
    there = os.path.exists(os.path.join(NODE_CLIENTS, "complete"))
    return "" if there else "the npm clients are not there: tools/get_node_clients.sh could not fetch them"


# -- programs that print or copy a log ---------------------------------------------------------------------------------


def mariadb_binlog_command(source, *arguments):
    source = Source.of(source)
    return [
        "mariadb-binlog",
        "--no-defaults",
        "--read-from-remote-server",
        f"--host={source.host}",
        f"--port={source.port}",
        f"--user={source.user}",
        f"--password={source.password}",
        "--protocol=tcp",
        *arguments,
    ]


def mysqlbinlog_command(source, *arguments, gtid=False):
    source = Source.of(source)
    kind = "BINLOG-DUMP-GTIDS" if gtid else "BINLOG-DUMP-NON-GTIDS"
    return MySQL97.program("usr/bin/mysqlbinlog") + [
        "--no-defaults",
        f"--read-from-remote-source={kind}",
        f"--plugin-dir={MySQL97.unpacked}/usr/lib/mysql/plugin",
        f"--host={source.host}",
        f"--port={source.port}",
        f"--user={source.user}",
        f"--password={source.password}",
        "--get-server-public-key",
        *arguments,
    ]


def run(command, seconds=120):
    """The standard output of a client that ends by itself; its complaint as an exception if it fails."""
    done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    if done.returncode != 0:
        raise ProgramFailed(
            f"{command[0]} ... ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-3000:]}"
        )
    return done.stdout.decode("utf-8", "surrogateescape")


def failure(command, seconds=60):
    """What a client that must fail writes to standard error."""
    done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    assert done.returncode != 0, f"{command[0]} should have failed"
    return done.stderr.decode("utf-8", "replace")


class Follower:
    """A client that never ends by itself; what it prints goes to a file."""

    def __init__(self, command, folder):
        os.makedirs(folder, exist_ok=True)
        self.output = os.path.join(folder, "output")
        with open(self.output, "wb") as output:
            self.process = Process(command, os.path.join(folder, "errors"), folder=folder, stdout=output)

    def text(self):
        with open(self.output, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def wait_for(self, text, seconds=60):
        def look():
            found = text in self.text()
            if not found:
                self.process.expect_running()
            return found

        wait_until(look, seconds, lambda: f"{text!r} from {self.process.log_tail()}")
        return self.text()

    def stop(self):
        self.process.kill()


def decoded_rows(text):
    """The lines of decoded rows (### ...) without what depends on the place of an event."""
    return [line for line in text.split("\n") if line.startswith("###")]


_TYPED_VALUE = re.compile(r"(###   @\d+=)(.*) /\* (.*) \*/")


def plain_columns(text):
    """What mariadb-binlog prints of a MariaDB server's log with -vv as it would be with -v, and with COMPRESSED columns
    decompressed, which it leaves to others."""

    def value(match):
        name, shown, kind = match.groups()
        if " COMPRESSED " not in f" {kind} " or shown == "NULL":
            return name + shown
        stored = re.sub(r"\\x([0-9a-f]{2})", lambda digits: chr(int(digits.group(1), 16)), shown[1:-1])
        plain = _decompressed(stored.encode("utf-8", "surrogateescape"))
        text = "".join(chr(octet) if octet > 0x1F else f"\\x{octet:02x}" for octet in plain)
        return f"{name}'{text.encode('latin1').decode('utf-8', 'surrogateescape')}'"

    return "\n".join(_TYPED_VALUE.sub(value, line) for line in text.split("\n"))


def _decompressed(stored):
    """A value of a COMPRESSED column: see decompress_mariadb_value."""
    if not stored or stored[0] == 0:
        return stored[1:]
    unpacker = zlib.decompressobj(-15 if stored[0] & 8 else 15)
    plain = unpacker.decompress(stored[1 + (stored[0] & 7) :])
    assert len(plain) == int.from_bytes(stored[1 : 1 + (stored[0] & 7)], "big")
    return plain


_ROW = re.compile(
    r"^### (?:(INSERT INTO|UPDATE|DELETE FROM) (`.*`)$|.*(Don't know how to handle column))", re.MULTILINE
)


def row_counts(*texts):
    """For each output of -v {(verb, table): rows}, comparable between the products' programs: without the tables that
    one of them could not decode (mysqlbinlog gives up at geometry), whose further rows it does not print."""
    counts, hidden = [], set()
    for text in texts:
        count, table = {}, ""
        for verb, named, given_up in _ROW.findall(text):
            if given_up:
                hidden.add(table)
            else:
                table = named
                count[verb, table] = count.get((verb, table), 0) + 1
        counts.append(count)
    return [{key: rows for key, rows in count.items() if key[1] not in hidden} for count in counts]


# -- Node clients ------------------------------------------------------------------------------------------------------


def zongji(source, start, databases, until, package="@vlasky/zongji", seconds=120, ssl=False):
    """The events of a log as dictionaries; see clients/zongji.mjs."""
    source = Source.of(source)
    wanted = {
        "package": package,
        "host": source.host,
        "port": source.port,
        "user": source.user,
        "ssl": ssl,
        "password": source.password,
        "serverId": next_server_id(),
        "start": start,
        "databases": databases,
        "until": until,
    }
    done = subprocess.run(
        ["node", os.path.join(_HERE, "clients", "zongji.mjs"), json.dumps(wanted)],
        capture_output=True,
        timeout=seconds,
        check=False,
        env={**os.environ, "SLUICE_NODE_CLIENTS": NODE_CLIENTS},
    )
    lines = done.stdout.decode("utf-8", "surrogatepass").splitlines()
    events = [json.loads(line) for line in lines]
    if done.returncode != 0:
        raise ProgramFailed(
            f"{package} ended with {done.returncode} after {len(events)} events, at last {events[-1:]}: "
            f"{done.stderr.decode('utf-8', 'replace')[-2000:]}"
        )
    return events


def zongji_rows(events):
    """(event, table, rows) of the row events: what must be the same however the log got to the client."""
    return [(event["event"], event["table"], event["rows"]) for event in events if "rows" in event]


# -- replicas ----------------------------------------------------------------------------------------------------------


class Replica:
    """A server that applies a log. `wait_for` ends early, with the server's words, when replication has stopped."""

    def __init__(self, server):
        self.server = server

    def follow(self, source, **how):
        self._stop_threads()
        self._point(Source.of(source), **how)
        self._start_threads()
        return self

    def wait_for(self, token, seconds=120):
        def look():
            errors = self.errors()
            if errors:
                raise ProgramFailed(f"{self.server.name} as replica stopped: {errors}")
            return self.server.value(
                "SELECT COUNT(*) FROM information_schema.tables "
                f"WHERE table_schema = 'marks' AND table_name = '{token}'"
            )

        wait_until(look, seconds, lambda: f"{token} on {self.server.name}: {self.state()}", every=0.1)

    def errors(self):
        """What made replication stop for good; errors of connecting are left to its retries."""
        status = self.state()
        found = [status[key] for key in ("Last_SQL_Error",) if status.get(key)]
        stopped = status[self.io_running] == "No"
        return found + ([status["Last_IO_Error"]] if stopped and status.get("Last_IO_Error") else [])


class MySQLReplica(Replica):
    """MySQL 9.7 following by GTID (auto-position) or by file and position."""

    io_running = "Replica_IO_Running"

    def state(self):
        return self.server.row("SHOW REPLICA STATUS")

    def _stop_threads(self):
        self.server.sql("STOP REPLICA", "RESET REPLICA ALL")

    def _start_threads(self):
        self.server.sql("START REPLICA")

    def _point(self, source, file=None, position=4, ssl=1, retry=1, heartbeat=1):
        place = (
            f"SOURCE_LOG_FILE='{file}', SOURCE_LOG_POS={position}, SOURCE_AUTO_POSITION=0"
            if file
            else "SOURCE_AUTO_POSITION=1"
        )
        self.server.sql(
            f"CHANGE REPLICATION SOURCE TO SOURCE_HOST='{source.host}', SOURCE_PORT={source.port}, "
            f"SOURCE_USER='{source.user}', SOURCE_PASSWORD='{source.password}', SOURCE_SSL={ssl}, "
            f"GET_SOURCE_PUBLIC_KEY=1, SOURCE_CONNECT_RETRY={retry}, "
            f"SOURCE_RETRY_COUNT=1000, SOURCE_HEARTBEAT_PERIOD={heartbeat}, {place}"
        )


class MariaDBReplica(Replica):
    """MariaDB following by file and position, the only way it has with a MySQL source."""

    io_running = "Slave_IO_Running"

    def state(self):
        return self.server.row("SHOW SLAVE STATUS")

    def _stop_threads(self):
        self.server.sql("STOP SLAVE", "RESET SLAVE ALL")

    def _start_threads(self):
        self.server.sql("START SLAVE")

    def _point(self, source, file, position=4, ssl=0, retry=1, heartbeat=1):
        self.server.sql(
            f"CHANGE MASTER TO MASTER_HOST='{source.host}', MASTER_PORT={source.port}, MASTER_USER='{source.user}', "
            f"MASTER_PASSWORD='{source.password}', MASTER_SSL={ssl}, MASTER_SSL_VERIFY_SERVER_CERT=0, "
            f"MASTER_USE_GTID=no, MASTER_CONNECT_RETRY={retry}, MASTER_HEARTBEAT_PERIOD={heartbeat}, "
            f"MASTER_LOG_FILE='{file}', MASTER_LOG_POS={position}"
        )


def replica_options(kind):
    """Options for a server of this kind that is to be a replica."""
    if kind == "mysql97":
        # Without recovery a replica that is killed goes on with half a transaction in its relay log; 9.7.4 then hangs
        # or crashes, whatever its source is.
        recovery = {"relay_log": "relay", "relay_log_recovery": "ON"}
        return {"replica_parallel_workers": 4, "skip_replica_start": "ON", "replica_net_timeout": 10, **recovery}
    # A column that is COMPRESSED at the replica, too, takes plain values only as a conversion.
    conversions = {"slave_type_conversions": "ALL_NON_LOSSY"}
    return {"slave_net_timeout": 10, "skip_slave_start": "ON", "relay_log": "relay", **conversions}
