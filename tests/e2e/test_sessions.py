"""Connections seen from outside: who is there, what they do, how they are ended."""

import json
import re
import struct
import time

import pymysql
import pytest

import clients
from binlog_file import FORMAT_DESCRIPTION, HEARTBEAT, HEARTBEAT_V2
from c_client import CClient, Refused
from clients import Source
from instance import ADMIN
from processes import wait_until
from raw_client import COM_REGISTER_SLAVE, Dump, EndOfLog

OTHER, OTHER_PASSWORD = "other", "another 8"
WAITING = "Master has sent all binlog to slave; waiting for binlog to be updated"
UUID = "6a1a7c3e-0000-4000-8000-00000000000%d"


@pytest.fixture(scope="module")
def pair(module_workshop):
    """A MariaDB source with some rows, and its instance with two accounts."""
    source = module_workshop.server("mariadb")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b longblob)")
    source.sql(*["INSERT INTO d.t (b) VALUES (REPEAT('b', 20000))"] * 5)
    instance = module_workshop.instance(source, start=False)
    instance.accounts[OTHER] = OTHER_PASSWORD
    instance.start()
    instance.catch_up(source)
    return source, instance


def list_of(instance, statement, **who):
    with instance.connect(cursorclass=pymysql.cursors.DictCursor, **who) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def one_of(instance, statement, number):
    """The row of a connection, or None."""
    return next((row for row in list_of(instance, statement) if row["Id"] == number), None)


def wait_for_row(instance, statement, number, wanted, seconds=10):
    """Waits until the row of a connection satisfies `wanted`; None is no row."""

    def look():
        row = one_of(instance, statement, number)
        return (row or True) if wanted(row) else None

    return wait_until(look, seconds, lambda: f"{statement}: {one_of(instance, statement, number)}")


def caught_up(dump, until=FORMAT_DESCRIPTION):
    while dump.event().kind != until:
        pass


# -- SHOW PROCESSLIST --------------------------------------------------------------------------------------------------


def test_process_list_shows_what_each_connection_does(pair):
    _, instance = pair
    with instance.connect(database="d") as idle, Dump(instance) as dumping, Dump(instance) as by_gtid:
        dumping.at(*instance.position()).first(2)
        by_gtid.beyond(instance.gtid()).first(2)
        rows = {row["Id"]: row for row in list_of(instance, "SHOW PROCESSLIST")}
        row = rows[idle.thread_id()]
        assert (row["User"], row["db"], row["Command"], row["State"], row["Info"]) == ("repl", "d", "Sleep", "", None)
        assert re.fullmatch(r"127\.0\.0\.1:\d+", row["Host"])
        mine = [row for row in rows.values() if row["Command"] == "Query"]
        assert [row["Info"] for row in mine] == ["SHOW PROCESSLIST"]
        for dump, command in ((dumping, "Binlog Dump"), (by_gtid, "Binlog Dump GTID")):
            row = wait_for_row(
                instance, "SHOW PROCESSLIST", dump.connection.thread_id(), lambda row: row["State"] == WAITING
            )
            assert row["Command"] == command and row["Time"] < 60
    wait_for_row(instance, "SHOW PROCESSLIST", dumping.connection.thread_id(), lambda row: row is None)


def test_process_list_of_another_user_is_its_own(pair):
    _, instance = pair
    with instance.connect():
        rows = list_of(instance, "SHOW FULL PROCESSLIST", user=OTHER, password=OTHER_PASSWORD)
    assert [row["User"] for row in rows] == [OTHER]
    assert list_of(instance, "SHOW BINLOG DUMPLIST", user=OTHER, password=OTHER_PASSWORD) == []


def test_administrators_see_and_end_all(pair):
    _, instance = pair
    with Dump(instance) as dump, instance.connect(user=OTHER, password=OTHER_PASSWORD) as other:
        dump.at(*instance.position()).first(2)
        users = {row["User"] for row in list_of(instance, "SHOW PROCESSLIST", user=ADMIN)}
        assert {"repl", OTHER, ADMIN} <= users
        shown = [row["Id"] for row in list_of(instance, "SHOW BINLOG DUMPLIST", user=ADMIN)]
        assert dump.connection.thread_id() in shown
        list_of(instance, f"KILL {other.thread_id()}", user=ADMIN)
        assert refused(other, "SELECT 1") in (2006, 2013)


