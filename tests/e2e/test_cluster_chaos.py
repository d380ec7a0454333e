"""Servers, instances, hosts, lines, the MetaDB and the sources fail, one after the other and together, under load. What
every subscriber has in the end is byte for byte what the primaries have, and each replica holds what its source holds.

SLUICE_CHAOS_ROUNDS: how many faults (3 if it is not said; a hundred take half an hour). SLUICE_CHAOS_SEED: which."""

import os
import random
import signal
import time

import pytest

import clients
import namespaces
from cluster import Cluster
from compare import assert_equal
from copies import Following
from door import Door
from instance import PASSWORD, USER, mark
from lasting_subscribers import BinlogCopy, ZongjiCopy
from load import Load
from pairs import Pair
from processes import wait_until
from same_files import assert_same_files
from servers import MySQL97
from tenants import Tenant

ROUNDS = int(os.environ.get("SLUICE_CHAOS_ROUNDS", "3"))
SEED = int(os.environ.get("SLUICE_CHAOS_SEED", "2026"))
_RECOVERY = 45  # seconds after which a subscriber must have what was written during a fault
_HALVES = ("myisam", "mixed_engines", "xa")  # what a MySQL replica cannot take back half done

pytestmark = [pytest.mark.bounded(240 + 45 * ROUNDS), pytest.mark.slow]


class Service:
    """A tenant: its source under load, and its subscribers, all through the door."""

    def __init__(self, cluster, door, kind, replicas):
        self.cluster = cluster
        self.kind = kind
        host, self.source = cluster.database(kind, f"{kind}{replicas}")
        self.tenant = Tenant("shop", f"{kind}_{replicas}", self.source, address=host.address)
        self.pair = Pair(kind, "mysql97")
        cluster.servers[0].create(
            self.tenant, f", REPLICATE NUM {replicas}", max_binlog_size=4 << 20, binlog_expire_logs_size=0
        )
        place = clients.Source(door.port, self.tenant.login(USER), PASSWORD, door.address)
        workshop = cluster.workshop
        self.copies = [workshop.keep(Following(place, workshop.place("copy"), by_gtid)) for by_gtid in (False, True)]
        self.programs = []
        self.replica = None
        if replicas > 1 and not MySQL97.unavailable():
            self.programs.append(workshop.keep(BinlogCopy(place, workshop.place("mysqlbinlog"))))
            self.replica = clients.MySQLReplica(workshop.server("mysql97", clients.replica_options("mysql97"))).follow(
                place
            )
        self.zongji = None
        if replicas > 1 and not clients.node_clients_unavailable():
            self.zongji = workshop.keep(ZongjiCopy(place, workshop.place("zongji"), ["marks", "calm"]))
        self.source.sql("CREATE DATABASE calm", "CREATE TABLE calm.t (a int primary key auto_increment, b text)")
        self.load = Load(self.source, self.pair, seed=SEED, pause=0.1, without=_HALVES, small=True)

    def beat(self):
        """Something that every subscriber has to get."""
        self.source.sql("INSERT INTO calm.t (b) VALUES ('beat')")
        return mark(self.source)

    def wait_for(self, token, seconds=_RECOVERY):
        for copy in self.copies:
            copy.wait_for(token, seconds)
        for program in self.programs + ([self.zongji] if self.zongji else []):
            program.wait_for(token, seconds)
        if self.replica:
            self.replica.wait_for(token, seconds)

    def primary(self):
        return self.cluster.instance_at(self.cluster.servers[0].wait_served(self.tenant))


# -- faults: each does its harm, waits, and undoes it ------------------------------------------------------------------


def instance_dies(story, chance, service):
    service.primary().kill()
    time.sleep(chance.uniform(0, 3))


def server_alone_dies(story, chance, service):
    server = chance.choice(story.cluster.servers)
    server.kill()
    time.sleep(chance.uniform(0, 6))
    server.launch()


def host_dies(story, chance, service, server=None):
    server = server or story.server_of(service.primary())
    server.host.cut()
    server.kill()
    for instance in server.instances():
        instance.kill()
    time.sleep(chance.uniform(3, 10))
    server.host.restore()
    server.launch()


def line_is_cut(story, chance, service):
    server = chance.choice(story.cluster.servers)
    server.host.cut(chance.choice(["in", "out", "both"]))
    time.sleep(chance.uniform(1, 10))
    server.host.restore()


