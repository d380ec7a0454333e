"""How many clients there may be, how they have to log in, and how much they may send."""

import socket
import time

import pymysql
import pytest

import instance as instances
from metrics import scrape
from processes import wait_until

DENIED, TOO_MANY, BLOCKED, TOO_LARGE = 1045, 1040, 1129, 1153


@pytest.fixture(scope="module")
def instance(module_workshop):
    source = module_workshop.server("mariadb")
    source.sql("CREATE DATABASE d")
    made = module_workshop.instance(source)
    made.catch_up(source)
    return made


def set_global(instance, **values):
    with instance.connect(user=instances.ADMIN) as connection, connection.cursor() as cursor:
        cursor.execute("SET GLOBAL " + ", GLOBAL ".join(f"{name} = {value}" for name, value in values.items()))


@pytest.fixture(autouse=True)
def usual(instance):
    yield
    names = ("max_connections", "max_unauthenticated_connections", "max_connect_errors", "login_block_time")
    set_global(instance, connect_timeout="DEFAULT", **{name: "DEFAULT" for name in names})


def failure(connect):
    """The code of the error with which connecting fails; 0 if it does not."""
    try:
        connect().close()
    except pymysql.MySQLError as error:
        return error.args[0]
    return 0


def let_go(peer, seconds=10):
    """Waits until the server ends a connection; gives what it sent before."""
    peer.settimeout(seconds)
    data = b""
    try:
        while piece := peer.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data


def peer(instance, **how):
    return socket.create_connection(("127.0.0.1", instance.port), 5, **how)


def counted(instance, name):
    return scrape(instance.metrics_port()).value("binlog_instance_" + name + "_count")


def test_when_all_places_are_taken_one_is_left_for_an_administrator(instance):
    set_global(instance, max_connections=2)
    with instance.connect(), instance.connect():
        assert failure(instance.connect) == TOO_MANY
        with instance.connect(user=instances.ADMIN) as administrator, administrator.cursor() as cursor:
            assert failure(lambda: instance.connect(user=instances.ADMIN)) == TOO_MANY, "one place, not two"
            cursor.execute("SET GLOBAL max_connections = 10")
            assert failure(instance.connect) == 0
    assert counted(instance, "connection_refused") >= 2


def test_an_address_that_fails_to_log_in_is_kept_out_for_a_while(instance):
    set_global(instance, max_connect_errors=3, login_block_time=2)
    before = counted(instance, "login_failed")

    def attempt(password, address="127.0.0.3", user=instances.USER):
        return failure(lambda: instance.connect(user=user, password=password, bind_address=address))

    with instance.connect(bind_address="127.0.0.3") as served, served.cursor() as cursor:
        assert [attempt("wrong"), attempt("wrong")] == [DENIED] * 2
        assert attempt(instances.PASSWORD) == 0, "a log-in that succeeds forgives the others"
        assert [attempt("wrong"), attempt("", user="nobody"), attempt("wrong")] == [DENIED] * 3
        with pytest.raises(pymysql.MySQLError) as caught:
            instance.connect(bind_address="127.0.0.3")
        assert caught.value.args[0] == BLOCKED
        assert caught.value.args[1].startswith("Host '127.0.0.3' is blocked because of many connection errors")
        cursor.execute("SELECT 1")
        assert cursor.fetchall(), "connections that are there stay"
        assert attempt(instances.PASSWORD, "127.0.0.4") == 0, "other addresses do not suffer"
    assert counted(instance, "login_failed") == before + 5
    assert counted(instance, "connection_blocked") >= 1
    wait_until(lambda: attempt(instances.PASSWORD) == 0, 10, "it may come again", every=0.3)


def test_a_change_of_the_user_counts_as_a_log_in(instance):
    set_global(instance, max_connect_errors=2, login_block_time=2)
    connections = [instance.connect(bind_address="127.0.0.5") for _ in range(2)]
    for connection in connections:
        with pytest.raises(pymysql.MySQLError) as caught:
            connection._execute_command(0x11, b"nobody\x00\x00\x00\x21\x00mysql_native_password\x00")
            connection._read_packet()  # asks for a proof
            connection.write_packet(b"x" * 20)
            connection._read_packet()
        assert caught.value.args[0] == DENIED
        connection._force_close()
    # A client may have its answer a little before it is counted.
    wait_until(lambda: instance.log_text().count("log-in failed: 127.0.0.5") == 2, 10, "both are counted")
    assert failure(lambda: instance.connect(bind_address="127.0.0.5")) == BLOCKED


def test_who_only_looks_whether_the_port_is_open_is_not_kept_out(instance):
    set_global(instance, max_connect_errors=2)
    for _ in range(20):
        peer(instance).close()
    assert failure(instance.connect) == 0


def test_silent_peers_keep_nobody_waiting(instance):
    silent = [peer(instance) for _ in range(300)]
    begin = time.monotonic()
    for _ in range(5):
        assert failure(instance.connect) == 0
    assert time.monotonic() - begin < 5
    assert counted(instance, "handshake_evicted") >= 200
    let_go(silent[0])
    for one in silent:
        one.close()


def test_a_log_in_has_a_deadline_however_it_is_drawn_out(instance):
    set_global(instance, connect_timeout=1)
    slow = peer(instance)
    slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    begin = time.monotonic()
    with pytest.raises(OSError):
        for byte in b"\x40\x00\x00\x01" + b"x" * 60:
            slow.sendall(bytes([byte]))
            time.sleep(0.2)
    assert 0.8 < time.monotonic() - begin < 6
    slow.close()


def test_before_the_log_in_packets_are_small(instance):
    large = peer(instance)
    large.sendall((200_000).to_bytes(3, "little") + b"\x01")
    begin = time.monotonic()
    let_go(large)
    assert time.monotonic() - begin < 5, "it is not waited for"


def test_statements_and_packets_have_a_largest_size(instance):
    connection = instance.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT '" + "x" * 1_000_000 + "'")
        with pytest.raises(pymysql.MySQLError) as caught:
            cursor.execute("SELECT '" + "x" * (1 << 20) + "'")
        assert caught.value.args[0] == TOO_LARGE
        cursor.execute("SELECT 1")
        assert cursor.fetchall(), "the connection lives"
        with pytest.raises(pymysql.MySQLError) as caught:
            cursor.execute("SELECT '" + "x" * (5 << 20) + "'")
        assert caught.value.args[0] in (TOO_LARGE, 2006, 2013)
        with pytest.raises(pymysql.MySQLError):
            cursor.execute("SELECT 1")
