"""The two dump commands, packet by packet. Every test also runs against MySQL 9.7 itself ("reference"): what it expects
is what MySQL does, save where it says otherwise."""

import re
import struct
import time

import pymysql
import pytest

import binlog_file
import clients
import logs
from binlog_file import ARTIFICIAL, FORMAT_DESCRIPTION, HEARTBEAT, HEARTBEAT_V2, PREVIOUS_GTIDS, ROTATE
from raw_client import NON_BLOCKING, THROUGH_GTID, USE_HEARTBEAT_V2
from raw_client import Dump, EndOfLog, connect, is_artificial_rotate, rotate_target

FATAL = 1236
STRANGER = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module", params=["sluice", "reference"])
def log(request, module_workshop):
    return logs.KINDS[request.param](module_workshop)


def dump(log, **how):
    return Dump(log.endpoint, tls=log.tls, **how)


def everything(log, file, position=4):
    with dump(log) as one:
        return list(one.at(file, position, NON_BLOCKING))


def by_gtid(log, known, **how):
    with dump(log) as one:
        return list(one.beyond(known, flags=THROUGH_GTID | NON_BLOCKING, **how))


def refusal(log, start):
    """(code, text) of the error that ends a dump; start(Dump) sends the command."""
    with dump(log) as one, pytest.raises(pymysql.err.MySQLError) as caught:
        start(one)
        list(one)
    return caught.value.args


def real(events):
    """Without what the server adds."""
    return [event for event in events if not event.flags & ARTIFICIAL and event.kind not in (HEARTBEAT, HEARTBEAT_V2)]


def gtids(events):
    return [binlog_file.gtid_text(event) for event in events if event.kind == binlog_file.GTID]


# -- by file and position ----------------------------------------------------------------------------------------------


def test_the_whole_log_is_what_is_stored(log):
    events = everything(log, log.files()[0])
    stored = [event for file in log.files() for event in log.events(file)]
    assert [event.comparable() for event in real(events)] == [event.comparable() for event in stored]


def test_first_packets_at_the_start_of_a_file(log):
    file = log.files()[1]
    rotate, format_description, previous = everything(log, file)[:3]
    assert is_artificial_rotate(rotate) and rotate.end == 0 and rotate.timestamp == 0
    assert rotate_target(rotate) == (file, 4)
    assert format_description.kind == FORMAT_DESCRIPTION and format_description.end > 0
    assert not format_description.flags & binlog_file.IN_USE
    assert previous.kind == PREVIOUS_GTIDS


def test_first_packets_in_the_middle_of_a_file(log):
    file = log.files()[0]
    start = log.starts(file)[2]
    rotate, format_description, first = everything(log, file, start)[:3]
    assert rotate_target(rotate) == (file, start)
    # It is not part of what follows: no position, and no time of creation, at which a replica would drop its state.
    assert format_description.kind == FORMAT_DESCRIPTION and format_description.end == 0
    assert struct.unpack_from("<I", format_description.body, 52)[0] == 0
    assert first.comparable() == next(one for one in log.events(file) if one.offset == start).comparable()


def test_every_transaction_can_be_the_first(log):
    for file in log.files():
        stored = log.events(file)
        for start in log.starts(file):
            got = [event.comparable() for event in real(everything(log, file, start))[1:]]
            wanted = [event.comparable() for event in stored if event.offset >= start]
            assert got[: len(wanted)] == wanted, (file, start)


def test_between_files_come_rotate_and_format_description(log):
    files = log.files()
    events = everything(log, files[0])
    turns = [i for i, event in enumerate(events) if is_artificial_rotate(event)]
    assert [rotate_target(events[i])[0] for i in turns] == files
    for i in turns[1:]:
        assert events[i - 1].kind == ROTATE and not events[i - 1].flags & ARTIFICIAL
        assert rotate_target(events[i - 1]) == rotate_target(events[i])
        assert events[i + 1].kind == FORMAT_DESCRIPTION and events[i + 1].end > 0


def test_empty_name_is_the_first_file(log):
    assert rotate_target(everything(log, "")[0]) == (log.files()[0], 4)


@pytest.mark.parametrize(
    "file", ["mysql-bin.999999", "nonsense", "../../../etc/passwd", "x" * 600, "mysql-bin.0", b"\xff\x00\x01"]
)
def test_unknown_file(log, file):
    code, text = refusal(log, lambda one: one.at(file))
    if len(file) > 512 and code == 1835:  # "malformed communication packet" is as good for a name that no file can have
        return
    assert code == FATAL and "Could not find first log file name in binary log index file" in text


