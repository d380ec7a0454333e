"""A binlog client of our own that sends each command as a test wants it, right or wrong, and shows each packet."""

import re
import struct
import uuid

import pymysql

from binlog_file import ARTIFICIAL, FORMAT_DESCRIPTION, ROTATE, parse_event
from clients import Source, next_server_id

COM_BINLOG_DUMP, COM_REGISTER_SLAVE, COM_BINLOG_DUMP_GTID = 0x12, 0x15, 0x1E
NON_BLOCKING, USE_HEARTBEAT_V2, THROUGH_GTID = 0x01, 0x02, 0x04


class EndOfLog(Exception):
    """The server sent EOF: it was asked not to wait and has nothing more."""


class _Connection(pymysql.connections.Connection):
    """pymysql, told which authentication to begin with instead of following the server's greeting."""

    wanted_plugin = None

    def _get_server_information(self):
        super()._get_server_information()
        self.offered_plugin = self._auth_plugin_name
        if self.wanted_plugin:
            self._auth_plugin_name = self.wanted_plugin


def connect(source, plugin=None, tls=None, attributes=None, **extra):
    """A connection to a server or instance. `plugin`: mysql_native_password or caching_sha2_password, else what the
    server greets with. `tls`: True for TLS without verification. `attributes`: of the connection, some 200 bytes."""
    source = Source.of(source)
    connection_class = type("Connection", (_Connection,), {"wanted_plugin": plugin})
    options = {
        "host": source.host,
        "port": source.port,
        "user": source.user,
        "password": source.password,
        "connect_timeout": 10,
        "read_timeout": 20,
        "autocommit": None,
        **extra,
    }
    if tls:
        options["ssl"] = {"verify_mode": "none"}
    else:
        options["ssl_disabled"] = True
    connection = connection_class(**options, defer_connect=True)
    connection._connect_attrs.update(attributes or {})
    connection.connect()
    return connection


def encode_gtid_set(text):
    """The wire form of 'uuid:1-5:7,uuid:...', neighbouring intervals joined as MySQL wants them."""
    parts = [part.strip() for part in re.sub(r"\s", "", text).split(",") if part.strip()]
    data = struct.pack("<Q", len(parts))
    for part in parts:
        name, *intervals = part.split(":")
        joined = _joined(intervals)
        data += uuid.UUID(name).bytes + struct.pack("<Q", len(joined))
        data += b"".join(struct.pack("<QQ", first, last + 1) for first, last in joined)
    return data


def _joined(intervals):
    found = []
    for interval in intervals:
        first, _, last = interval.partition("-")
        first, last = int(first), int(last or first)
        if found and found[-1][1] + 1 == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


class Dump:
    """One connection that dumps. Iterating gives Events; a refusal is a pymysql error with code and text."""

    def __init__(self, source, checksum="CRC32", register=True, **how):
        self.connection = connect(source, **how)
        self.server_id = next_server_id()
        self.checksums = checksum == "CRC32"
        self.format_seen = False
        if checksum:
            self.query(f"SET @master_binlog_checksum = '{checksum}', @source_binlog_checksum = '{checksum}'")
        if register:
            self.register()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection._force_close()

    def query(self, statement):
        with self.connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def heartbeat(self, seconds):
        period = int(seconds * 1e9)
        self.query(f"SET @master_heartbeat_period = {period}, @source_heartbeat_period = {period}")

    def register(self):
        payload = struct.pack("<I", self.server_id) + b"\x00\x00\x00" + struct.pack("<HII", 0, 0, 0)
        self.connection._execute_command(COM_REGISTER_SLAVE, payload)
        self.connection._read_packet()

    def at(self, file, position=4, flags=0):
        name = file.encode() if isinstance(file, str) else file
        self.connection._execute_command(COM_BINLOG_DUMP, struct.pack("<IHI", position, flags, self.server_id) + name)
        return self

    def beyond(self, gtid_set, file="", position=4, flags=THROUGH_GTID):
        data = encode_gtid_set(gtid_set) if isinstance(gtid_set, str) else gtid_set
        name = file.encode()
        self.connection._execute_command(
            COM_BINLOG_DUMP_GTID,
            struct.pack("<HII", flags, self.server_id, len(name))
            + name
            + struct.pack("<QI", position, len(data))
            + data,
        )
        return self

    def packet(self, seconds=20):
        """The payload of the next packet, joined where the protocol divided it."""
        self.connection._read_timeout = seconds
        return bytes(self.connection._read_packet().get_all_data())

    def event(self, seconds=20):
        data = self.packet(seconds)
        if data[:1] == b"\xfe" and len(data) < 9:
            raise EndOfLog
        assert data[:1] == b"\x00", f"a packet of a dump begins with {data[:1]!r}"
        # Before the format description, whose last byte tells, an artificial rotate carries what was negotiated.
        event = parse_event(data[1:], self.checksums)
        if event.kind == FORMAT_DESCRIPTION:
            self.checksums = event.body[-1] == 1
        return event

    def __iter__(self):
        while True:
            try:
                yield self.event()
            except EndOfLog:
                return

    def first(self, count):
        return [self.event() for _ in range(count)]


def is_artificial_rotate(event):
    return event.kind == ROTATE and event.flags & ARTIFICIAL


def rotate_target(event):
    return event.body[8:].decode(), struct.unpack_from("<Q", event.body)[0]