def primary_stands_still(story, chance, service):
    pid = service.primary().pid
    os.kill(pid, signal.SIGSTOP)
    time.sleep(chance.uniform(1, 10))
    os.kill(pid, signal.SIGCONT)


def metadb_is_away(story, chance, service):
    pid = story.cluster.metadb.process.pid
    os.kill(pid, signal.SIGSTOP)
    time.sleep(chance.uniform(1, 12))
    os.kill(pid, signal.SIGCONT)


def source_is_away(story, chance, service):
    pid = service.source.process.pid
    os.kill(pid, signal.SIGSTOP)
    time.sleep(chance.uniform(1, 6))
    os.kill(pid, signal.SIGCONT)


def metadb_is_away_while_a_host_dies(story, chance, service):
    server = story.server_of(service.primary())
    pid = story.cluster.metadb.process.pid
    os.kill(pid, signal.SIGSTOP)
    host_dies(story, chance, service, server)
    os.kill(pid, signal.SIGCONT)


FAULTS = [
    instance_dies,
    server_alone_dies,
    host_dies,
    line_is_cut,
    primary_stands_still,
    metadb_is_away,
    source_is_away,
    metadb_is_away_while_a_host_dies,
]


class Story:
    def __init__(self, cluster, services):
        self.cluster = cluster
        self.services = services

    def server_of(self, instance):
        return next(
            server for server in self.cluster.servers if any(one.name == instance.name for one in server.instances())
        )

    def wait_whole(self):
        """All servers are there again and all tenants served."""
        for server in self.cluster.servers:
            server.wait_ready()
        for service in self.services:
            self.cluster.servers[0].wait_served(service.tenant, _RECOVERY)

    def round(self, number, chance):
        fault, service = chance.choice(FAULTS), chance.choice(self.services)
        print(f"round {number}: {fault.__name__} ({service.kind})", flush=True)
        tokens = [(one, one.beat()) for one in self.services if fault is not source_is_away or one is not service]
        fault(self, chance, service)
        self.wait_whole()
        tokens += [(one, one.beat()) for one in self.services]
        for one, token in tokens:
            one.wait_for(token)


def test_faults_are_not_noticed(workshop):
    if namespaces.unavailable():
        pytest.skip(namespaces.unavailable())
    if MySQL97.unavailable():
        pytest.skip(MySQL97.unavailable())
    chance = random.Random(SEED)
    cluster = Cluster(workshop).start()
    cluster.servers[0].prepare()
    with cluster.client.inside():
        door = workshop.keep(Door(cluster.client.address, cluster.addresses))
        services = [Service(cluster, door, *what) for what in (("mysql97", 2), ("mariadb", 2), ("mysql97", 1))]
        story = Story(cluster, services)
        for number in range(ROUNDS):
            story.round(number, chance)
        for service in services:
            check_at_the_end(story, service)


def check_at_the_end(story, service):
    service.load.stop()
    token = service.beat()
    service.wait_for(token)
    primary = service.primary()
    for instance in story.cluster.instances().values():
        if instance.name != primary.name and instance.pid and instance.holds(token):
            assert_same_files(primary, instance, since=first_number(primary, instance))
    for copy in service.copies:
        copy.stop()
        assert_copied(copy, primary)
    for program in service.programs:
        program.close()
        assert_same_files(program, primary, since=first_number(primary, program))
    if service.zongji:
        service.zongji.close()
        expected = service.source.sql("SELECT a FROM calm.t ORDER BY a")
        seen = [row["a"] for kind, table, rows in service.zongji.rows if table == "calm.t" for row in rows]
        assert seen == [row[0] for row in expected]
    if service.replica:
        assert_equal(service.source, service.replica.server)


def assert_copied(copy, primary):
    """A subscriber has all that the primary has; and what a new one that took over has no more."""
    stored = {os.path.basename(path): path for path in primary.files()}
    missing = sorted(set(stored) - set(copy.files))
    assert not missing, f"{missing} was not copied"
    copy.files = {name: content for name, content in copy.files.items() if name in stored}
    copy.assert_is_log_of(primary)


def first_number(*logs):
    """Of the oldest file that all of them still have."""
    return max(int(log.files()[0].rsplit(".", 1)[1]) for log in logs)
