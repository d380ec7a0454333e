"""One Binlog server on an SQLite MetaDB: tenants come, are served at one address for all, and go."""

import os
import stat

import pymysql
import pytest

import clients
from copies import follow
from instance import PASSWORD, USER, mark
from metrics import scrape
from namespaces import LOOPBACK
from processes import wait_until
from raw_client import Dump, connect
from sluiced import ADMIN, ADMIN_PASSWORD
from tenants import Tenant

pytestmark = pytest.mark.bounded(120)


@pytest.fixture(scope="module")
def sluiced(module_workshop):
    return module_workshop.sluiced().prepare()


@pytest.fixture(scope="module", params=["mariadb", "mysql97"])
def tenant(module_workshop, sluiced, request):
    source = module_workshop.server(request.param)
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key, b text)")
    tenant = Tenant("shop", "orders_" + request.param, source)
    sluiced.create(tenant)
    return tenant


def instance_of(sluiced, tenant):
    port = int(sluiced.rows(tenant.where())[0]["port"])
    return next(one for one in sluiced.instances() if one.pid and one.port == port)


def test_it_is_the_one_node(sluiced):
    (node,) = sluiced.rows("SHOW NODES")
    assert (node["ip"], int(node["port"]), node["state"]) == ("127.0.0.1", sluiced.port, "ONLINE")


@pytest.mark.parametrize("user, password", [(ADMIN, "wrong"), (ADMIN, ""), ("nobody", ADMIN_PASSWORD), ("root", "")])
def test_a_log_in_that_is_wrong(sluiced, user, password):
    with pytest.raises(pymysql.MySQLError) as caught:
        sluiced.connect(user, password)
    assert caught.value.args[0] == 1045


@pytest.mark.parametrize("plugin", ["mysql_native_password", "caching_sha2_password"])
@pytest.mark.parametrize("tls", [True, False])
def test_every_way_to_log_in(sluiced, plugin, tls):
    source = clients.Source(sluiced.port, ADMIN, ADMIN_PASSWORD)
    with connect(source, plugin=plugin, tls=tls) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW NODES")
        assert len(cursor.fetchall()) == 1


def test_its_files_are_for_nobody_else(sluiced):
    for name in ("key", "metadb.sqlite"):
        mode = stat.S_IMODE(os.stat(os.path.join(sluiced.directory, name)).st_mode)
        assert mode & 0o077 == 0, f"{name} has mode {mode:o}"
    assert os.path.getsize(os.path.join(sluiced.directory, "key")) == 32


@pytest.mark.smoke
def test_a_tenant_is_served_at_both_ports(sluiced, tenant, workshop):
    row = sluiced.rows(tenant.where())[0]
    assert (row["cluster"], row["tenant"], row["ip"], row["status"]) == ("shop", tenant.name, "127.0.0.1", "OK")
    assert row["cause"] is None
    instance = instance_of(sluiced, tenant)
    relayed = follow(workshop, sluiced.source(tenant), LOOPBACK)
    direct = follow(workshop, clients.Source(instance.port, USER, PASSWORD), LOOPBACK, by_gtid=True)
    rows = ", ".join(f"({i}, REPEAT('{i}', 5000))" for i in range(200))
    tenant.source.sql(f"REPLACE INTO d.t VALUES {rows}", "DELETE FROM d.t WHERE a > 100")
    token = mark(tenant.source)
    for follower in (relayed, direct):
        follower.wait_for(token)
        assert follower.unbroken
        follower.stop()
        follower.assert_is_log_of(instance)


@pytest.mark.parametrize("form", ["{user}@{tenant}#shop", "shop:{tenant}:{user}"])
@pytest.mark.parametrize("plugin", ["mysql_native_password", "caching_sha2_password"])
def test_a_client_of_a_tenant_is_with_its_instance(sluiced, tenant, form, plugin):
    name = form.format(user=USER, tenant=tenant.name)
    source = clients.Source(sluiced.port, name, PASSWORD)
    with connect(source, plugin=plugin, tls=True) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT USER(), @@server_uuid, @@port")
        user, uuid, _ = cursor.fetchone()
        assert user.split("@")[0] == USER or user.startswith("shop:")
    there = clients.Source(instance_of(sluiced, tenant).port, USER, PASSWORD)
    with connect(there, tls=True) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@server_uuid")
        assert cursor.fetchone()[0] == uuid
    with pytest.raises(pymysql.MySQLError) as caught:
        connect(clients.Source(sluiced.port, name, "wrong"), plugin=plugin, tls=True)
    assert caught.value.args[0] == 1045


