"""An instance, its source and a subscriber on a host each, and the lines between them."""

import time

import pytest

import namespaces
from clients import Source
from copies import follow
from instance import ADMIN, PASSWORD, USER, mark
from namespaces import Network
from odp_client import OdpClient
from processes import wait_until
from raw_client import NON_BLOCKING
from tenants import Tenant

pytestmark = pytest.mark.bounded(120)


class Hosts:
    def __init__(self, workshop):
        self.network = workshop.keep(Network())
        self.reader, self.middle, self.far = (self.network.host(name) for name in ("reader", "middle", "far"))
        with self.far.inside():
            self.source = workshop.server("mariadb", {"bind_address": self.far.address})
        with self.middle.inside():
            self.instance = workshop.instance(
                f"{self.far.address}:{self.source.port}",
                kind="mariadb",
                listen={"address": "0.0.0.0", "trusted": [self.reader.address]},
            )
        self.place = Source(self.instance.port, USER, PASSWORD, self.middle.address)

    def status(self, name):
        with self.middle.inside():
            return self.instance.rows(f"SHOW STATUS LIKE 'sluice_capture_{name}'")[0]["Value"]


@pytest.fixture
def hosts(workshop):
    if namespaces.unavailable():
        pytest.skip(namespaces.unavailable())
    return Hosts(workshop)


def test_a_source_that_falls_silent(hosts, workshop):
    follower = follow(workshop, hosts.place, hosts.reader)
    follower.wait_for(mark(hosts.source))
    hosts.far.cut()
    token = mark(hosts.source)  # over its socket
    # Three heartbeats of a second, and five seconds: then it counts as lost.
    wait_until(lambda: hosts.status("state") != "capturing", 20, lambda: hosts.status("state"))
    hosts.far.restore()
    follower.wait_for(token)
    assert follower.unbroken
    follower.stop()
    follower.assert_is_log_of(hosts.instance)


@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_subscriber_that_is_heard_of_in_one_direction_only(hosts, workshop, direction):
    follower = follow(workshop, hosts.place, hosts.reader)
    follower.wait_for(mark(hosts.source))
    hosts.reader.cut(direction)
    token = mark(hosts.source)
    with hosts.middle.inside():
        wait_until(lambda: hosts.instance.holds(token), 20, "the instance goes on")
    if direction == "in":
        wait_until(lambda: follower.connections > 1, 20, "it has noticed")
    else:
        time.sleep(1)
    hosts.reader.restore()
    follower.wait_for(token)
    follower.stop()
    follower.assert_is_log_of(hosts.instance)


def test_what_odp_does_at_an_instance(hosts):
    """The second half of what it does; the first, to ask where that is, needs a Binlog server."""
    token = mark(hosts.source)
    wait_until(lambda: hosts.instance.holds(token), 20, "the log")
    odp = OdpClient([], Tenant("shop", "orders", hosts.source), USER, hosts.reader)
    odp.where = lambda: (hosts.middle.address, hosts.instance.port)
    odp.set("SET @master_binlog_checksum = 'CRC32'", "SET @master_heartbeat_period = 1000000000", "SET NAMES utf8mb4")
    assert odp.rows("SELECT @master_heartbeat_period AS period")[0]["period"] == 1000000000
    with odp.dump("mysql-bin.000001", flags=NON_BLOCKING) as dump:
        assert sum(event.size for event in dump if event.end) > 0
    with odp.dump_beyond("") as dump:
        dump.first(3)
        with hosts.middle.inside():
            (row,) = hosts.instance.rows("SHOW BINLOG DUMPLIST", user=ADMIN)
        assert row["RealHost"] == f"{odp.client_ip}:{odp.client_port}"
        assert row["Host"].startswith(hosts.reader.address) and row["User"] == f"{USER}@orders#shop"
