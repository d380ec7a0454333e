"""A subscriber behind ODP, and ODP itself: what it asks a Binlog server, and how it logs in at an instance."""

import itertools
import secrets

import pymysql

from clients import Source
from namespaces import LOOPBACK
from raw_client import Dump, connect

_SHORT_USER = "binlog_user"


class NotServed(Exception):
    """ODP's "cannot connect to the binlog service": what each address answered."""


class OdpClient:
    """A client that is connected to an ODP, which runs at `host` and knows these addresses (ip, port) of the service.

    ODP keeps nothing it was told: for each request it asks anew where the tenant's log is, logs in there in the
    client's name, brings the new session to where the client's is, and passes the request on. It knows no password of
    the client, only what the client made for the tenant's own challenge; so the service has to trust ODP's address."""

    _ports = itertools.count(40001)

    def __init__(self, addresses, tenant, user, host=LOOPBACK, client_ip="198.51.100.77"):
        self.addresses = addresses
        self.tenant = tenant
        self.user = user
        self.host = host
        self.client_ip = client_ip
        self.client_port = next(self._ports)
        self.settings = []  # statements that bring a new session to where the client's is
        self.asked = []  # addresses that were asked, the last one first answered

    def where(self):
        """(ip, port) of the instance that serves the tenant."""
        refused = []
        for ip, port in self.addresses:
            self.asked.append((ip, port))
            try:
                row = self._ask_where(ip, port)
            except (OSError, pymysql.MySQLError) as error:
                refused.append(f"{ip}:{port}: {error}")
                continue
            if row["status"] == "OK":
                return row["ip"], int(row["port"])
            refused.append(f"{ip}:{port}: {row}")
        raise NotServed("; ".join(refused))

    def _ask_where(self, ip, port):
        name = self.tenant.login(_SHORT_USER)
        with self.host.inside():
            connection = connect(Source(port, name, _unknown_password(), ip), plugin="mysql_native_password")
        with connection, connection.cursor(pymysql.cursors.DictCursor) as cursor:
            cursor.execute(f"show binlog server for tenant {self.tenant.sql}")
            return cursor.fetchone()

    def _attributes(self):
        return {
            "__mysql_client_type": "__ob_proxy",
            "__proxy_connection_id": str(self.client_port),
            "__client_ip": self.client_ip,
            "__client_addr_port": str(self.client_port),
        }

    def _log_in(self, make, **more):
        """make(Source, ...) at the instance, in the client's name."""
        ip, port = self.where()
        source = Source(port, self.tenant.login(self.user), _unknown_password(), ip)
        with self.host.inside():
            return make(source, plugin="mysql_native_password", attributes=self._attributes(), **more)

    def set(self, *statements):
        """What the client sets in its session; binlog requests see it from then on."""
        self.settings += statements

    def rows(self, statement):
        """What a binlog request of the client is answered."""
        connection = self._log_in(connect)
        with connection, connection.cursor(pymysql.cursors.DictCursor) as cursor:
            for setting in self.settings:
                cursor.execute(setting)
            cursor.execute(statement)
            return list(cursor.fetchall())

    def dump(self, file, position=4, flags=0):
        """The client's COM_BINLOG_DUMP."""
        return self._open_dump().at(file, position, flags)

    def dump_beyond(self, gtid_set, **how):
        """The client's COM_BINLOG_DUMP_GTID."""
        return self._open_dump().beyond(gtid_set, **how)

    def _open_dump(self):
        dump = self._log_in(Dump)
        for setting in self.settings:
            dump.query(setting)
        return dump


def _unknown_password():
    """The answer to a challenge that was not the service's is as good as chance."""
    return secrets.token_hex(10)