def test_real_clients_through_the_server(sluiced, tenant, workshop):
    token = mark(tenant.source)
    instance_of(sluiced, tenant).wait_for(token)
    source = sluiced.source(tenant)
    text = clients.run(clients.mysqlbinlog_command(source, "-v", "--to-last-log", "mysql-bin.000001"))
    assert token in text
    if tenant.source.kind == "mysql" or clients.node_clients_unavailable():
        return
    assert token in clients.run(clients.mariadb_binlog_command(source, "-v", "--to-last-log", "mysql-bin.000001"))


@pytest.mark.parametrize("name", ["nobody", "orders_mariadb2"])
def test_a_tenant_that_is_not_there(sluiced, name):
    unknown = Tenant("shop", name, None)
    with pytest.raises(pymysql.MySQLError) as caught:
        connect(sluiced.source(unknown))
    assert name in str(caught.value.args[1]) and "shop" in str(caught.value.args[1])
    number, text = sluiced.error(unknown.where())
    assert number == 1236 and text
    with pytest.raises(pymysql.MySQLError) as caught:
        connect(sluiced.source(unknown, password="wrong"))
    assert caught.value.args[0] == 1045, "who is not let in is not told which tenants there are"


def test_a_tenant_without_a_running_instance(sluiced, module_workshop, tenant):
    other = Tenant("shop", "stopped_" + tenant.name, tenant.source)
    sluiced.create(other)
    instance = instance_of(sluiced, other)
    sluiced.run(f"STOP BINLOG INSTANCE {instance.name}")
    wait_until(lambda: not instance.pid, 30, "its end")
    number, text = sluiced.error(other.where())
    assert number == 1236 and text
    with pytest.raises(pymysql.MySQLError) as caught:
        connect(sluiced.source(other))
    assert caught.value.args[0] != 1045 and other.name in str(caught.value.args[1])
    sluiced.run(other.drop())


def test_a_dropped_tenant_leaves_nothing_but_its_history(sluiced, tenant):
    other = Tenant("shop", "gone_" + tenant.name, tenant.source)
    sluiced.create(other)
    instance = instance_of(sluiced, other)
    sluiced.run(other.drop())
    wait_until(lambda: not instance.pid, 30, "the end of its process")
    wait_until(lambda: not os.path.exists(instance.folder), 30, "the end of its directory")
    wait_until(lambda: not sluiced.rows(f"SHOW BINLOG INSTANCES FOR {other.sql}"), 10, "its row is history")
    kept = sluiced.rows(f"SHOW HISTORY BINLOG INSTANCES FOR {other.sql}")
    assert [row["name"] for row in kept] == [instance.name]
    assert sluiced.rows(f"SHOW BINLOG HISTORY FOR TENANT {other.sql}")
    assert sluiced.error(other.where())[0] == 1236


def test_a_tenant_comes_again(sluiced, tenant):
    other = Tenant("shop", "again_" + tenant.name, tenant.source)
    for _ in range(2):
        row = sluiced.create(other)
        assert row["status"] == "OK"
        sluiced.run(other.drop())
        wait_until(lambda: not sluiced.rows(f"SHOW BINLOG INSTANCES FOR {other.sql}"), 30, "its end")


def test_a_second_server_on_sqlite_is_refused(sluiced, workshop):
    metadb = {"kind": "sqlite", "file": os.path.join(sluiced.directory, "metadb.sqlite")}
    second = workshop.sluiced(start=False, metadb=metadb)
    assert "sqlite" in second.launch().refusal().lower()
    assert len(sluiced.rows("SHOW NODES")) == 1


def test_a_second_server_in_one_directory_is_refused(sluiced, workshop):
    second = workshop.sluiced(start=False, directory=sluiced.directory)
    said = second.begin().refusal()
    second.directory = second.folder  # the other one is not its own to end
    assert sluiced.directory in said
    with open(os.path.join(sluiced.directory, "port"), encoding="ascii") as file:
        assert int(file.read()) == sluiced.port


def test_a_configuration_that_is_wrong_is_told_at_once(workshop):
    server = workshop.sluiced(start=False, server={"prot": 1, "address": 7}, instances={"first_port": 99999999})
    said = server.launch().refusal()
    for word in ("prot", "address", "first_port"):
        assert word in said


def test_dumps_that_are_relayed_are_counted(sluiced, tenant):
    """Whatever the client says before."""

    def counted():
        with open(os.path.join(sluiced.directory, "metrics_port"), encoding="ascii") as file:
            return scrape(int(file.read())).value("binlog_dump_request_count")

    before = counted()
    with Dump(sluiced.source(tenant)) as dump:
        dump.at("mysql-bin.000001").first(3)
    assert counted() == before + 1