# -- SHOW BINLOG DUMPLIST ----------------------------------------------------------------------------------------------


def test_dump_list_counts_what_was_sent(pair):
    source, instance = pair
    with Dump(instance) as dump:
        dump.heartbeat(0.2)
        number = dump.connection.thread_id()
        dump.at("mysql-bin.000001", 4)
        seen = {"events": 0, "bytes": 0, "heartbeats": 0, "rotates": 0}

        def take():
            event = dump.event()
            seen["bytes"] += event.size + 5
            if event.kind in (HEARTBEAT, HEARTBEAT_V2):
                seen["heartbeats"] += 1
            elif event.flags & 0x20:
                seen["rotates"] += 1
            else:
                seen["events"] += 1
            return event

        file, position = instance.position()
        while take().end != position:
            pass
        while seen["heartbeats"] < 3:
            take()
        row = one_of(instance, "SHOW BINLOG DUMPLIST", number)
        assert list(row) == (
            "Id User Host RealHost Command Time State DumpPosition DumpDelay DumpEventsNum DumpEventsSize "
            "FakeRotateEventsNum HeartbeatEventsNum DumpEps DumpIops Info DumpCheckpoint"
        ).split()
        assert (row["Command"], row["State"], row["DumpPosition"]) == ("Binlog Dump", WAITING, f"{file}:{position}")
        assert row["RealHost"] == row["Host"] and row["DumpDelay"] == 0
        assert row["DumpEventsNum"] == seen["events"] and row["FakeRotateEventsNum"] == seen["rotates"] == 1
        assert row["HeartbeatEventsNum"] >= seen["heartbeats"] and row["DumpEventsSize"] >= seen["bytes"]
        assert abs(time.time() - row["DumpCheckpoint"]) < 600
        info = json.loads(row["Info"])
        assert (info["filename"], info["pos"], info["flags"], info["exclude_gtids"]) == ("mysql-bin.000001", 4, 0, "")
        assert info["server_id"] == dump.server_id and info["checksums"]


def test_dump_list_of_one_that_is_behind(pair, module_workshop):
    """A subscriber that does not read: behind, with a delay that grows, and a rate once it reads."""
    source, instance = pair
    source.sql(*["INSERT INTO d.t (b) VALUES (REPEAT('c', 1000000))"] * 30)
    instance.catch_up(source)
    with Dump(instance) as dump:
        number = dump.connection.thread_id()
        dump.beyond("")
        time.sleep(1.5)
        behind = one_of(instance, "SHOW BINLOG DUMPLIST", number)
        assert behind["State"] == "Send event" and behind["DumpDelay"] > 0
        _, position = instance.position()
        while dump.event().end != position:
            pass
        rates = wait_for_row(instance, "SHOW BINLOG DUMPLIST", number, lambda row: row["DumpIops"] > 0)
        assert rates["DumpEps"] > 0 and rates["DumpDelay"] == 0 and rates["State"] == WAITING
        wait_for_row(instance, "SHOW BINLOG DUMPLIST", number, lambda row: row["DumpIops"] == 0)


def test_dump_list_tells_the_gtids_a_subscriber_has(pair):
    _, instance = pair
    known = instance.gtid().split(":")[0] + ":1-2"
    with Dump(instance) as dump:
        dump.beyond(known, flags=0x04).first(2)
        row = one_of(instance, "SHOW FULL BINLOG DUMPLIST", dump.connection.thread_id())
        info = json.loads(row["Info"])
        assert row["Command"] == "Binlog Dump GTID" and (info["exclude_gtids"], info["flags"]) == (known, 4)


# -- KILL --------------------------------------------------------------------------------------------------------------


def refused(connection, statement):
    with connection.cursor() as cursor, pytest.raises(pymysql.err.MySQLError) as caught:
        cursor.execute(statement)
    return caught.value.args[0]


def test_kill_ends_an_idle_connection(pair):
    _, instance = pair
    with instance.connect() as victim:
        assert instance.rows(f"SELECT 1 FROM DUAL") and not list_of(instance, f"KILL {victim.thread_id()}")
        wait_for_row(instance, "SHOW PROCESSLIST", victim.thread_id(), lambda row: row is None)
        assert refused(victim, "SELECT 1") in (2006, 2013)


