"""What users of other binlog servers reported, as far as it concerns subscribers; each with its thread. Those that are
tested elsewhere:

    gaps in the set of GTIDs, a subscriber ahead (ripple #21, #31)     test_dump_protocol.py, test_gtid_*
    names and positions of artificial rotates (wal-g #2505, PS-10911)  test_dump_protocol.py, test_first_packets_*,
                                                                       test_between_files_*
    an empty file name (PolarDB-X)                                     test_dump_protocol.py, test_empty_name_*
    no COM_REGISTER_SLAVE (go-mysql #966)                              test_dump_protocol.py, test_registering_*
    a second subscriber with the same server_id or uuid (ripple)       test_dump_protocol.py, test_a_second_subscriber_*
    a replica behind a line that is cut (wal-g #2505)                  test_resume.py
    events around 16 MiB (pinloki)                                     test_large.py
"""

import random
import struct

import pymysql
import pytest

import binlog_file
import clients
from raw_client import COM_REGISTER_SLAVE, NON_BLOCKING, Dump, is_artificial_rotate, rotate_target


@pytest.fixture(scope="module")
def pair(module_workshop):
    source = module_workshop.server("mariadb")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b longblob)")
    instance = module_workshop.instance(source, log={"max_binlog_size": 300000})
    with source.connect() as connection, connection.cursor() as cursor:
        for number in range(60):
            cursor.execute("BEGIN")
            for _ in range(1 + number % 4):
                cursor.execute(f"INSERT INTO d.t (b) VALUES (REPEAT('b', {1 + number * 997 % 30011}))")
            cursor.execute("COMMIT")
    instance.catch_up(source)
    return source, instance


def stored(instance):
    """(file, event) of all that is stored, without what each file begins with."""
    return [
        (path.rsplit("/", 1)[-1], event)
        for path in instance.files()
        for event in binlog_file.read_events(path)
        if event.kind not in (binlog_file.FORMAT_DESCRIPTION, binlog_file.PREVIOUS_GTIDS, binlog_file.ROTATE)
    ]


def ends_transaction(event):
    return event.kind == binlog_file.XID or (event.kind == binlog_file.QUERY and b"BEGIN" not in event.body)


class Receiver:
    """A subscriber as it should be written: keeps whole transactions, and goes on behind the last of them."""

    def __init__(self, first_file):
        self.place = (first_file, 4)
        self.kept = []
        self.known = set()

    def receive(self, events):
        file, _ = self.place
        transaction = []
        for event in events:
            if is_artificial_rotate(event):
                file = rotate_target(event)[0]
            elif event.kind == binlog_file.GTID or transaction:
                transaction.append(event)
                if ends_transaction(event) and event.kind != binlog_file.GTID:
                    self.kept += [(file, one.comparable()) for one in transaction]
                    self.known.add(binlog_file.gtid_text(transaction[0]))
                    self.place, transaction = (file, event.end), []

    def gtids(self):
        by_uuid = {}
        for name in self.known:
            uuid, number = name.split(":")
            by_uuid.setdefault(uuid, []).append(int(number))
        return ",".join(f"{uuid}:" + ":".join(map(str, sorted(numbers))) for uuid, numbers in by_uuid.items())


@pytest.mark.parametrize("way", ["position", "gtid"])
def test_cut_in_the_middle_of_an_event_and_of_a_transaction(pair, workshop, way):
    """wal-g #2505, PS-11137: cut anywhere, the subscriber goes on behind its last whole transaction and has every event
    once."""
    source, instance = pair
    wanted = [(file, event.comparable()) for file, event in stored(instance)]
    gate = workshop.gate(instance.port, seed=11, cut_after=(700, 250_000))
    receiver = Receiver("mysql-bin.000001")
    for _ in range(300):
        try:
            with Dump(clients.Source.of(instance, port=gate.port)) as dump:
                if way == "gtid":
                    dump.beyond(receiver.gtids(), flags=NON_BLOCKING | 0x04)
                else:
                    dump.at(*receiver.place, NON_BLOCKING)
                receiver.receive(dump)
            if receiver.kept == wanted:
                break
        except (pymysql.err.MySQLError, OSError):
            pass
        if len(receiver.kept) > len(wanted) * 0.8:
            gate.cut_after = None
    assert receiver.kept == wanted
    assert gate.cuts > 5


def test_random_ranges(pair):
    """PolarDB-X: dumps that begin at random transactions of random files, or without a name, give what is stored."""
    _, instance = pair
    everything = stored(instance)
    starts = [i for i, (_, event) in enumerate(everything) if event.kind == binlog_file.GTID]
    chance = random.Random(23)
    for first in [0, *(chance.choice(starts) for _ in range(15))]:
        file, event = everything[first]
        place = ("", 4) if first == 0 else (file, event.offset)
        count = chance.randrange(1, 60)
        receiver = Receiver(file)
        with Dump(instance) as dump:
            receiver.receive(dump.at(*place, NON_BLOCKING))
        wanted = [(name, one.comparable()) for name, one in everything[first:]]
        assert receiver.kept[:count] == wanted[:count] and receiver.kept == wanted


def test_a_long_password_and_registration(pair, workshop):
    """go-mysql #966: MySQL's replicas cannot have passwords above 32 characters, subscribers of others have."""
    source, _ = pair
    password = "p" * 200
    instance = workshop.instance(source, start=False)
    instance.accounts["long"] = password
    instance.start()
    there = clients.Source(instance.port, "long", password)
    for plugin in ("mysql_native_password", "caching_sha2_password"):
        with Dump(there, plugin=plugin, tls=plugin.startswith("caching"), register=False) as dump:
            payload = struct.pack("<I", dump.server_id)
            payload += b"".join(bytes([len(text)]) + text for text in (b"h" * 60, b"long", password.encode()))
            dump.connection._execute_command(COM_REGISTER_SLAVE, payload + struct.pack("<HII", 1, 0, 0))
            dump.connection._read_packet()
            assert rotate_target(dump.at("").event())[0] == "mysql-bin.000001"
    assert password not in instance.log_text()


def test_two_mysqlbinlog_with_one_server_id(pair, workshop):
    """ripple ends the second after 5 s; here both follow (decision 6)."""
    source, instance = pair
    followers = [
        workshop.keep(
            clients.Follower(
                clients.mysqlbinlog_command(
                    instance, "--stop-never", "--connection-server-id=4242", "mysql-bin.000001"
                ),
                workshop.place(f"follower-{number}"),
            )
        )
        for number in range(2)
    ]
    for _ in range(2):
        token = instance.catch_up(source)
        for follower in followers:
            follower.wait_for(token)
    servers = [row["Info"] for row in instance.rows("SHOW BINLOG DUMPLIST")]
    assert sum('"server_id":4242' in info for info in servers) == 2
