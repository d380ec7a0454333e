"""Clients of a tenant at the Binlog server's port: what is said here and there, who is refused, what ends."""

import pymysql
import pytest

from c_client import CClient, Refused
from clients import Source
from instance import PASSWORD, USER, mark
from processes import wait_until
from raw_client import Dump, connect
from tenants import Tenant

pytestmark = pytest.mark.bounded(120)


@pytest.fixture(scope="module")
def sluiced(module_workshop):
    return module_workshop.sluiced().prepare()


@pytest.fixture(scope="module")
def tenant(module_workshop, sluiced):
    tenant = Tenant("shop", "orders", module_workshop.server("mariadb"))
    sluiced.create(tenant)
    sluiced.instances()[0].wait_for(mark(tenant.source))
    return tenant


@pytest.fixture
def instance(sluiced, tenant):
    return sluiced.instances()[0]


def ask(connection, *statements):
    """The first row of the last one's answer."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchone()


def test_settings_made_before_go_along(sluiced, tenant):
    with connect(sluiced.source(tenant)) as connection:
        ask(connection, "SET NAMES latin1", "SET @master_heartbeat_period = 5000000000", "SET @mine = 'x'")
        row = ask(connection, "SELECT @master_heartbeat_period, @mine, @@character_set_client, @@gtid_mode")
        assert row == (5000000000, "x", "latin1", "ON")


def test_management_statements_come_before(sluiced, tenant):
    """As a proxy asks them; afterwards the connection is as good for the log as any."""
    with connect(sluiced.source(tenant)) as connection:
        assert ask(connection, tenant.where())[4] == "OK"
        assert ask(connection, tenant.where(), "SHOW MASTER STATUS")[0] == "mysql-bin.000001"


def test_who_it_is_there(sluiced, tenant, instance):
    with connect(sluiced.source(tenant)) as connection:
        host, port = ask(connection, "SELECT USER(), @@port")
        assert host == f"{tenant.login(USER)}@127.0.0.1" and port == instance.port
        (row,) = [row for row in sluiced.rows(f"SHOW PROCESSLIST FOR INSTANCE {instance.name}") if USER in row["User"]]
        assert row["User"] == tenant.login(USER)
        assert [row for row in sluiced.rows("SHOW PROCESSLIST") if row["User"] == tenant.login(USER)]


def test_another_user_on_the_same_connection(sluiced, tenant, instance):
    """By COM_CHANGE_USER: the first client is not at the instance yet, the other one is."""
    sluiced.run("CREATE USER IF NOT EXISTS second IDENTIFIED BY 'second 2'")
    wait_until(lambda: _lets_in(Source(instance.port, "second", "second 2")), 10, "the account at the instance")
    for first in (None, "SHOW MASTER STATUS"):
        with CClient(sluiced.source(tenant)) as client:
            if first:
                client.query(first)
            client.change_user(tenant.login("second"), "second 2")
            assert client.query("SELECT USER()")[0][0].startswith(tenant.login("second"))
            with pytest.raises(Refused) as caught:
                client.change_user(tenant.login("second"), "wrong")
            assert caught.value.args[0] == 1045


def _lets_in(source):
    try:
        connect(source).close()
        return True
    except pymysql.MySQLError:
        return False


def test_an_instance_that_refuses_more_clients(sluiced, tenant, instance):
    sluiced.run(f"ALTER BINLOG {tenant.sql} SET max_connections = 3")
    clients, refused = [], None
    try:
        for _ in range(8):
            connection = connect(sluiced.source(tenant))
            clients.append(connection)
            try:
                ask(connection, "SHOW MASTER STATUS")
            except pymysql.MySQLError as error:
                refused = refused or error.args
        assert refused and refused[0] == 1040 and refused[1].endswith("Too many connections"), refused
        assert refused[1].isprintable()
        assert ask(clients[0], "SHOW MASTER STATUS")[0] == "mysql-bin.000001", "who is there stays"
    finally:
        for connection in clients:
            connection.close()
    sluiced.run(f"ALTER BINLOG {tenant.sql} SET max_connections = DEFAULT")
    with connect(sluiced.source(tenant)) as connection:
        ask(connection, "SHOW MASTER STATUS")


def test_an_instance_that_dies_ends_its_clients_only(sluiced, tenant, instance):
    with sluiced.connect() as manager, connect(sluiced.source(tenant)) as client:
        ask(client, "SHOW MASTER STATUS")
        pid = instance.kill()
        with pytest.raises(pymysql.MySQLError):
            ask(client, "SHOW MASTER STATUS")
        assert ask(manager, "SHOW NODES")
        instance.wait_pid(other_than=pid)
    sluiced.wait_served(tenant)
    with connect(sluiced.source(tenant)) as client:
        ask(client, "SHOW MASTER STATUS")


def test_many_at_once(sluiced, tenant, instance):
    dumps = [Dump(sluiced.source(tenant)).at("mysql-bin.000001") for _ in range(40)]
    token = mark(tenant.source).encode()
    for dump in dumps:
        while token not in dump.event().body:
            pass
        dump.close()
    wait_until(
        lambda: not sluiced.rows(f"SHOW BINLOG DUMPLIST FOR INSTANCE {instance.name}"), 20, "the instance lost them all"
    )


def test_the_account_of_the_relay_is_nobodys(sluiced, tenant, instance):
    for user in ("sluice_relay", "sluice_admin"):
        for source in (Source(instance.port, user, PASSWORD), Source(sluiced.port, tenant.login(user), PASSWORD)):
            with pytest.raises(pymysql.MySQLError) as caught:
                connect(source)
            assert caught.value.args[0] == 1045
