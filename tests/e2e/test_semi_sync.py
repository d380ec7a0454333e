"""Semi-synchronous subscribers: they are served as such and asked to acknowledge; nobody's commit waits for them."""

import json
import struct
import time

import pymysql
import pytest

import clients
from binlog_file import FORMAT_DESCRIPTION, HEARTBEAT, HEARTBEAT_V2, ROTATE
from processes import wait_until
from raw_client import NON_BLOCKING, Dump, EndOfLog

MAGIC, ACKNOWLEDGE = 0xEF, 0x01
OWN = (HEARTBEAT, HEARTBEAT_V2)


class SemiSyncDump(Dump):
    """Takes the header of each event off; `asked` says whether the last one is to be acknowledged."""

    def __init__(self, source, name="slave", **how):
        super().__init__(source, **how)
        self.query(f"SET @rpl_semi_sync_{name} = 1")
        self.asked = False

    def packet(self, seconds=20):
        data = super().packet(seconds)
        if data[:1] != b"\x00":
            return data
        assert data[1] == MAGIC and data[2] in (0, ACKNOWLEDGE), data[:3]
        self.asked = data[2] == ACKNOWLEDGE
        if self.asked:  # as a replica does: its acknowledgement is numbered 0, and what follows 1
            self.connection._next_seq_id = 1
        return data[:1] + data[3:]

    def acknowledge(self, file, position):
        payload = bytes([MAGIC]) + struct.pack("<Q", position) + file.encode()
        self.connection._write_bytes(struct.pack("<I", len(payload))[:3] + b"\x00" + payload)


@pytest.fixture(scope="module")
def pair(module_workshop):
    source = module_workshop.server("mariadb")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b longblob)")
    instance = module_workshop.instance(source, log={"max_binlog_size": 200000})
    for size in (10, 30000, 30000, 2000000, 20000, 17000000, 10):
        source.sql(f"INSERT INTO d.t (b) VALUES (REPEAT('b', {size}))")
    instance.catch_up(source)
    return source, instance


def dumps(instance):
    return [json.loads(row["Info"]) for row in instance.rows("SHOW BINLOG DUMPLIST")]


def comparable(events):
    return [event.comparable() for event in events if event.kind not in OWN]


@pytest.mark.parametrize("name", ["slave", "replica"])
@pytest.mark.parametrize("checksum, tls", [("CRC32", False), ("NONE", False), ("CRC32", True)])
def test_the_same_events_behind_a_header(pair, name, checksum, tls):
    _, instance = pair
    with Dump(instance, checksum=checksum, tls=tls) as plain:
        wanted = comparable(plain.at("mysql-bin.000001", 4, NON_BLOCKING))
    with SemiSyncDump(instance, name, checksum=checksum, tls=tls) as one:
        got = comparable(one.at("mysql-bin.000001", 4, NON_BLOCKING))
    assert got == wanted and len(wanted) > 30


def test_the_last_event_is_to_be_acknowledged(pair):
    source, instance = pair
    with SemiSyncDump(instance) as one:
        one.heartbeat(0.2)
        one.at(*instance.position())
        for kind in (ROTATE, FORMAT_DESCRIPTION):
            assert one.event().kind == kind and not one.asked
        for number in range(3):
            source.sql("INSERT INTO d.t (b) VALUES ('x')")
            instance.catch_up(source)
            file, position = instance.position()
            while (event := one.event()).end != position or event.kind in OWN:
                assert not (one.asked and event.kind in OWN)
            assert one.asked
            one.acknowledge(file, position)
            wanted = {"acknowledged": f"{file}:{position}"}
            wait_until(
                lambda: [info for info in dumps(instance) if info.items() >= wanted.items()],
                10,
                lambda: f"{wanted}: {dumps(instance)}",
            )
        (info,) = dumps(instance)
        assert info["semi_sync"] and info["acknowledgements"] == 3
        for status in ("master", "source"):
            assert instance.rows(f"SHOW STATUS LIKE 'Rpl_semi_sync_{status}_clients'")[0]["Value"] == "1"
    wait_until(
        lambda: instance.rows("SHOW STATUS LIKE 'Rpl_semi_sync_source_clients'")[0]["Value"] == "0", 10, lambda: "none"
    )