@pytest.mark.parametrize("scope", ["QUERY", "CONNECTION"])
def test_kill_ends_a_statement(pair, scope):
    _, instance = pair
    with instance.connect() as victim, instance.connect() as killer:
        victim._execute_command(0x03, "SELECT WAIT_FOR_EXECUTED_GTID_SET('%s:1-5', 30)" % (UUID % 9))
        wait_for_row(instance, "SHOW PROCESSLIST", victim.thread_id(), lambda row: row["Command"] == "Query")
        started = time.monotonic()
        with killer.cursor() as cursor:
            cursor.execute(f"KILL {scope} {victim.thread_id()}")
        with pytest.raises(pymysql.err.MySQLError) as caught:
            victim._read_query_result()
        assert time.monotonic() - started < 5
        assert caught.value.args[0] in ((1317,) if scope == "QUERY" else (1317, 2013))
        if scope == "QUERY":
            with victim.cursor() as cursor:
                cursor.execute("SELECT 2")
                assert cursor.fetchall() == ((2,),)


def test_kill_of_a_dump(pair):
    """CONNECTION cuts it; QUERY ends it with EOF, as mysqld does, by which a replica knows to come again."""
    _, instance = pair
    with Dump(instance) as dump:
        dump.at(*instance.position()).first(2)
        list_of(instance, f"KILL QUERY {dump.connection.thread_id()}")
        with pytest.raises(EndOfLog):
            while True:
                dump.event()
        dump.at(*instance.position()).first(2)
        list_of(instance, f"KILL {dump.connection.thread_id()}")
        with pytest.raises(pymysql.err.MySQLError) as caught:
            dump.event()
        assert caught.value.args[0] == 2013


def test_kill_of_a_dump_that_is_not_read(pair):
    source, instance = pair
    source.sql(*["INSERT INTO d.t (b) VALUES (REPEAT('c', 1000000))"] * 30)
    instance.catch_up(source)
    with Dump(instance) as dump:
        dump.at("mysql-bin.000001")
        time.sleep(0.5)
        list_of(instance, f"KILL QUERY {dump.connection.thread_id()}")
        wait_for_row(
            instance, "SHOW BINLOG DUMPLIST", dump.connection.thread_id(), lambda row: row is None, seconds=15
        )


def test_kill_refused(pair):
    _, instance = pair
    with instance.connect(user=OTHER, password=OTHER_PASSWORD) as other, instance.connect() as mine:
        assert refused(other, f"KILL {mine.thread_id()}") == 1095
        assert refused(other, "KILL 99999999") == 1094
        assert refused(other, "KILL") == 1064
        with mine.cursor() as cursor:
            cursor.execute("SELECT 1")


def test_kill_of_oneself(pair):
    _, instance = pair
    with instance.connect() as mine:
        assert refused(mine, "KILL QUERY CONNECTION_ID()") == 1317
        with mine.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert refused(mine, "KILL CONNECTION_ID()") == 1317
        assert refused(mine, "SELECT 1") in (2006, 2013)


def test_a_killed_replica_comes_again(pair, workshop):
    source, instance = pair
    replica = clients.MySQLReplica(workshop.server("mysql97", clients.replica_options("mysql97"))).follow(instance)
    replica.wait_for(instance.catch_up(source))
    for scope in ("QUERY", "CONNECTION"):
        row = next(row for row in list_of(instance, "SHOW PROCESSLIST") if row["Command"] == "Binlog Dump GTID")
        list_of(instance, f"KILL {scope} {row['Id']}")
        replica.wait_for(instance.catch_up(source))


