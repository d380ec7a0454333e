"""A host dies, an instance stands still, a line is cut: tenants get another primary within seconds, and who reads a log
through a living server reads on, byte for byte. How long the gap was is printed; `pytest -s` shows it."""

import os
import signal
import time

import pytest

from cluster import running_cluster
from cluster_scene import Scene
from instance import PASSWORD, USER, mark
from processes import wait_until

pytestmark = pytest.mark.bounded(240)


@pytest.fixture
def cluster(workshop):
    with running_cluster(workshop) as made:
        yield made


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
    # A replica that asks where the tenant is not known yet has to come again, not to give up.
    number, text = scene.primary_server.error("SELECT 1", user=scene.tenant.login(USER), password=PASSWORD)
    assert number == 1053 and "MetaDB" in text
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


def test_one_that_has_little_of_the_log_gives_the_tenant_back(cluster, workshop):
    """It became primary because nobody else was left, and its source no longer keeps what it lacks."""
    scene = Scene(cluster, workshop, replicas=2)
    scene.subscriber.stop()
    source = scene.tenant.source
    little = next(row["name"] for row in scene.rows() if row["name"] != scene.primary.name)
    scene.entry.run(f"STOP BINLOG INSTANCE {little}")
    wait_until(lambda: "Stop" in scene.states(), 30, scene.rows)
    for _ in range(4):
        source.sql(
            "INSERT INTO d.t (b) VALUES (REPEAT('x', 60000))", "INSERT INTO d.t (b) SELECT b FROM d.t", "FLUSH LOGS"
        )
    token = scene.fill()
    scene.primary.wait_for(token)
    source.sql("FLUSH LOGS")
    newest = source.sql("SHOW BINARY LOGS")[-1][0]
    source.sql(f"PURGE BINARY LOGS TO '{newest}'")
    marks = os.path.join(scene.primary.data, "binlog", "marks", "mysql-bin.000001.marks")
    before = os.path.getsize(marks)
    for _ in range(10):  # so much that the primary itself could go on
        source.sql("INSERT INTO d.t (b) VALUES (REPEAT('y', 60000))")
    token = scene.fill()
    scene.primary.wait_for(token)
    wait_until(lambda: os.path.getsize(marks) > before, 20, "a mark of the newest binlog file is on the disk")
    scene.kill_host()
    scene.entry.run(f"START BINLOG INSTANCE {little}")
    assert scene.wait_elsewhere(40).name == little
    scene.primary_server.host.restore()
    scene.primary_server.start()
    wait_until(lambda: scene.where()["ip"] == scene.primary_server.address, 90, lambda: (scene.rows(), scene.history()))
    assert any("has stopped capturing" in reason for reason in scene.told("failover")), scene.history()
    later = scene.fill()
    for instance in cluster.instances().values():
        if instance.name in (little, scene.primary.name):
            instance.wait_for(token)
            instance.wait_for(later)
