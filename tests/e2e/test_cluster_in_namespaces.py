"""Three Binlog servers, their MetaDB and the tenants' databases, each on a host of its own: one service for whoever
asks any of them, and nobody who reads a log notices what happens to the servers and to the MetaDB."""

import itertools
import threading
import time

import pymysql
import pytest

import namespaces
from clients import Source
from cluster import METADB_PASSWORD, Cluster
from copies import follow
from instance import PASSWORD, USER, mark
from odp_client import NotServed, OdpClient
from processes import wait_until
from raw_client import NON_BLOCKING, Dump, connect
from servers import CAPTURE_PASSWORD
from sluiced import ADMIN, ADMIN_PASSWORD
from tenants import Tenant
from workshop import Workshop

pytestmark = pytest.mark.bounded(240)
_KINDS = ("mariadb", "mysql97", "mysql56")


@pytest.fixture(scope="module", params=["mariadb", "mysql97"])
def cluster(module_workshop, request):
    """All servers start at once on an empty MetaDB, so each test is one of that, too."""
    if namespaces.unavailable():
        pytest.skip(namespaces.unavailable())
    workshop = Workshop(module_workshop.place(request.param))  # one at a time: each is a dozen of programs
    try:
        cluster = Cluster(workshop, metadb=request.param)
        cluster.start().servers[0].prepare()
        yield cluster
    finally:
        workshop.close()


@pytest.fixture(scope="module")
def tenants(cluster):
    """One a database, by its kind; each is created at another server."""
    found = {}
    for kind, server in zip(_KINDS, itertools.cycle(cluster.servers)):
        host, source = cluster.database(kind, kind)
        source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b text)")
        found[kind] = Tenant("shop", "orders_" + kind, source, address=host.address)
        server.create(found[kind])
    return found


@pytest.fixture(autouse=True)
def in_the_clients_host(cluster):
    with cluster.client.inside():
        yield


def fill(tenant):
    """Some transactions; gives the mark behind them."""
    for _ in range(5):
        tenant.source.sql("INSERT INTO d.t (b) VALUES (REPEAT('x', 3000)), ('y')", "DELETE FROM d.t WHERE b = 'y'")
    return mark(tenant.source)


def primary_of(cluster, tenant):
    return cluster.instance_at(cluster.servers[0].wait_served(tenant))


def test_they_know_each_other(cluster):
    for server in cluster.servers:
        rows = wait_until(lambda: _online(server), 15, lambda: server.rows("SHOW NODES"))
        assert {(row["ip"], row["port"], row["region"], row["zone"]) for row in rows} == {
            (one.address, 2983, one.sections["server"]["region"], one.sections["server"]["zone"])
            for one in cluster.servers
        }
        assert len({row["id"] for row in rows}) == 3
        assert server.result("SHOW USERS")[1][0][0] == ADMIN


def _online(server):
    rows = server.rows("SHOW NODES")
    return rows if [row["state"] for row in rows] == ["ONLINE"] * 3 else None


@pytest.mark.smoke
@pytest.mark.parametrize("kind", _KINDS)
def test_a_subscriber_at_any_server_copies_the_log(cluster, tenants, workshop, kind):
    tenant = tenants[kind]
    followers = [
        follow(workshop, server.source(tenant), cluster.client, by_gtid=by_gtid)
        for server, by_gtid in zip(cluster.servers, (False, True, False))
    ]
    token = fill(tenant)
    for follower in followers:
        follower.wait_for(token)
        assert follower.unbroken
        follower.stop()
        follower.assert_is_log_of(primary_of(cluster, tenant))


@pytest.mark.parametrize("kind", _KINDS)
def test_a_subscriber_behind_odp(cluster, tenants, kind):
    tenant = tenants[kind]
    token = fill(tenant)
    instance = primary_of(cluster, tenant)
    instance.wait_for(token)
    odp = OdpClient(cluster.addresses, tenant, USER, cluster.odp)
    odp.set("SET @master_binlog_checksum = 'CRC32'", "SET @master_heartbeat_period = 1000000000", "SET NAMES utf8mb4")
    assert odp.rows("SHOW MASTER STATUS")[0]["File"] == "mysql-bin.000001"
    assert odp.rows("SELECT @master_heartbeat_period AS period")[0]["period"] == 1000000000
    with odp.dump("mysql-bin.000001", flags=NON_BLOCKING) as dump:
        read = sum(event.size for event in dump if event.end)
    with open(instance.files()[0], "rb") as file:
        assert read == len(file.read()) - 4
    with odp.dump_beyond("") as dump:
        dump.first(3)
        listed = cluster.servers[1].rows(f"SHOW BINLOG DUMPLIST FOR INSTANCE {instance.name}")
        (row,) = [row for row in listed if row["RealHost"] == f"{odp.client_ip}:{odp.client_port}"]
        assert row["Host"].startswith(cluster.odp.address) and row["User"] == tenant.login(USER)


