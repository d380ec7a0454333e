"""A Binlog cluster: three servers, their MetaDB and the tenants' databases, each on a host of its own."""

import contextlib
import os
import secrets

import pytest

import namespaces
from namespaces import Network
from sluiced import Sluiced

_METADB_USER = "sluice_cluster"
METADB_PASSWORD = "meta 5 pass"
_METADB_GRANTS = "ALL PRIVILEGES"
LABELS = [
    {"region": "north", "idc": "n1", "zone": "z1"},
    {"region": "north", "idc": "n2", "zone": "z2"},
    {"region": "south", "idc": "s1", "zone": "z3"},
]


class Cluster:
    """Made in a workshop, which ends all of it. Tests are in the host `client`, which they enter with
    `cluster.client.inside()`. The host `odp` alone is trusted."""

    def __init__(self, workshop, metadb="mariadb", directories=(None, None, None)):
        self.workshop = workshop
        self.network = workshop.keep(Network())
        self.client = self.network.host("client")
        self.odp = self.network.host("odp")
        self.metadb_host, self.metadb = self.database(metadb, "metadb")
        self.metadb.account(_METADB_USER, METADB_PASSWORD, _METADB_GRANTS)
        self.key = os.path.join(workshop.place("key"))
        with open(os.open(self.key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        self.servers = [self._server(labels, folder) for labels, folder in zip(LABELS, directories)]

    def database(self, kind, name, options=None):
        """(host, server) of a database in a new host."""
        host = self.network.host(name)
        with host.inside():
            server = self.workshop.server(kind, {"bind_address": host.address, **(options or {})})
        server.address = host.address
        return host, server

    def _server(self, labels, directory):
        number = len(self.network.hosts)
        return self.workshop.sluiced(
            start=False,
            host=self.network.host(f"server{number}"),
            client=self.client,
            directory=directory,
            server={**labels, "key_file": self.key, "trusted": [self.odp.address]},
            metadb={
                "kind": "mysql",
                "address": f"{self.metadb_host.address}:{self.metadb.port}",
                "user": _METADB_USER,
                "password": METADB_PASSWORD,
            },
        )

    def start(self):
        """All at once, as after a power cut."""
        for server in self.servers:
            server.launch()
        for server in self.servers:
            server.wait_ready()
        return self

    def logs(self):
        return self.workshop.logs()

    @property
    def addresses(self):
        """As ODP is told them."""
        return [(server.address, server.port) for server in self.servers]

    def instances(self):
        """Of all servers, by name."""
        return {instance.name: instance for server in self.servers for instance in server.instances()}

    def instance_at(self, row):
        """The instance that a row of SHOW BINLOG SERVER tells of."""
        server = next(server for server in self.servers if server.address == row["ip"])
        return next(one for one in server.instances() if one.pid and one.port == int(row["port"]))


@contextlib.contextmanager
def running_cluster(workshop, before=lambda cluster: None):
    """A cluster whose servers run, for a test that is in its client's host meanwhile. `before` is called with it before
    they start. Skips where there can be none."""
    if namespaces.unavailable():
        pytest.skip(namespaces.unavailable())
    cluster = Cluster(workshop)
    before(cluster)
    cluster.start().servers[0].prepare()
    with cluster.client.inside():
        yield cluster
