"""A host dies, an instance stands still, a line is cut: tenants get another primary within seconds, and who reads a log
through a living server reads on, byte for byte. How long the gap was is printed; `pytest -s` shows it."""

import os
import signal
import time

import pymysql
import pytest

import namespaces
from cluster import Cluster
from copies import follow
from instance import mark
from processes import wait_until
from tenants import Tenant

pytestmark = pytest.mark.bounded(240)
_GAP_MAX = 10  # seconds


@pytest.fixture
def cluster(workshop):
    if namespaces.unavailable():
        pytest.skip(namespaces.unavailable())
    cluster = Cluster(workshop)
    cluster.start().servers[0].prepare()
    with cluster.client.inside():
        yield cluster


class Scene:
    """A tenant with instances on `replicas` servers, and a subscriber by file and position at a server that has not the
    primary."""

    def __init__(self, cluster, workshop, replicas):
        self.cluster = cluster
        host, source = cluster.database("mariadb", "source")
        source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b text)")
        self.tenant = Tenant("shop", "orders", source, address=host.address)
        row = cluster.servers[0].create(self.tenant, f", REPLICATE NUM {replicas}")
        wait_until(lambda: self.states().count("Running") == replicas, 40, self.rows)
        self.primary_server = self.server_at(row["ip"])
        self.primary = cluster.instance_at(row)
        self.entry = self._entry()
        self.subscriber = follow(workshop, self.entry.source(self.tenant), cluster.client)
        self.token = self.fill()
        for instance in cluster.instances().values():
            instance.wait_for(self.token)
        self.subscriber.wait_for(self.token)

    def server_at(self, address):
        return next(server for server in self.cluster.servers if server.address == address)

    def _entry(self):
        """Preferably one without an instance of the tenant."""
        used = {row["ip"] for row in self.rows()}
        others = [server for server in self.cluster.servers if server is not self.primary_server]
        return next((server for server in others if server.address not in used), others[0])

    def rows(self):
        living = next(server for server in self.cluster.servers if server.running)
        return living.rows(f"SHOW BINLOG INSTANCES FOR {self.tenant.sql}")

    def states(self):
        return [row["state"] for row in self.rows()]

    def fill(self):
        for _ in range(5):
            self.tenant.source.sql("INSERT INTO d.t (b) VALUES (REPEAT('x', 3000)), ('y')")
        return mark(self.tenant.source)

    def kill_host(self, server=None):
        """As a power cut: nobody hears of it."""
        server = server or self.primary_server
        server.host.cut()
        server.kill()
        for instance in server.instances():
            instance.kill()

    def measure_gap(self, what, most=_GAP_MAX):
        """From now on, until the subscriber has what is written now."""
        began = time.monotonic()
        token = mark(self.tenant.source)
        self.subscriber.wait_for(token, 60)
        gap = time.monotonic() - began
        print(f"\n{what}: the subscriber waited {gap:.2f} s")
        assert gap < most, what
        return gap

    def where(self):
        try:
            return self.entry.rows(self.tenant.where())[0]
        except pymysql.MySQLError as error:
            return {"ip": None, "error": error.args}

    def wait_elsewhere(self, seconds=20):
        """The tenant's new primary."""
        before = self.primary_server.address

        def look():
            row = self.where()
            return row if row["ip"] not in (None, before) else None

        return self.cluster.instance_at(wait_until(look, seconds, lambda: (self.where(), self.history())))

    def history(self):
        rows = self.entry.rows(f"SHOW BINLOG HISTORY FOR TENANT {self.tenant.sql}")
        return [(row["action"], row["reason"]) for row in rows]

    def told(self, action):
        return [reason for name, reason in self.history() if name == action]

    def end(self, instance):
        """What the subscriber has is what that instance stores."""
        token = self.fill()
        instance.wait_for(token)
        self.subscriber.wait_for(token)
        self.subscriber.stop()
        self.subscriber.assert_is_log_of(instance)


def same_bytes(one, other):
    for left, right in zip(one.files(), other.files()):
        with open(left, "rb") as first, open(right, "rb") as second:
            yield first.read() == second.read()


def test_a_host_dies(cluster, workshop):
    scene = Scene(cluster, workshop, replicas=2)
    scene.kill_host()
    scene.measure_gap("kill -9 of a host")
    primary = scene.wait_elsewhere()
    (reason,) = scene.told("failover")
    print(reason)
    assert "silent" in reason and "asked at" in reason and primary.name in reason
    # The former primary returns and follows; its bytes are those of the new one.
    scene.primary_server.host.restore()
    scene.primary_server.start()
    token = scene.fill()
    scene.primary.wait_for(token)
    primary.wait_for(token)
    assert scene.where()["ip"] != scene.primary_server.address
    assert all(same_bytes(scene.primary, primary))
    scene.end(primary)


def test_a_primary_stands_still(cluster, workshop):
    scene = Scene(cluster, workshop, replicas=2)
    pid = scene.primary.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        gap = time.monotonic()
        scene.measure_gap("SIGSTOP of the primary", 15)
        primary = scene.wait_elsewhere()
        print(f"another primary after {time.monotonic() - gap:.2f} s: {scene.told('failover')}")
    finally:
        os.kill(pid, signal.SIGCONT)
    scene.primary.wait_for(scene.fill())
    scene.end(primary)
    assert scene.primary.pid == pid