@pytest.mark.parametrize("position", [0, 1, 3])
def test_position_before_the_first(log, position):
    code, text = refusal(log, lambda one: one.at(log.files()[0], position))
    assert code == FATAL and re.search("Client requested (master|source) to start replication from position < 4", text)


@pytest.mark.parametrize("beyond", [1, 1000, 4000000000])
@pytest.mark.parametrize("which", [0, -1])
def test_position_behind_the_end(log, which, beyond):
    file = log.files()[which]
    position = min(log.starts(file)[-1] + beyond, 0xFFFFFFFF)
    code, text = refusal(log, lambda one: one.at(file, position))
    assert code == FATAL and re.search("start replication from (position > file size|impossible position)", text)


def test_position_inside_an_event(log):
    file = log.files()[0]
    for start in log.starts(file)[:3]:
        for inside in (1, 4, 13, 25):
            try:
                code, text = refusal(log, lambda one, at=start + inside: one.at(file, at))
            except ValueError:
                assert log.reference  # MySQL sends what happens to look like an event
                continue
            assert code == FATAL
            assert re.search("middle of event|bogus data|impossible position|max_allowed_packet|corrupt", text), text


def test_at_the_very_end_nothing_comes(log):
    file, position = log.position()
    events = everything(log, file, position)
    assert [event.kind for event in events] == [ROTATE, FORMAT_DESCRIPTION]
    assert rotate_target(events[0]) == (file, position)


# -- by GTID -----------------------------------------------------------------------------------------------------------


def test_gtid_of_nothing_gives_everything(log):
    wanted = [name for file in log.files() for name in gtids(log.events(file))]
    assert gtids(by_gtid(log, "")) == wanted
    assert gtids(by_gtid(log, STRANGER + ":1-100")) == wanted


def test_gtid_of_everything_gives_only_the_beginning(log):
    events = by_gtid(log, log.gtid())
    assert gtids(events) == []
    assert [event.kind for event in events[:3]] == [ROTATE, FORMAT_DESCRIPTION, PREVIOUS_GTIDS]
    assert all(event.kind in (HEARTBEAT, HEARTBEAT_V2) for event in events[3:])


def test_gtid_sets_with_gaps(log):
    everything_there = gtids(by_gtid(log, ""))
    name = everything_there[0].split(":")[0]
    numbers = [int(one.split(":")[1]) for one in everything_there]
    for known in (numbers[::2], numbers[1::2], numbers[:1] + numbers[-1:], numbers[2:5], numbers[:-1]):
        text = name + "".join(f":{number}" for number in known) + f",{STRANGER}:1:3:5-9"
        assert [int(one.split(":")[1]) for one in gtids(by_gtid(log, text))] == [n for n in numbers if n not in known]


def test_gtid_set_with_very_many_intervals(log):
    known = f"{STRANGER}:" + ":".join(str(number) for number in range(1, 100000, 2))
    assert gtids(by_gtid(log, known)) == gtids(by_gtid(log, ""))


def test_gtid_of_a_subscriber_ahead(log):
    name = log.gtid().split(":")[0]
    code, text = refusal(log, lambda one: one.beyond(f"{name}:1-99999"))
    assert code == FATAL and re.search("(Slave|Replica) has more GTIDs than the (master|source) has", text)


def test_gtid_sent_with_a_file_skips_from_there(log):
    file = log.files()[-1]
    known = gtids(log.events(file))[0]
    assert gtids(by_gtid(log, known, file=file)) == gtids(log.events(file))[1:]


@pytest.mark.parametrize(
    "data",
    [
        b"\x01\x02",
        struct.pack("<Q", 1 << 60),
        struct.pack("<Q", 1),
        struct.pack("<Q", 1) + bytes(16) + struct.pack("<Q", 1 << 50),
        struct.pack("<Q", 1) + bytes(16) + struct.pack("<QQQ", 1, 5, 5),
        struct.pack("<Q", 1) + bytes(16) + struct.pack("<QQQ", 1, 9, 3),
    ],
)
def test_gtid_set_that_is_none(log, data):
    code, text = refusal(log, lambda one: one.beyond(data))
    assert code in (FATAL, 1773) and re.search("malformed|GTID", text, re.IGNORECASE)


