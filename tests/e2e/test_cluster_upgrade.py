"""Servers get new programs one after the other, under load, as docs/cluster.md says: subscribers have every byte in the
end, and no tenant loses its primary on the way."""

import pytest

from clients import Source
from cluster import running_cluster
from copies import Following
from door import Door
from instance import PASSWORD, USER, mark
from load import Load
from pairs import Pair
from processes import wait_until
from same_files import assert_same_files
from tenants import Tenant
from versions import Programs

pytestmark = pytest.mark.bounded(300)


@pytest.fixture
def cluster(workshop):
    def give_programs(made):
        made.programs = {server.address: Programs(workshop.place("programs")) for server in made.servers}
        for server in made.servers:
            server.program = made.programs[server.address].sluiced

    with running_cluster(workshop, give_programs) as made:
        yield made


class Upgrade:
    """The operator: whatever he does to a server, he asks another."""

    def __init__(self, cluster, tenant):
        self.cluster = cluster
        self.tenant = tenant
        self.switches = 0

    def rows(self, at):
        return at.rows(f"SHOW BINLOG INSTANCES FOR {self.tenant.sql}")

    def row(self, at, name):
        return next(row for row in self.rows(at) if row["name"] == name)

    def switch_away(self, server, other):
        for row in self.rows(other):
            if row["ip"] != server.address or row["role"] != "primary":
                continue
            heir = next(one["name"] for one in self.rows(other) if one["ip"] != server.address)
            other.run(f"SWITCH MASTER INSTANCE TO {heir} FOR TENANT {self.tenant.sql} FULL")
            self.switches += 1
            wait_until(lambda: self.row(other, heir)["role"] == "primary", 10, lambda: self.rows(other))

    def exchange(self, server):
        server.stop()
        self.cluster.programs[server.address].install()
        server.start()

    def restart(self, instance, other):
        for wanted, state in (("STOP", "Stop"), ("START", "Running")):
            other.run(f"{wanted} BINLOG INSTANCE {instance.name}")
            wait_until(lambda: self.row(other, instance.name)["state"] == state, 60, lambda: self.rows(other))
        token = mark(self.tenant.source)
        instance.wait_for(token)
        wait_until(lambda: not self.row(other, instance.name)["reason"], 20, lambda: self.rows(other))

    def upgrade(self, server):
        other = next(one for one in self.cluster.servers if one is not server)
        before = {instance.name: instance.pid for instance in server.instances()}
        self.switch_away(server, other)
        self.exchange(server)
        assert {instance.name: instance.pid for instance in server.instances()} == before, "instances go on meanwhile"
        programs = self.cluster.programs[server.address]
        assert not any(programs.is_run_by(pid) for pid in before.values()), "with the programs they were started with"
        for instance in server.instances():
            self.restart(instance, other)

    def is_done(self):
        for server in self.cluster.servers:
            programs = self.cluster.programs[server.address]
            pids = [server.process.pid] + [instance.pid for instance in server.instances()]
            if not all(programs.is_run_by(pid) for pid in pids):
                return False
        return True


def test_server_by_server(cluster, workshop):
    host, source = cluster.database("mariadb", "source")
    tenant = Tenant("shop", "orders", source, address=host.address)
    cluster.servers[0].create(tenant, ", REPLICATE NUM 2", max_binlog_size=1 << 20)
    operator = Upgrade(cluster, tenant)
    asked = cluster.servers[0]
    running = ["Running"] * 2
    wait_until(lambda: [row["state"] for row in operator.rows(asked)] == running, 40, lambda: operator.rows(asked))
    door = workshop.keep(Door(cluster.client.address, cluster.addresses))
    place = Source(door.port, tenant.login(USER), PASSWORD, door.address)
    copies = [workshop.keep(Following(place, workshop.place("copy"), by_gtid)) for by_gtid in (False, True)]
    load = Load(source, Pair("mariadb", "any"), seed=47, pause=0.05, small=True)
    for server in cluster.servers:
        operator.upgrade(server)
        token = mark(source)
        for copy in copies:
            copy.wait_for(token, 30)
    assert operator.is_done()
    load.stop()
    check_at_the_end(operator, copies)


def check_at_the_end(operator, copies):
    cluster, tenant = operator.cluster, operator.tenant
    token = mark(tenant.source)
    one, other = cluster.instances().values()
    for log in (one, other, *copies):
        log.wait_for(token)
    assert_same_files(one, other)
    for copy in copies:
        copy.stop()
        copy.assert_is_log_of(one)
    told = [row["action"] for row in cluster.servers[0].rows(f"SHOW BINLOG HISTORY FOR TENANT {tenant.sql}")]
    assert told.count("switch primary") == operator.switches >= 1, told
    assert not {"failover", "take over", "give up instance", "restart instance"} & set(told), told