def test_odp_asks_the_next_server(cluster, tenants):
    tenant = tenants["mariadb"]
    away = (cluster.servers[0].address, 2999)
    odp = OdpClient([away, *cluster.addresses], tenant, USER, cluster.odp)
    where = odp.where()
    assert odp.asked == [away, cluster.addresses[0]]
    for address in cluster.addresses:
        assert OdpClient([address], tenant, USER, cluster.odp).where() == where
    unknown = Tenant("shop", "nobody", tenant.source)
    with pytest.raises(NotServed) as caught:
        OdpClient(cluster.addresses, unknown, USER, cluster.odp).where()
    assert str(caught.value).count("1236") == 3, "each says why"
    with cluster.odp.inside():
        connection = connect(Source(2983, unknown.login(USER), "a guess", cluster.servers[0].address))
    with connection, connection.cursor() as cursor, pytest.raises(pymysql.MySQLError) as refused:
        cursor.execute("SHOW MASTER STATUS")
    assert refused.value.args[0] == 1236 and refused.value.args[1].isprintable(), refused.value.args
    assert cluster.servers[0].running


def test_only_odp_is_trusted(cluster, tenants):
    tenant = tenants["mariadb"]
    with pytest.raises(NotServed) as caught:
        OdpClient(cluster.addresses[:1], tenant, USER, cluster.client).where()
    assert "1045" in str(caught.value)
    port = primary_of(cluster, tenant).port
    address = cluster.servers[0].rows(tenant.where())[0]["ip"]
    with pytest.raises(pymysql.MySQLError) as refused:
        connect(Source(port, tenant.login(USER), "a guess", address), plugin="mysql_native_password")
    assert refused.value.args[0] == 1045
    with cluster.odp.inside():  # trusted, but no administrator
        connection = connect(Source(2983, ADMIN, "a guess", cluster.servers[0].address))
    with connection, connection.cursor() as cursor, pytest.raises(pymysql.MySQLError) as refused:
        cursor.execute(tenant.drop())
    assert refused.value.args[0] == 1227


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_servers_restart_under_running_subscribers(cluster, tenants, workshop, how):
    tenant = tenants["mariadb"]
    instance = primary_of(cluster, tenant)
    row = cluster.servers[0].rows(tenant.where())[0]
    pids = {name: one.pid for name, one in cluster.instances().items()}
    direct = follow(workshop, Source(int(row["port"]), USER, PASSWORD, row["ip"]), cluster.client)
    odp = OdpClient(cluster.addresses, tenant, USER, cluster.odp)
    behind_odp = odp.dump("mysql-bin.000001")
    for server in cluster.servers:
        getattr(server, how)()
        direct.wait_for(fill(tenant))
        server.start()
        assert [event for event in behind_odp.first(5) if event]
    relayed = [follow(workshop, server.source(tenant), cluster.client) for server in cluster.servers]
    token = fill(tenant)
    for follower in (direct, *relayed):
        follower.wait_for(token)
        follower.stop()
        follower.assert_is_log_of(instance)
    behind_odp.close()
    assert direct.unbroken
    wait_until(lambda: _online(cluster.servers[0]), 15, lambda: cluster.servers[0].rows("SHOW NODES"))
    assert {name: one.pid for name, one in cluster.instances().items()} == pids


@pytest.mark.parametrize("away", ["killed", "silent"])
def test_the_metadb_is_away_for_some_seconds(cluster, tenants, workshop, away):
    tenant = tenants["mysql97"]
    pids = {name: one.pid for name, one in cluster.instances().items()}
    primaries = {kind: cluster.servers[0].rows(one.where()) for kind, one in tenants.items()}
    row = primaries["mysql97"][0]
    direct = follow(workshop, Source(int(row["port"]), USER, PASSWORD, row["ip"]), cluster.client)
    relayed = follow(workshop, cluster.servers[0].source(tenant), cluster.client)
    for follower in (direct, relayed):
        follower.wait_for(fill(tenant))
    if away == "killed":
        cluster.metadb.kill()
    else:
        cluster.metadb_host.cut()
    began = time.monotonic()
    with cluster.servers[1].connect() as connection, connection.cursor() as cursor:
        with pytest.raises(pymysql.MySQLError) as caught:
            cursor.execute(tenant.drop())
        assert "MetaDB" in str(caught.value.args[1]), caught.value.args
    time.sleep(max(0.0, began + 5 - time.monotonic()))
    for follower in (direct, relayed):
        follower.wait_for(fill(tenant))
        assert follower.unbroken
    if away == "killed":
        with cluster.metadb_host.inside():
            cluster.metadb.start()
    else:
        cluster.metadb_host.restore()
    wait_until(lambda: _online_after(cluster), 40, "three servers ONLINE again", every=0.5)
    assert {kind: cluster.servers[0].rows(one.where()) for kind, one in tenants.items()} == primaries
    assert {name: one.pid for name, one in cluster.instances().items()} == pids
    token = fill(tenant)
    for follower in (direct, relayed):
        follower.wait_for(token)
        assert follower.unbroken
        follower.stop()


