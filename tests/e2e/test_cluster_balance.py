"""Tenants that are created one after another are spread over unequal servers by what these have free."""

import pytest

import namespaces
from cluster import Cluster
from processes import wait_until
from small_disk import SmallDisk
from tenants import Tenant

pytestmark = pytest.mark.bounded(240)
_GIB = 1 << 30
_TENANTS = 20


@pytest.fixture
def cluster(workshop):
    """Servers whose disks are as 1 : 2 : 4. All else they have is the one machine's, and so the same."""
    if namespaces.unavailable():
        pytest.skip(namespaces.unavailable())
    disks = [workshop.keep(SmallDisk(workshop.place("disk"), size * _GIB)) for size in (40, 80, 160)]
    cluster = Cluster(workshop, directories=[disk.folder for disk in disks])
    cluster.start()
    cluster.servers[0].prepare().run("ALTER BINLOG CLUSTER SET cpu_mem_disk_net_weighted = '0:0:1:0'")
    return cluster


def test_twenty_tenants_on_three_unequal_servers(cluster, workshop):
    host, source = cluster.database("mariadb", "source")
    wait_until(lambda: _metrics(cluster), 20, "metrics of three servers")
    tenants = [Tenant("shop", f"t{number}", source, address=host.address) for number in range(_TENANTS)]
    for tenant, server in zip(tenants, cluster.servers * _TENANTS):
        server.run(tenant.create(binlog_expire_logs_size=None))
    for tenant in tenants:
        cluster.servers[0].wait_served(tenant)
    counts = [len(server.instances()) for server in cluster.servers]
    assert sum(counts) == _TENANTS
    for count, fair in zip(counts, (_TENANTS / 7, _TENANTS * 2 / 7, _TENANTS * 4 / 7)):
        assert abs(count - fair) <= 1, f"{counts} of disks as 1 : 2 : 4"
    for server in cluster.servers:
        plan = server.rows("REBALANCE BINLOG DRY RUN")
        assert [row["kind"] for row in plan] == ["none"], plan
    reasons = cluster.servers[0].rows("SHOW BINLOG HISTORY FOR TENANT `shop`.`t7`")
    assert any(tenant_row["reason"] for tenant_row in reasons)


def _metrics(cluster):
    rows = cluster.servers[0].rows("SHOW NODES")
    return all(row["metric"] and '"disk_total": null' not in row["metric"] for row in rows)


def test_rebalancing_moves_instances_and_their_logs_stay_the_same(cluster):
    """All tenants are made while one server is away; when it is there some move to it, byte for byte."""
    small, large, _ = cluster.servers
    for server in cluster.servers[1:]:
        server.stop()
    wait_until(lambda: _states(small).count("OFFLINE") == 2, 40, "two servers are known to be gone")
    host, source = cluster.database("mariadb", "source")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b text)")
    tenants = [Tenant("shop", f"m{number}", source, address=host.address) for number in range(4)]
    for tenant in tenants:
        small.create(tenant, binlog_expire_logs_size=None)
    before = {tenant.name: _log(cluster, tenant) for tenant in tenants}
    large.start()
    wait_until(lambda: _metrics_of(small, large), 20, "metrics of the server that is back")
    begun = [row for row in small.rows("REBALANCE BINLOG") if row["kind"] == "data"]
    assert begun and all(row["result"].startswith("begun") for row in begun), begun

    def moved():
        return len(small.rows(f"SHOW BINLOG INSTANCES FROM IP '{large.address}'")) == len(begun) and all(
            row["service_mode"] == "enabled" for row in small.rows(f"SHOW BINLOG INSTANCES FROM IP '{large.address}'")
        )

    wait_until(lambda: moved() and _primaries(small, large) == len(begun), 60, "the moves are ended")
    source.sql("INSERT INTO d.t (b) VALUES ('after the move')")
    for tenant in tenants:
        small.wait_served(tenant)
        wait_until(lambda tenant=tenant: len(_log(cluster, tenant)) > len(before[tenant.name]), 30, "what came later")
        assert _log(cluster, tenant).startswith(before[tenant.name])


def _states(server):
    return [row["state"] for row in server.rows("SHOW NODES")]


def _metrics_of(asked, server):
    (row,) = asked.rows(f"SHOW NODES FROM IP '{server.address}'")
    return row["state"] == "ONLINE" and '"disk_total": null' not in row["metric"]


def _primaries(asked, server):
    rows = asked.rows(f"SHOW BINLOG INSTANCES FROM IP '{server.address}'")
    return sum(row["role"] == "primary" and row["state"] == "Running" for row in rows)


def _log(cluster, tenant):
    """The first file of the tenant's log, where its primary is."""
    row = cluster.servers[0].rows(tenant.where())[0]
    with open(cluster.instance_at(row).files()[0], "rb") as file:
        return file.read()
