"""A full disk in a cluster: a primary that has one gives way to a follower with room, and to nobody else."""

import os
import time

import pytest

import namespaces
from cluster import Cluster
from cluster_scene import Scene
from processes import wait_until
from same_files import assert_same_files
from small_disk import SmallDisk

pytestmark = pytest.mark.bounded(240)


class SmallDisks:
    """A cluster whose servers have their directories on disks of a size of their own."""

    size = 128 << 20  # a good deal more than what counts as room

    def __init__(self, workshop):
        self.disks = [workshop.keep(SmallDisk(workshop.place("disk"), self.size)) for _ in range(3)]
        self.cluster = Cluster(workshop, directories=[os.path.join(disk.folder, "server") for disk in self.disks])
        self.cluster.start().servers[0].prepare()

    def of(self, server):
        return self.disks[self.cluster.servers.index(server)]


@pytest.fixture
def small_disks(workshop):
    if namespaces.unavailable():
        pytest.skip(namespaces.unavailable())
    made = SmallDisks(workshop)
    with made.cluster.client.inside():
        yield made


def reason_of(scene, name):
    (told,) = [row for row in scene.rows() if row["name"] == name]
    return told["reason"] or ""


def test_a_primary_with_a_full_disk_gives_way(small_disks, workshop):
    """To a follower with room; it follows when it has room itself, and is primary again only for a reason."""
    scene = Scene(small_disks.cluster, workshop, replicas=2)
    disk = small_disks.of(scene.primary_server)
    pid = scene.primary.pid
    disk.fill(0)
    scene.fill()  # more than the last page takes
    scene.measure_gap("a full disk of the primary", 20)
    primary = scene.wait_elsewhere()
    (reason,) = scene.told("failover")
    print(reason)
    assert "disk full" in reason and primary.name in reason
    scene.subscriber.wait_for(scene.fill())
    time.sleep(8)
    assert scene.where()["ip"] != scene.primary_server.address
    disk.empty()
    token = scene.fill()
    scene.primary.wait_for(token)
    primary.wait_for(token)
    assert_same_files(scene.primary, primary)
    assert scene.primary.pid == pid, "it was not started again"
    # The other's disk is full now: there is a reason.
    follower_server = scene.server_at(scene.where()["ip"])
    small_disks.of(follower_server).fill(0)
    scene.fill()
    scene.measure_gap("a full disk of its successor", 20)
    home = scene.primary_server.address
    wait_until(lambda: scene.where()["ip"] == home, 20, lambda: (scene.where(), scene.history()))
    assert len(scene.told("failover")) == 2, scene.history()
    scene.end(scene.primary)


def test_a_full_disk_moves_nothing_without_a_follower_that_has_room(small_disks, workshop):
    scene = Scene(small_disks.cluster, workshop, replicas=2)
    before = scene.where()
    for disk in small_disks.disks:
        disk.fill(0)
    token = scene.fill()
    # Who is primary may change once, to one whose full disk nobody has noticed; then it stays.
    wait_until(lambda: "no space is left" in reason_of(scene, scene.primary.name), 20, scene.rows)
    time.sleep(20)
    assert len(scene.told("failover")) <= 1, scene.history()
    for disk in small_disks.disks:
        disk.empty()
    scene.subscriber.wait_for(token)
    assert before["status"] == scene.where()["status"] == "OK"
    scene.end(scene.cluster.instance_at(scene.where()))


def test_a_full_disk_of_the_only_replica_moves_nothing(small_disks, workshop):
    scene = Scene(small_disks.cluster, workshop, replicas=1)
    disk = small_disks.of(scene.primary_server)
    disk.fill(0)
    token = scene.fill()
    wait_until(lambda: "no space is left" in reason_of(scene, scene.primary.name), 20, scene.rows)
    time.sleep(8)
    assert scene.where()["ip"] == scene.primary_server.address and not scene.told("failover")
    disk.empty()
    scene.subscriber.wait_for(token)
    scene.end(scene.primary)