@pytest.mark.parametrize("direction", ["out", "in"])
def test_a_line_is_cut_one_way(cluster, workshop, direction):
    scene = Scene(cluster, workshop, replicas=2)
    scene.primary_server.host.cut(direction)
    scene.measure_gap(f"a line that loses what goes {direction}")
    primary = scene.wait_elsewhere()
    scene.primary_server.host.restore()
    token = scene.fill()
    scene.primary.wait_for(token)
    primary.wait_for(token)
    scene.end(primary)


def test_the_only_replica_is_made_anew_elsewhere(cluster, workshop):
    scene = Scene(cluster, workshop, replicas=1)
    wait_until(lambda: cluster.metadb.sql("SELECT number FROM binlog_database.log_files"), 10, "its file is recorded")
    scene.kill_host()
    began = time.monotonic()
    token = mark(scene.tenant.source)
    primary = scene.wait_elsewhere(40)
    scene.subscriber.wait_for(token, 60)
    print(f"\na new instance elsewhere: the subscriber waited {time.monotonic() - began:.2f} s")
    (reason,) = scene.told("take over")
    print(reason)
    assert primary.name in reason and "begins at mysql-bin.000001" in reason
    scene.primary_server.host.restore()
    scene.primary_server.start()
    # One of the two goes; the log stays.
    wait_until(lambda: scene.told("end takeover"), 60, lambda: (scene.rows(), scene.history()))
    wait_until(lambda: scene.states().count("Running") == 1, 30, scene.rows)
    scene.end(cluster.instance_at(scene.where()))


def test_a_stand_in_is_lost_too(cluster, workshop):
    """Its tenant comes to the last server; when the others are back one instance is left, with all of the log."""
    scene = Scene(cluster, workshop, replicas=1)
    scene.subscriber.stop()
    wait_until(lambda: cluster.metadb.sql("SELECT number FROM binlog_database.log_files"), 10, "its file is recorded")
    scene.kill_host()
    scene.wait_elsewhere(40)
    second = scene.server_at(scene.where()["ip"])
    scene.entry = next(server for server in cluster.servers if server not in (second, scene.primary_server))
    scene.kill_host(second)
    wait_until(lambda: scene.where()["ip"] == scene.entry.address, 40, lambda: (scene.where(), scene.history()))
    last = cluster.instance_at(scene.where())
    last.wait_for(scene.token)
    for server in (second, scene.primary_server):
        server.host.restore()
        server.start()
    wait_until(lambda: scene.states().count("Running") == 1, 90, lambda: (scene.rows(), scene.history()))
    kept = cluster.instance_at(scene.where())
    kept.wait_for(scene.token)
    kept.wait_for(scene.fill())


def test_nothing_moves_while_the_metadb_is_away(cluster, workshop):
    scene = Scene(cluster, workshop, replicas=2)
    before = scene.where()
    cluster.metadb_host.cut()
    time.sleep(6)
    scene.measure_gap("the MetaDB away")
    cluster.metadb_host.restore()
    wait_until(lambda: scene.where() == before, 30, scene.where)
    time.sleep(5)
    assert scene.where() == before
    assert scene.subscriber.unbroken and not scene.told("failover"), scene.history()
    scene.end(scene.primary)


def test_a_host_dies_while_the_metadb_is_away(cluster, workshop):
    """Nobody can decide; when the MetaDB is back it is decided as soon as it is known who beats."""
    scene = Scene(cluster, workshop, replicas=2)
    cluster.metadb_host.cut()
    scene.kill_host()
    time.sleep(5)
    cluster.metadb_host.restore()
    began = time.monotonic()
    token = mark(scene.tenant.source)
    scene.subscriber.wait_for(token, 60)
    print(f"\nafter the MetaDB was back: {time.monotonic() - began:.2f} s")
    scene.end(scene.wait_elsewhere())


def test_a_primary_that_starts_again_keeps_its_tenant(cluster, workshop):
    scene = Scene(cluster, workshop, replicas=2)
    pid = scene.primary.kill()
    scene.measure_gap("kill -9 of the instance alone")
    assert scene.primary.wait_pid(other_than=pid) != pid
    assert scene.where()["ip"] == scene.primary_server.address and not scene.told("failover")
    scene.end(scene.primary)


@pytest.mark.parametrize("full", ["", " FULL"])
def test_a_switch_disturbs_subscribers_only_if_asked_to(cluster, workshop, full):
    scene = Scene(cluster, workshop, replicas=2)
    other = next(row["name"] for row in scene.rows() if row["name"] != scene.primary.name)
    scene.entry.run(f"SWITCH MASTER INSTANCE TO {other} FOR TENANT {scene.tenant.sql}{full}")
    scene.measure_gap("SWITCH MASTER INSTANCE" + full)
    if full:
        wait_until(lambda: not scene.subscriber.unbroken, 10, "the subscriber is disconnected")
    else:
        time.sleep(3)
        assert scene.subscriber.unbroken
    primary = cluster.instances()[other]
    scene.primary.wait_for(scene.fill())
    scene.end(primary)