def test_nobody_waits_for_one_that_does_not_acknowledge(pair):
    source, instance = pair
    with SemiSyncDump(instance) as silent, Dump(instance) as other:
        silent.at(*instance.position()).first(2)
        other.at(*instance.position()).first(2)
        started = time.monotonic()
        for _ in range(5):
            source.sql("INSERT INTO d.t (b) VALUES ('y')")
        instance.catch_up(source)
        _, position = instance.position()
        for one in (silent, other):
            while one.event().end != position:
                pass
        assert time.monotonic() - started < 10


def test_one_that_says_something_else_is_left(pair):
    _, instance = pair
    with SemiSyncDump(instance) as one:
        one.at(*instance.position()).first(2)
        one.connection._write_bytes(b"\x01\x00\x00\x00\x0e")  # COM_PING
        with pytest.raises(pymysql.err.MySQLError):
            while True:
                one.event()


def test_after_a_dump_that_ends_the_connection_takes_commands(pair):
    _, instance = pair
    with SemiSyncDump(instance) as one:
        for _ in range(3):
            one.at(*instance.position(), NON_BLOCKING).first(2)
            with pytest.raises(EndOfLog):
                one.event()
            assert one.query("SELECT 1") == ((1,),)


# -- real replicas -----------------------------------------------------------------------------------------------------


def check_replica(source, instance, replica, status, restart):
    """It is in semi-synchronous state, acknowledges, and goes on after a stop and after KILL."""

    def acknowledged():
        return sum(info.get("acknowledgements", 0) for info in dumps(instance))

    replica.wait_for(instance.catch_up(source))
    assert replica.server.row(f"SHOW STATUS LIKE '{status}'")["Value"] == "ON"
    assert [info["semi_sync"] for info in dumps(instance)] == [True]
    before = acknowledged()
    for _ in range(20):
        source.sql("INSERT INTO d.t (b) VALUES (REPEAT('z', 100000))")
    replica.wait_for(instance.catch_up(source))
    wait_until(lambda: acknowledged() > before, 10, lambda: f"more than {before} acknowledgements: {dumps(instance)}")
    for statement in restart:
        replica.server.sql(statement)
    replica.wait_for(instance.catch_up(source))
    (row,) = instance.rows("SHOW BINLOG DUMPLIST")
    instance.rows(f"SELECT 1 /* {row['Id']} */")
    with instance.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"KILL {row['Id']}")
    replica.wait_for(instance.catch_up(source))
    assert [info["semi_sync"] for info in dumps(instance)] == [True]
    assert replica.server.value("SELECT COUNT(*) FROM d.t") == source.value("SELECT COUNT(*) FROM d.t")


def test_mysql_replica(pair, workshop):
    source, instance = pair
    server = workshop.server("mysql97", clients.replica_options("mysql97"))
    server.sql(
        "INSTALL PLUGIN rpl_semi_sync_replica SONAME 'semisync_replica.so'",
        "SET GLOBAL rpl_semi_sync_replica_enabled = ON",
    )
    replica = clients.MySQLReplica(server).follow(instance)
    check_replica(source, instance, replica, "Rpl_semi_sync_replica_status", ("STOP REPLICA", "START REPLICA"))


def test_mariadb_replica(pair, workshop):
    source, instance = pair
    server = workshop.server("mariadb", clients.replica_options("mariadb"))
    server.sql("SET GLOBAL rpl_semi_sync_slave_enabled = ON")
    replica = clients.MariaDBReplica(server).follow(instance, file="mysql-bin.000001")
    check_replica(source, instance, replica, "Rpl_semi_sync_slave_status", ("STOP SLAVE", "START SLAVE"))