# -- connection attributes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attributes, shown",
    [
        ({"__client_ip": "198.51.100.9", "__client_addr_port": "40000"}, "198.51.100.9:40000"),
        ({"__client_ip": "198.51.100.9"}, "198.51.100.9"),
        ({"__client_ip": "2001:db8::7", "__client_addr_port": "40000"}, "[2001:db8::7]:40000"),
        ({"__client_ip": "evil\nline"}, None),
        ({"__client_ip": "x" * 100}, None),
    ],
)
def test_the_address_behind_a_proxy(pair, attributes, shown):
    """ODP names its client in the attributes of the connection it makes."""
    _, instance = pair
    with Dump(instance, attributes=attributes) as dump:
        dump.at(*instance.position()).first(2)
        row = one_of(instance, "SHOW BINLOG DUMPLIST", dump.connection.thread_id())
        assert row["RealHost"] == (shown or row["Host"])
        assert row["Host"].startswith("127.0.0.1:")
        if shown:
            instance.wait_log(row["Host"], f"for {shown}: dump")


def test_long_attributes(pair):
    """libmariadb sends up to 64 KiB; what is longer is refused, see handshake_response_test.cpp."""
    with CClient(pair[1], {"a": "x" * 60000}) as client:
        client.ping()


# -- who is registered -------------------------------------------------------------------------------------------------


def register(dump, host, port, source=0):
    payload = struct.pack("<I", dump.server_id)
    payload += b"".join(bytes([len(text)]) + text for text in (host, b"u", b"p"))
    dump.connection._execute_command(COM_REGISTER_SLAVE, payload + struct.pack("<HII", port, 0, source))
    dump.connection._read_packet()


def test_replicas_that_registered(pair):
    _, instance = pair
    with Dump(instance, register=False) as silent, Dump(instance, register=False) as told:
        told.query(f"SET @slave_uuid = '{UUID % 1}', @replica_uuid = '{UUID % 1}'")
        register(told, b"replica.example", 3307)
        silent.at(*instance.position()).first(2)
        told.at(*instance.position()).first(2)
        server_id = int(instance.value("SELECT @@server_id"))
        row = (told.server_id, "replica.example", 3307, server_id, UUID % 1)
        assert [tuple(one.values()) for one in list_of(instance, "SHOW SLAVE HOSTS")] == [row]
        replicas = list_of(instance, "SHOW REPLICAS")
        assert [tuple(one.values()) for one in replicas] == [row]
        assert list(replicas[0]) == ["Server_Id", "Host", "Port", "Source_Id", "Replica_UUID"]
    wait_until(lambda: not list_of(instance, "SHOW REPLICAS"), 10, lambda: "no replica left")


def test_real_replicas_are_listed(pair, workshop):
    source, instance = pair
    mysql = clients.MySQLReplica(
        workshop.server("mysql97", {**clients.replica_options("mysql97"), "report_host": "here", "report_port": 4711})
    ).follow(instance)
    token = instance.catch_up(source)
    mysql.wait_for(token)
    (row,) = list_of(instance, "SHOW REPLICAS")
    assert (row["Host"], row["Port"]) == ("here", 4711)
    assert str(row["Server_Id"]) == str(mysql.server.value("SELECT @@server_id"))
    assert row["Replica_UUID"] == mysql.server.value("SELECT @@server_uuid")
    mysql.server.sql("STOP REPLICA")
    wait_until(lambda: not list_of(instance, "SHOW REPLICAS"), 20, lambda: "no replica left")


# -- the small commands, as libmariadb sends them; a MariaDB server answers alike --------------------------------------


@pytest.fixture(scope="module", params=["sluice", "reference"])
def server(request, pair):
    return pair[1] if request.param == "sluice" else pair[0]


def test_statistics(server):
    with CClient(server) as client:
        client.query("SELECT 1")
        words = re.findall(r"([A-Z][a-z ]+): ([\d.]+)", client.statistics())
    assert [name for name, _ in words] == [
        "Uptime",
        "Threads",
        "Questions",
        "Slow queries",
        "Opens",
        *(["Flush tables"] if server.__class__.__name__ == "Instance" else []),
        "Open tables",
        "Queries per second avg",
    ]
    assert int(dict(words)["Questions"]) > 0


def test_kill_command(server):
    with CClient(server) as killer, CClient(server) as victim:
        killer.kill(victim.thread_id())
        with pytest.raises(Refused) as caught:
            for _ in range(50):
                victim.ping()
                time.sleep(0.1)
        assert caught.value.args[0] in (2006, 2013)
        with pytest.raises(Refused) as caught:
            killer.kill(99999999)
        assert caught.value.args[0] == 1094


