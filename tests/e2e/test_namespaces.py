"""The hosts that tests are run on, without Sluice: they reach each other, nothing else, and leave nothing behind."""

import os
import socket
import subprocess
import sys
import threading

import pymysql
import pytest

import namespaces
from processes import wait_until

pytestmark = pytest.mark.bounded(60)
_PORT = 7000


@pytest.fixture
def network():
    if namespaces.unavailable():
        pytest.skip(namespaces.unavailable())
    network = namespaces.Network()
    yield network
    network.close()


@pytest.fixture
def pair(network):
    return network.host("one"), network.host("other")


class Echo:
    """Answers each connection with its client's address, then with all it is sent."""

    def __init__(self, host):
        self.address = host.address, _PORT
        with host.inside():
            self.listener = socket.create_server(self.address)
            threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, address = self.listener.accept()
            except OSError:
                return
            client.sendall(address[0].encode() + b"\n")
            threading.Thread(target=self._repeat, args=(client,), daemon=True).start()

    @staticmethod
    def _repeat(client):
        while data := client.recv(4096):
            client.sendall(data)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def echo(pair):
    echo = Echo(pair[1])
    yield echo
    echo.close()


def ask(connection, text=b"x"):
    connection.settimeout(0.5)
    connection.sendall(text)
    return connection.recv(100)


def test_hosts_have_addresses_of_their_own(pair, echo):
    with pair[0].inside(), socket.create_connection(echo.address, 2) as connection:
        assert connection.recv(100).decode().strip() == pair[0].address


def test_this_process_stays_where_it_was(pair):
    before = os.readlink("/proc/thread-self/ns/net")
    with pair[0].inside():
        assert os.readlink("/proc/thread-self/ns/net") != before
    assert os.readlink("/proc/thread-self/ns/net") == before
    with socket.socket() as outside, pytest.raises(OSError):  # the machine itself has no such address
        outside.bind((pair[0].address, 0))


def test_a_connection_made_inside_goes_on_outside(pair, echo):
    with pair[0].inside():
        connection = socket.create_connection(echo.address, 2)
    with connection:
        assert connection.recv(100).decode().strip() == pair[0].address
        assert ask(connection) == b"x"


@pytest.mark.parametrize("direction", ["in", "out", "both"])
def test_a_cut_line_is_silent_and_comes_back(pair, echo, direction):
    with pair[0].inside():
        connection = socket.create_connection(echo.address, 2)
    with connection:
        connection.recv(100)
        pair[0].cut(direction)
        with pytest.raises(TimeoutError):
            ask(connection, b"lost")
        pair[0].restore()
        connection.settimeout(20)  # until it is sent again
        assert connection.recv(4) == b"lost"


def test_one_direction_is_cut_and_the_other_is_not(network):
    sender, receiver = network.host("sender"), network.host("receiver")
    with receiver.inside():
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listener.bind((receiver.address, _PORT))
        listener.settimeout(0.3)
    with sender.inside():
        speaker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        speaker.bind((sender.address, _PORT))
        speaker.settimeout(0.3)

    def arrives(one, other, host):
        one.sendto(b"x", (host.address, _PORT))
        try:
            return other.recv(10) == b"x"
        except TimeoutError:
            return False

    with listener, speaker:
        assert arrives(speaker, listener, receiver) and arrives(listener, speaker, sender)
        sender.cut("out")
        assert not arrives(speaker, listener, receiver) and arrives(listener, speaker, sender)
        sender.restore()
        sender.lose_way_to(receiver)
        assert not arrives(speaker, listener, receiver) and arrives(listener, speaker, sender)
        sender.restore()
        assert arrives(speaker, listener, receiver) and arrives(listener, speaker, sender)


def test_an_unplugged_host_notices(pair):
    pair[0].unplug()
    wait_until(lambda: "NO-CARRIER" in namespaces.ip("-n", pair[0].namespace, "link", "show", "eth0"), 5, "no carrier")
    pair[0].restore()
    wait_until(lambda: "NO-CARRIER" not in namespaces.ip("-n", pair[0].namespace, "link", "show", "eth0"), 5, "carrier")


def test_a_program_runs_in_its_host(pair, workshop):
    process = pair[0].process(["sleep", "60"], workshop.place("sleep.log"))
    assert pair[0].pids() == [process.pid] and not pair[1].pids()
    process.kill()
    assert not pair[0].pids()


@pytest.mark.parametrize("kind", ["mariadb", "mysql97", "mysql56"])
def test_a_database_server_in_a_host(pair, workshop, kind):
    with pair[1].inside():
        server = workshop.server(kind, {"bind_address": pair[1].address})
    server.account("far", "away 1", "SELECT")
    with pair[0].inside():
        connection = pymysql.connect(host=pair[1].address, port=server.port, user="far", password="away 1")
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT USER()")
        assert cursor.fetchone()[0] == f"far@{pair[0].address}"


def test_nothing_is_left(network):
    network.host("one")
    names = namespaces.ip("netns", "list")
    assert network.hosts[0].namespace in names
    left = network.hosts[0].namespace
    network.close()
    assert left not in namespaces.ip("netns", "list")


def test_what_a_killed_run_left_is_removed(network):
    script = (
        "import sys, time; sys.path.insert(0, '.'); import namespaces, processes\n"
        "host = namespaces.Network().host('left')\n"
        "print(host.namespace, flush=True)\n"
        "time.sleep(60)"
    )
    folder = os.path.dirname(os.path.abspath(__file__))
    run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=folder)
    left = run.stdout.readline().strip()
    namespaces.remove_stale()
    assert left in namespaces.ip("netns", "list"), "its run is alive"
    run.kill()
    run.wait()
    run.stdout.close()
    namespaces.remove_stale()
    assert left not in namespaces.ip("netns", "list")
