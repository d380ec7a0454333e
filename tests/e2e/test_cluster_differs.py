"""A follower in a cluster whose log is not its primary's ends, is started again, and copies the log anew."""

import os

import pytest

from cluster import running_cluster
from cluster_scene import Scene
from processes import wait_until
from same_files import assert_same_files
from spoil import spoil_last_event

pytestmark = pytest.mark.bounded(240)


@pytest.fixture
def scene(workshop):
    with running_cluster(workshop) as cluster:
        yield Scene(cluster, workshop, replicas=2)


def follower_row(scene):
    (row,) = [row for row in scene.rows() if row["role"] == "follower"]
    return row


def order(scene, name, verb, state):
    scene.entry.run(f"{verb} BINLOG INSTANCE {name}")
    if state:
        wait_until(lambda: follower_row(scene)["state"] == state, 30, scene.rows)


def test_it_copies_anew_and_is_never_primary_meanwhile(scene):
    name = follower_row(scene)["name"]
    follower = scene.cluster.instances()[name]
    order(scene, name, "STOP", "Stop")
    spoil_last_event(follower.files()[-1])
    restarts = follower_row(scene)["restarts"]
    order(scene, name, "START", None)
    wait_until(lambda: "not the beginning of its primary's" in (follower_row(scene)["reason"] or ""), 30, scene.rows)
    assert follower_row(scene)["name"] == name
    wait_until(lambda: follower_row(scene)["state"] == "Running", 30, scene.rows)
    follower.wait_for(scene.fill())
    assert_same_files(follower, scene.primary)
    assert os.path.isdir(os.path.join(follower.data, "binlog.replaced"))
    (reason,) = scene.told("restart instance")
    assert "exit code 1" in reason and "not the beginning of its primary's" in reason, reason
    row = follower_row(scene)
    assert row["name"] == name and not row["reason"] and row["restarts"] == restarts + 1, row
    assert not scene.told("failover") and not scene.told("give up instance"), scene.history()
    assert scene.subscriber.unbroken
    scene.end(scene.primary)
