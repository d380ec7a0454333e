"""A Binlog cluster of three servers with one tenant under a light load, and a subscriber at each server's port."""

import pymysql

from instance import PASSWORD, USER
from processes import wait_until
from tenants import Tenant

from measures.ticks import Ticker, TickReader

_WHOLE_WITHIN = 90  # seconds


class Stage:
    """One tenant with this many replicas, created here and dropped by close()."""

    def __init__(self, cluster, replicas):
        self.cluster = cluster
        self.replicas = replicas
        self.host, self.source = cluster.database("mysql97", f"source{replicas}")
        self.tenant = Tenant("bench", f"replicas{replicas}", self.source, address=self.host.address)
        cluster.servers[0].create(self.tenant, f", REPLICATE NUM {replicas}", max_binlog_size=16 << 20)
        self.ticker = Ticker(self.source)
        place = cluster.workshop.place
        self.subscribers = {
            server.address: TickReader(server.source(self.tenant), place("copy")) for server in cluster.servers
        }

    def close(self):
        """What each subscriber copied is byte for byte what the primary stores."""
        self.wait_whole()
        self.ticker.close()
        self.wait_caught_up()
        primary = self.cluster.instance_at(self.cluster.servers[0].wait_served(self.tenant))
        for subscriber in self.subscribers.values():
            subscriber.stop()
            subscriber.assert_is_log_of(primary)
        self.cluster.servers[0].run(self.tenant.drop())

    # -- what the MetaDB says ------------------------------------------------------------------------------------

    def primary(self):
        """(server, instance) of the recorded primary, whoever is asked for it."""
        ((name, address),) = self.cluster.metadb.sql(
            "SELECT i.name, s.address FROM binlog_database.tenants t JOIN binlog_database.instances i "
            "ON i.name = t.primary_instance JOIN binlog_database.servers s ON s.id = i.server "
            f"WHERE t.cluster = '{self.tenant.cluster}' AND t.tenant = '{self.tenant.name}'"
        )
        server = next(one for one in self.cluster.servers if one.address == address)
        return server, next((one for one in server.instances() if one.name == name), None)

    def history_end(self):
        return self.cluster.metadb.value("SELECT MAX(id) FROM binlog_database.history")

    def history_since(self, number, actions):
        """(time in seconds since 1970, action, reason) of the tenant's rows behind that one, oldest first."""
        listed = ", ".join(f"'{action}'" for action in actions)
        rows = self.cluster.metadb.sql(
            "SELECT time, what, reason FROM binlog_database.history "
            f"WHERE id > {number} AND what IN ({listed}) AND tenant = '{self.tenant.name}' ORDER BY id"
        )
        return [(int(time) / 1e6, what, reason) for time, what, reason in rows]

    # -- what instances and subscribers say ------------------------------------------------------------------------

    def capture_state(self, server, instance):
        """What it does, asked directly; "" if it does not answer."""
        try:
            connection = pymysql.connect(
                host=server.address,
                port=instance.port,
                user=USER,
                password=PASSWORD,
                autocommit=None,
                connect_timeout=1,
                read_timeout=1,
            )
            with connection, connection.cursor() as cursor:
                cursor.execute("SHOW STATUS LIKE 'sluice_capture_state'")
                return cursor.fetchall()[0][1]
        except (OSError, pymysql.MySQLError):
            return ""

    def wait_whole(self):
        """All servers are there, all instances do their part, and each subscriber has what was committed just now."""
        for server in self.cluster.servers:
            server.wait_ready()
        wait_until(lambda: not self._lacking(), _WHOLE_WITHIN, self._lacking, every=0.2)
        self.wait_caught_up()

    def wait_caught_up(self):
        last = self.ticker.count() - 1
        for address, subscriber in self.subscribers.items():
            self.arrival(subscriber, last, _WHOLE_WITHIN, f"a subscriber at {address} to catch up")

    def arrival(self, subscriber, number, seconds, what):
        """When this tick came; waits for it."""

        def look():
            if subscriber.wrong:
                raise subscriber.wrong
            return subscriber.arrived.get(number)

        return wait_until(look, seconds, lambda: f"{what}: {subscriber.troubles[-3:]}", every=0.02)

    def _lacking(self):
        """What is not as it should be; empty if all is well."""
        asked = self.cluster.servers[0]
        nodes = {row["ip"]: row["state"] for row in asked.rows("SHOW NODES")}
        if set(nodes.values()) != {"ONLINE"}:
            return nodes
        rows = asked.rows(f"SHOW BINLOG INSTANCES FOR {self.tenant.sql}")
        # What is dropped keeps its files for a while.
        states = {row["name"]: (row["role"], row["state"]) for row in rows if row["state"] != "LogicalDrop"}
        wanted = [("follower", "Running")] * (self.replicas - 1) + [("primary", "Running")]
        if sorted(states.values()) != wanted:
            return states
        for server in self.cluster.servers:
            for instance in server.instances():
                if instance.name in states:
                    state = self.capture_state(server, instance)
                    if state != ("capturing" if states[instance.name][0] == "primary" else "following"):
                        return f"{instance.name} at {server.address}: {state}"
        return ""