def test_reset_connection(server):
    with CClient(server) as client:
        client.query("SET @a = 5")
        client.query("SET SESSION wait_timeout = 77")
        client.reset_connection()
        assert client.query("SELECT @a") == [[None]]
        assert client.query("SELECT @@session.wait_timeout") != [["77"]]


def test_change_user(server):
    there = Source.of(server)
    with CClient(server, {"program_name": "first"}) as client:
        client.query("SET @a = 5")
        number = client.thread_id()
        client.change_user(there.user, there.password)
        assert client.query("SELECT @a, CONNECTION_ID()") == [[None, str(number)]]
        with pytest.raises(Refused) as caught:
            client.change_user(there.user, "wrong")
        assert caught.value.args[0] == 1045


def test_several_statements_option(server):
    """Both take the option off; only a server of several statements a text takes it on."""
    with CClient(server) as client:
        client.set_server_option(1)
        assert client.query("SELECT 1") == [["1"]]
        with pytest.raises(Refused) as caught:
            client.query("SELECT 1; SELECT 2")
        assert caught.value.args[0] == 1064


def test_prepared_by_text(server):
    with CClient(server) as client:
        client.query("SET @a = 4, @b = 'x'")
        client.query("PREPARE s FROM 'SELECT ? + 1 AS c, ?'")
        assert client.query("EXECUTE s USING @a, @b") == [["5", "x"]]
        for statement, code in (
            ("EXECUTE s USING @a", 1210),
            ("EXECUTE other", 1243),
            ("PREPARE s FROM 'SELECT FROM'", 1064),
            ("EXECUTE s", 1243),
            ("DEALLOCATE PREPARE s", 1243),
        ):
            with pytest.raises(Refused) as caught:
                client.query(statement)
            assert caught.value.args[0] == code, statement
        client.query("SET @t = 'SELECT 7'")
        client.query("PREPARE s FROM @t")
        assert client.query("EXECUTE s") == [["7"]]
        client.query("DEALLOCATE PREPARE s")


# -- REPORT ------------------------------------------------------------------------------------------------------------


def test_report(workshop):
    source = workshop.server("mariadb")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b longblob)")
    instance = workshop.instance(source, log={"max_binlog_size": 20000})
    source.sql(*["INSERT INTO d.t (b) VALUES (REPEAT('b', 8000))"] * 10)
    instance.catch_up(source)
    with Dump(instance) as dump:
        dump.at(*instance.position()).first(2)
        wait_for_row(instance, "SHOW PROCESSLIST", dump.connection.thread_id(), lambda row: row["State"] == WAITING)
        row = wait_until(
            lambda: next((row for row in list_of(instance, "REPORT") if row["convert_delay"] == 0), None),
            10,
            "a report without delay",
        )
    assert list(row) == (
        "convert_running convert_delay convert_rps convert_eps convert_iops nof_dump min_dump_checkpoint incr_gtid_seq "
        "last_gtid_purged convert_checkpoint dump_error_count last_checkpoint_purged first_log_file log_file "
        "log_position capture_state capture_error"
    ).split()
    assert (row["convert_running"], row["nof_dump"], row["last_gtid_purged"]) == (1, 1, "")
    assert (row["capture_state"], row["capture_error"]) == ("capturing", "")
    assert (row["log_file"], row["log_position"]) == instance.position()
    assert row["convert_eps"] > 0 and row["convert_iops"] > 1000
    assert abs(time.time() - row["convert_checkpoint"]) < 5 and abs(time.time() - row["min_dump_checkpoint"]) < 5
    boundaries = [boundary.split("#") for boundary in row["incr_gtid_seq"].split("|")]
    names = [path.rsplit("/", 1)[-1] for path in instance.files()]
    assert [boundary[1] for boundary in boundaries] == names[-len(boundaries) :] and len(boundaries) >= 3
    assert [int(boundary[3]) for boundary in boundaries] == sorted(int(boundary[3]) for boundary in boundaries)
    assert instance.value(f"SELECT GTID_SUBSET('{boundaries[-1][2]}', @@gtid_executed)") == 1
    later = list_of(instance, f"REPORT {int(time.time()) + 60}")[0]
    assert later["incr_gtid_seq"] == "" and later["nof_dump"] in (0, 1)