def test_gtid_dump_from_inside_a_large_file_begins_like_the_file(workshop):
    """Even where an index leads to the middle. A replica that was cut off in a transaction tells from the format
    description's own position that the transaction begins anew; MySQL 9.7.4 crashes without (see test_resume.py)."""
    source = workshop.server("mariadb")
    instance = workshop.instance(source)
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b longblob)")
    with source.connect() as connection, connection.cursor() as cursor:
        for _ in range(300):
            cursor.execute("INSERT INTO d.t (b) VALUES (REPEAT('b', 20000))")
    instance.catch_up(source)
    uuid = instance.gtid().split(":")[0]
    for known in (1, 100, 200, 290):
        with Dump(instance) as one:
            rotate, described, previous, heartbeat, first = one.beyond(f"{uuid}:1-{known}").first(5)
        assert rotate_target(rotate) == ("mysql-bin.000001", 4)
        assert described.kind == FORMAT_DESCRIPTION and described.end > 0 and previous.kind == PREVIOUS_GTIDS
        assert heartbeat.kind in (HEARTBEAT, HEARTBEAT_V2)
        assert binlog_file.gtid_text(first) == f"{uuid}:{known + 1}"


# -- checksums ---------------------------------------------------------------------------------------------------------


def test_checksums_none_is_honoured(log):
    """MySQL itself only leaves the checksum of its own rotate event away."""
    with dump(log, checksum="NONE") as one:
        events = list(one.at(log.files()[0], 4, NON_BLOCKING))
    assert not events[0].checksum
    if log.reference:
        return
    described = next(event for event in events if event.kind == FORMAT_DESCRIPTION)
    assert described.body[-1] == 0, "the format description says so"
    assert not any(event.checksum for event in events if event.kind != FORMAT_DESCRIPTION)
    stored = [event for file in log.files() for event in log.events(file)]
    assert [event.comparable() for event in real(events)] == [event.comparable() for event in stored]


def test_checksums_not_spoken_of(log):
    """MySQL refuses a client that does not say it knows them; one may also leave them out for it."""
    with dump(log, checksum=None) as one:
        one.checksums = False
        try:
            events = list(one.at(log.files()[0], 4, NON_BLOCKING))
        except pymysql.err.MySQLError as error:
            assert error.args[0] == FATAL and "can not handle replication events with the checksum" in error.args[1]
        else:
            assert not any(event.checksum for event in events if event.kind != FORMAT_DESCRIPTION)


# -- waiting -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["position", "gtid"])
def test_what_is_committed_later_arrives_at_once(log, way):
    with dump(log) as one:
        one.beyond(log.gtid()) if way == "gtid" else one.at(*log.position())
        while one.event().kind not in (PREVIOUS_GTIDS if way == "gtid" else FORMAT_DESCRIPTION,):
            pass
        log.insert()
        started = time.monotonic()
        while (event := one.event()).kind in (HEARTBEAT, HEARTBEAT_V2):
            pass
        assert event.kind == binlog_file.GTID and time.monotonic() - started < 2
    log.settle()


@pytest.mark.parametrize("period", [0.3, 1.0])
def test_heartbeats_come_at_the_period_asked_for(log, period):
    file, position = log.position()
    with dump(log) as one:
        one.heartbeat(period)
        one.at(file, position)
        arrived = []
        while len(arrived) < 4:
            event = one.event()
            if event.kind in (HEARTBEAT, HEARTBEAT_V2):
                arrived.append(time.monotonic())
                assert event.body == file.encode() and event.end == position and event.checksum
    for before, after in zip(arrived[1:], arrived[2:]):  # the first may come at once
        assert period * 0.7 < after - before < period + 0.5


def expect_heartbeat_v2(event, file, position):
    field = bytes([position]) if position < 251 else b"\xfc" + struct.pack("<H", position)
    if position > 0xFFFF:
        field = b"\xfd" + struct.pack("<I", position)[:3]
    assert event.kind == HEARTBEAT_V2 and event.end == position
    assert event.body == b"\1" + bytes([len(file)]) + file.encode() + b"\2" + bytes([len(field)]) + field + b"\0"


