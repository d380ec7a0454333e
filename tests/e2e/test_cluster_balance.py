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