def test_an_instance_that_ends_while_the_metadb_is_away(cluster, tenants):
    """It is started again as it was before; and that nobody can be told of it is no fault of its own."""
    tenant = tenants["mysql56"]
    instance = primary_of(cluster, tenant)
    cluster.metadb.kill()
    pid = instance.kill()
    pid = instance.wait_pid(other_than=pid)
    instance.wait_for(fill(tenant))
    time.sleep(3)
    with cluster.metadb_host.inside():
        cluster.metadb.start()
    wait_until(lambda: _online_after(cluster), 40, "three servers ONLINE again", every=0.5)
    cluster.servers[0].wait_served(tenant)
    assert cluster.servers[0].rows(f"SHOW BINLOG INSTANCE {instance.name}")[0]["state"] == "Running"
    assert instance.pid == pid
    instance.wait_for(fill(tenant))


def test_a_server_that_starts_while_the_metadb_is_away(cluster, tenants):
    """It finds its instances, says what is wrong to who logs in, and joins when it can."""
    tenant = tenants["mariadb"]
    server = cluster.servers[1]
    pids = {name: one.pid for name, one in cluster.instances().items()}
    server.stop()
    cluster.metadb.kill()
    server.launch()
    number, text = wait_until(lambda: _refusal(server), 30, lambda: f"an answer: {server.log_text()[-2000:]}")
    assert number != 1045 and "MetaDB" in text, f"{number} {text}"
    with cluster.metadb_host.inside():
        cluster.metadb.start()
    server.wait_ready()
    wait_until(lambda: _online_after(cluster), 40, "three servers ONLINE again", every=0.5)
    server.wait_served(tenant)
    assert {name: one.pid for name, one in cluster.instances().items()} == pids


def _refusal(server):
    """What who logs in at a server is told; nothing while it does not listen."""
    try:
        server.connect(port=2983).close()
    except pymysql.MySQLError as error:
        return None if error.args[0] == 2003 else error.args
    return 0, "let in"


def test_a_server_with_another_key_is_refused(cluster, workshop):
    """It could not read the cluster's secrets, nor log in at its instances."""
    first = cluster.servers[0]
    stranger = workshop.sluiced(
        start=False, host=cluster.network.host("stranger"), client=cluster.client, metadb=first.sections["metadb"]
    )
    assert "key" in stranger.launch().refusal()
    assert len(first.rows("SHOW NODES")) == 3


def _online_after(cluster):
    """Also while statements still fail."""
    try:
        return all(_online(server) for server in cluster.servers)
    except pymysql.MySQLError:
        return False


@pytest.mark.parametrize("cluster", ["mariadb"], indirect=True)
def test_a_server_that_does_not_reach_the_metadb(cluster, tenants, workshop):
    """Nobody hears of it any more; but its instances live: the others ask them, and so nothing moves."""
    tenant = tenants["mariadb"]
    row = cluster.servers[0].rows(tenant.where())[0]
    server = next(one for one in cluster.servers if one.address == row["ip"])
    other = next(one for one in cluster.servers if one is not server)
    pids = {name: one.pid for name, one in cluster.instances().items()}
    direct = follow(workshop, Source(int(row["port"]), USER, PASSWORD, row["ip"]), cluster.client)
    direct.wait_for(fill(tenant))
    server.host.lose_way_to(cluster.metadb_host)
    wait_until(lambda: _states(other)[server.address] == "OFFLINE", 40, lambda: _states(other))
    time.sleep(3)
    assert other.rows(tenant.where()) == [row]
    through_other = follow(workshop, other.source(tenant), cluster.client)
    token = fill(tenant)
    for follower in (direct, through_other):
        follower.wait_for(token)
    server.host.restore()
    wait_until(lambda: _online_after(cluster), 60, lambda: _states(other), every=0.5)
    assert other.rows(tenant.where()) == [row]
    assert {name: one.pid for name, one in cluster.instances().items()} == pids
    for follower in (direct, through_other):
        assert follower.unbroken
        follower.stop()


def _states(server):
    return {row["ip"]: row["state"] for row in server.rows("SHOW NODES")}


