"""A tenant of a cluster, with a subscriber, to which something happens."""

import time

import pymysql

from copies import follow
from instance import mark
from processes import wait_until
from tenants import Tenant

_GAP_MAX = 10  # seconds


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
