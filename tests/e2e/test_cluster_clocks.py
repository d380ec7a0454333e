"""Clocks of hosts that are hours apart: nothing moves for that, and what has to move does."""

import glob
import time

import pytest

from cluster import running_cluster
from copies import follow
from instance import mark
from processes import wait_until
from tenants import Tenant

pytestmark = pytest.mark.bounded(180)
_OFFSETS = ("+5h", "-3h", "+30d")


def _faketime():
    """The library that gives a process another time of day; empty if it is not there."""
    found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    return found[0] if found else ""


@pytest.fixture
def cluster(workshop):
    if not _faketime():
        pytest.skip("SKIPPED, NO CLOCKS APART WERE TRIED: libfaketime is not there")

    def set_clocks(made):
        for server, offset in zip(made.servers, _OFFSETS):
            # Only the time of day: nobody's steady clock jumps when the time of day is wrong.
            server.environment = {"LD_PRELOAD": _faketime(), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    with running_cluster(workshop, set_clocks) as made:
        yield made


def test_hours_apart(cluster, workshop):
    host, source = cluster.database("mariadb", "source")
    tenant = Tenant("shop", "orders", source, address=host.address)
    row = cluster.servers[0].create(tenant, ", REPLICATE NUM 2")
    said = [server.log_text()[:13] for server in cluster.servers]
    assert len(set(said)) == len(said), f"their clocks are apart, by their logs: {said}"
    entry = next(server for server in cluster.servers if server.address != row["ip"])
    subscriber = follow(workshop, entry.source(tenant), cluster.client)
    subscriber.wait_for(mark(source))
    time.sleep(8)
    assert entry.rows(tenant.where())[0]["ip"] == row["ip"], "nothing has moved"
    states = [node["state"] for node in entry.rows("SHOW NODES")]
    assert states == ["ONLINE"] * 3

    lost = next(server for server in cluster.servers if server.address == row["ip"])
    lost.host.cut()
    lost.kill()
    for instance in lost.instances():
        instance.kill()
    began = time.monotonic()
    token = mark(source)
    subscriber.wait_for(token, 30)
    print(f"\nhours apart, a host dies: the subscriber waited {time.monotonic() - began:.2f} s")
    print([one["reason"] for one in entry.rows(f"SHOW BINLOG HISTORY FOR TENANT {tenant.sql}")])
    new = wait_until(lambda: entry.wait_served(tenant), 20, "it is served")
    assert new["ip"] != row["ip"]
    subscriber.stop()
    subscriber.assert_is_log_of(cluster.instance_at(new))
