"""The harness itself, without Sluice: real sources and real clients joined directly must agree. What fails here is no
fault of Sluice, and a pair that works here must work through it too."""

import pytest

import clients
from column_types import COMPRESSED
from compare import assert_equal, differences
from instance import mark
from pairs import Pair
from workload import Workload, run_workload

pytestmark = pytest.mark.bounded(240)

# (source, replica, ways): every pair that exists without us.
DIRECT = [
    ("mysql97", "mysql97", "gtid"),
    ("mysql97", "mysql97", "position"),
    ("mysql56", "mysql97", "gtid"),
    ("mariadb", "mariadb", "position"),
    ("mysql56", "mariadb", "position"),
    ("mysql97", "mariadb", "position"),
]


def source_for(workshop, pair, **more):
    return workshop.server(pair.source, {"collation_server": pair.collation}, **more)


@pytest.mark.parametrize("source_kind, replica_kind, way", DIRECT)
def test_replica_of_a_real_source_is_equal(workshop, source_kind, replica_kind, way):
    pair = Pair(source_kind, replica_kind)
    source = source_for(workshop, pair)
    start = source.position()
    server = workshop.server(replica_kind, clients.replica_options(replica_kind))
    replica = (clients.MySQLReplica if replica_kind == "mysql97" else clients.MariaDBReplica)(server)
    run_workload(source, pair, seed=11)
    where = {} if way == "gtid" else {"file": start[0], "position": start[1]}
    ssl = 1 if source_kind == "mysql97" else 0
    replica.follow(source, ssl=ssl, **where)
    replica.wait_for(mark(source))
    assert_equal(source, server)


def test_compare_sees_a_changed_row(workshop):
    one, other = workshop.server("mariadb"), workshop.server("mariadb")
    for server, text in ((one, "a"), (other, "b")):
        server.sql(
            "CREATE DATABASE d",
            "CREATE TABLE d.t (a int, b varchar(9))",
            f"INSERT INTO d.t VALUES (1, 'x'), (2, '{text}')",
        )
    found = "\n".join(differences(one, other))
    assert "1 missing, 1 extra" in found and "differs in: ['b']" in found


@pytest.mark.parametrize("kind", ["mariadb", "mysql56", "mysql97"])
def test_workload_is_the_same_for_a_seed(workshop, kind):
    """Twice the same seed, on two servers: the same tables."""
    pair = Pair(kind)
    one, other = source_for(workshop, pair), source_for(workshop, pair)
    for server in (one, other):
        run_workload(server, pair, seed=5, steps=80)
    assert_equal(one, other)


@pytest.mark.parametrize("kind", ["mariadb", "mysql56", "mysql97"])
def test_readers_of_a_real_source(workshop, kind):
    """mysqlbinlog, mariadb-binlog and zongji each read the source's own log."""
    pair = Pair(kind)
    source = source_for(workshop, pair)
    file, position = source.position()
    work = Workload(source, pair, seed=3)
    # From MariaDB itself such values come compressed, and zongji does not know them.
    work.types = [kind for kind in work.types if kind.needs != COMPRESSED]
    work.prepare()
    work.steps(60, without=("schema", "xa"))  # MariaDB gives XA only to clients that know its GTIDs
    work.close()
    token = mark(source)
    if kind != "mysql97":
        assert token in clients.run(clients.mariadb_binlog_command(source, "-v", file))
    if kind != "mariadb":
        text = clients.run(clients.mysqlbinlog_command(source, "-v", file))
        assert token in text and clients.row_counts(text)[0]
        by_gtid = clients.run(clients.mysqlbinlog_command(source, "-v", file, gtid=True))
        assert clients.decoded_rows(by_gtid) == clients.decoded_rows(text)
    if clients.node_clients_unavailable():
        pytest.skip(clients.node_clients_unavailable())
    events = clients.zongji(
        source, {"filename": file, "position": position}, work.databases, token, ssl=kind == "mysql97"
    )
    assert clients.zongji_rows(events)
    if kind != "mysql97":
        old = clients.zongji(source, {"filename": file, "position": position}, work.databases, token, package="zongji")
        assert len(clients.zongji_rows(old)) == len(clients.zongji_rows(events))