def test_heartbeat_v2_for_those_who_ask(log):
    """Where the format has it: that of MySQL 8.0.26 and later. A replica stops at types it was not told of."""
    file, position = log.position()
    with dump(log) as one:
        one.heartbeat(0.2)
        _, described, event = one.at(file, position, USE_HEARTBEAT_V2).first(3)
    types = len(described.body) - (2 + 50 + 4 + 1) - 1
    if types >= HEARTBEAT_V2:
        expect_heartbeat_v2(event, file, position)
    else:
        assert event.kind == HEARTBEAT and event.end == position


def test_heartbeat_v2_of_a_mysql_97_tenant(workshop):
    source = workshop.server("mysql97")
    instance = workshop.instance(source)
    instance.catch_up(source)
    file, position = instance.position()
    with Dump(instance) as one:
        one.heartbeat(0.2)
        expect_heartbeat_v2(one.at(file, position, USE_HEARTBEAT_V2).first(3)[-1], file, position)


def test_without_a_period_no_heartbeat(log):
    with dump(log) as one:
        one.at(*log.position())
        one.first(2)
        with pytest.raises(pymysql.err.OperationalError):  # the read timed out
            while one.event(seconds=2).kind in (HEARTBEAT, HEARTBEAT_V2):  # MySQL's default period is one second
                assert log.reference


def test_not_blocking_ends_with_eof(log):
    with dump(log) as one:
        one.at(*log.position(), NON_BLOCKING)
        one.first(2)
        with pytest.raises(EndOfLog):
            one.event()


# -- around the dump ---------------------------------------------------------------------------------------------------


def test_registering_is_optional(log):
    with dump(log, register=False) as one:
        one.at(log.files()[0], 4, NON_BLOCKING)
        assert len(list(one)) > 10


def test_a_second_subscriber_with_the_same_uuid_replaces_the_first(log):
    """docs/decisions/0006-subscribers-with-one-identity.md"""
    with dump(log) as first, dump(log) as second:
        for one in (first, second):
            one.query(f"SET @slave_uuid = '{STRANGER}', @replica_uuid = '{STRANGER}'")
            one.at(*log.position()).first(2)
        with pytest.raises(pymysql.err.MySQLError) as caught:
            for _ in range(20):
                first.event(seconds=5)
        assert caught.value.args[0] == FATAL
        assert re.search(
            "A (slave|replica) with the same server_uuid/server_id as this (slave|replica) has connected to the ",
            caught.value.args[1],
        )
        log.insert()
        assert next(event for event in second if event.kind == binlog_file.GTID)
    log.settle()


def test_a_second_subscriber_with_the_same_server_id(log):
    """Without a uuid MySQL ends the first; here both are served (decision 6)."""
    with dump(log) as first, dump(log) as second:
        second.server_id = first.server_id
        first.at(*log.position()).first(2)
        second.at(*log.position()).first(2)
        if log.reference:
            with pytest.raises(pymysql.err.MySQLError) as caught:
                for _ in range(20):
                    first.event(seconds=5)
            assert caught.value.args[0] == FATAL
        log.insert()
        for one in (second,) if log.reference else (first, second):
            assert next(event for event in one if event.kind == binlog_file.GTID)
    log.settle()


def test_cut_short_commands_are_refused(log):
    for command in (0x12, 0x1E, 0x15):
        for payload in (b"", b"\x04", b"\x04\x00\x00\x00\x00", b"\xff" * 11):
            connection = connect(log.endpoint, tls=log.tls)
            try:
                with pytest.raises(pymysql.err.MySQLError):
                    connection._execute_command(command, payload)
                    if command == 0x15 and payload == b"\xff" * 11:
                        connection._read_packet()
                    for _ in range(3):
                        connection._read_packet()
            finally:
                connection._force_close()
    assert everything(log, log.files()[0])


def test_unknown_commands_are_refused_and_the_connection_lives(log):
    connection = connect(log.endpoint, tls=log.tls)
    with pytest.raises(pymysql.err.MySQLError) as caught:
        connection._execute_command(0x7B, b"what")
        connection._read_packet()
    assert caught.value.args[0] in (1047, 1064, 1105)
    if not log.reference:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    connection._force_close()


def test_wrong_password_and_unknown_user_are_told_alike(log):
    there = clients.Source.of(log.endpoint)
    for user, password in ((there.user, "wrong"), (there.user, ""), ("nobody", "x"), ("", "")):
        with pytest.raises(pymysql.err.OperationalError) as caught:
            connect(clients.Source(there.port, user, password), tls=log.tls)
        assert caught.value.args[0] == 1045 and "Access denied for user" in caught.value.args[1]