def test_replicas_are_spread_and_switched(cluster, tenants, workshop):
    tenant = Tenant("shop", "copied", tenants["mariadb"].source, address=tenants["mariadb"].address)
    asked = cluster.servers[2]
    wait_until(lambda: _online_after(cluster), 60, lambda: _states(asked), every=0.5)
    asked.create(tenant, ", REPLICATE NUM 2")

    def running():
        rows = asked.rows(f"SHOW BINLOG INSTANCES FOR {tenant.sql}")
        return rows if [row["state"] for row in rows] == ["Running"] * 2 else None

    rows = wait_until(running, 30, lambda: asked.rows(f"SHOW BINLOG INSTANCES FOR {tenant.sql}"))
    assert {row["region"] for row in rows} == {"north", "south"}, (rows, _states(asked))
    asked.run(f"CREATE BINLOG INSTANCE third FOR {tenant.sql} ZONE = '{_zone_without(cluster, rows)}'")
    wait_until(lambda: asked.rows("SHOW BINLOG INSTANCE third")[0]["state"] == "Running", 30, "it runs")
    assert len({row["ip"] for row in asked.rows(f"SHOW BINLOG INSTANCES FOR {tenant.sql}")}) == 3
    assert asked.error(f"CREATE BINLOG INSTANCE fourth FOR {tenant.sql} ZONE = 'z1'")[0] == 1236, "no other host"

    relayed = follow(workshop, cluster.servers[0].source(tenant), cluster.client)
    relayed.wait_for(fill(tenant))
    asked.run(f"SWITCH MASTER INSTANCE TO third FOR TENANT {tenant.sql} FULL")
    row = cluster.servers[1].rows(tenant.where())[0]
    assert row["ip"] == asked.rows("SHOW BINLOG INSTANCE third")[0]["ip"]
    token = fill(tenant)
    relayed.wait_for(token)
    relayed.stop()
    assert not relayed.unbroken
    third = cluster.instances()["third"]
    third.wait_for(token)
    relayed.assert_is_log_of(third)
    asked.run(tenant.drop())
    wait_until(lambda: "third" not in cluster.instances(), 30, "its end")


def _zone_without(cluster, rows):
    used = {row["zone"] for row in rows}
    return next(zone for zone in ("z1", "z2", "z3") if zone not in used)


def test_a_statement_for_an_instance_reaches_it_from_any_server(cluster, tenants):
    tenant = tenants["mysql56"]
    name = primary_of(cluster, tenant).name
    answers = {
        str(server.rows(f"SHOW GLOBAL VARIABLES LIKE 'server_uuid' FOR INSTANCE {name}")) for server in cluster.servers
    }
    assert len(answers) == 1
    with Dump(cluster.servers[0].source(tenant)) as dump:
        dump.at("mysql-bin.000001").first(3)
        row = wait_until(lambda: cluster.servers[2].rows(f"SHOW BINLOG DUMPLIST FOR INSTANCE {name}"), 10, "a dump")[0]
        assert row["RealHost"].startswith(cluster.client.address), "the client, not the server it is relayed by"
        cluster.servers[1].run(f"KILL {row['Id']} FOR INSTANCE {name}")
        with pytest.raises((pymysql.MySQLError, OSError)):
            dump.first(100000)


def test_no_secret_in_the_metadb_and_in_the_logs(cluster, tenants):
    secrets = (METADB_PASSWORD, CAPTURE_PASSWORD, ADMIN_PASSWORD, PASSWORD)
    tables = [row[0] for row in cluster.metadb.sql("SHOW TABLES IN binlog_database")]
    assert len(tables) > 5
    said = {table: str(cluster.metadb.sql(f"SELECT * FROM binlog_database.{table}")) for table in tables}
    said |= {server.address: server.log_text() for server in cluster.servers}
    for tenant in tenants.values():
        with open(primary_of(cluster, tenant).log, encoding="utf-8") as file:
            said[tenant.name] = file.read()
    for where, text in said.items():
        assert not [secret for secret in secrets if secret in text], where


def test_a_statement_asked_of_all_at_once_is_done_once(cluster, tenants):
    tenant = Tenant("shop", "raced", tenants["mariadb"].source, address=tenants["mariadb"].address)
    outcomes = []

    def create(server):
        try:
            server.run(tenant.create())
            outcomes.append("OK")
        except pymysql.MySQLError as error:
            outcomes.append(error.args[0])

    threads = [threading.Thread(target=create, args=(server,)) for server in cluster.servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["1236", "1236", "OK"]
    cluster.servers[0].wait_served(tenant)
    assert len(cluster.servers[0].rows(f"SHOW BINLOG INSTANCES FOR {tenant.sql}")) == 1
    cluster.servers[0].run(tenant.drop())
