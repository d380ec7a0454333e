"""Every source through Sluice to every client that can read it; docs/clients.md has the table. What a client decodes
must be what it decodes from the source itself, and the tables of a replica those of the source."""

import os

import pytest

import clients
import variants
from binlog_file import read_events, same_log
from compare import assert_equal
from instance import mark
from processes import wait_until
from workload import run_workload

pytestmark = pytest.mark.bounded(240)
each_source = pytest.mark.parametrize("variant", list(variants.VARIANTS))


@pytest.fixture(scope="module")
def captured(module_workshop):
    return variants.maker(module_workshop)


def need_mysql97():
    if clients.MySQL97.unavailable():
        pytest.skip(clients.MySQL97.unavailable())


def need_node():
    if clients.node_clients_unavailable():
        pytest.skip(clients.node_clients_unavailable())


def names(instance):
    return [os.path.basename(path) for path in instance.files()]


# -- mysqlbinlog 9.7 ---------------------------------------------------------------------------------------------------


def direct_rows(one):
    """What a program that can read it decodes from the source's own log."""
    if one.source.kind == "mariadb":
        text = clients.run(clients.mariadb_binlog_command(one.source, "-vv", *one.source.binlogs()))
        return clients.plain_columns(text)
    return clients.run(clients.mysqlbinlog_command(one.source, "-v", *one.source.binlogs()))


def assert_same_rows(text, direct, same_program):
    if same_program:
        assert clients.decoded_rows(text) == clients.decoded_rows(direct)
    else:
        ours, theirs = clients.row_counts(text, direct)
        assert ours == theirs and len(ours) > 20


@each_source
def test_mysqlbinlog_by_position(captured, variant):
    need_mysql97()
    one = captured(variant)
    text = clients.run(clients.mysqlbinlog_command(one.instance, "-v", *names(one.instance)))
    assert one.mark in text
    assert_same_rows(text, direct_rows(one), same_program=one.source.kind == "mysql")


@each_source
def test_mysqlbinlog_by_gtid(captured, variant):
    need_mysql97()
    one = captured(variant)
    by_position = clients.run(clients.mysqlbinlog_command(one.instance, "-v", *names(one.instance)))
    first = names(one.instance)[0]
    text = clients.run(clients.mysqlbinlog_command(one.instance, "-v", "--to-last-log", first, gtid=True))
    assert clients.decoded_rows(text) == clients.decoded_rows(by_position)
    everything = one.instance.gtid()
    excluded = f"--exclude-gtids={everything}"
    text = clients.run(clients.mysqlbinlog_command(one.instance, "-v", "--to-last-log", excluded, first, gtid=True))
    assert not clients.decoded_rows(text)


@each_source
def test_mysqlbinlog_raw_copies_are_the_files(captured, variant, tmp_path):
    need_mysql97()
    one = captured(variant)
    clients.run(clients.mysqlbinlog_command(one.instance, "--raw", f"--result-file={tmp_path}/", *names(one.instance)))
    for path in one.instance.files():
        assert same_log(path, tmp_path / os.path.basename(path))


@each_source
@pytest.mark.parametrize("gtid", [False, True], ids=["position", "gtid"])
def test_mysqlbinlog_follows(captured, variant, gtid, tmp_path):
    need_mysql97()
    one = captured(variant)
    last = names(one.instance)[-1]
    command = clients.mysqlbinlog_command(one.instance, "--stop-never", "-v", last, gtid=gtid)
    follower = clients.Follower(command, str(tmp_path))
    try:
        follower.wait_for(one.mark)
        follower.wait_for(mark(one.source), seconds=20)
    finally:
        follower.stop()


@each_source
def test_mysqlbinlog_accepts_the_files_themselves(captured, variant):
    need_mysql97()
    one = captured(variant)
    for path in one.instance.files():
        read_events(path)
        clients.run(
            clients.MySQL97.program("usr/bin/mysqlbinlog")
            + ["--no-defaults", "--verify-binlog-checksum", "--base64-output=decode-rows", "-v", path]
        )


# -- mariadb-binlog ----------------------------------------------------------------------------------------------------


def for_mariadb_binlog(captured, variant):
    """MySQL 9.7 has what MariaDB's program cannot read (see pairs.py), so there it gets what a MariaDB replica would.
    It also refuses servers that call themselves 8 or later, so the instance has to say something else."""
    if not variant.startswith("mysql97"):
        one = captured(variant)
        return one, one.instance
    one = captured(variant, "mariadb")
    return one, one.calling_itself("5.7.44")


@each_source
def test_mariadb_binlog(captured, variant):
    one, instance = for_mariadb_binlog(captured, variant)
    text = clients.run(clients.mariadb_binlog_command(instance, "-v", "--verify-binlog-checksum", *names(instance)))
    assert one.mark in text
    if one.source.kind == "mysql" and not one.pair.source == "mysql97":  # both programs can read MySQL 5.6 itself
        direct = clients.run(clients.mariadb_binlog_command(one.source, "-v", *one.source.binlogs()))
        assert_same_rows(text, direct, same_program=True)
    else:
        assert_same_rows(text, direct_rows(one), same_program=one.source.kind == "mariadb")


@each_source
def test_mariadb_binlog_raw_copies_are_the_files(captured, variant, tmp_path):
    one, instance = for_mariadb_binlog(captured, variant)
    clients.run(clients.mariadb_binlog_command(instance, "--raw", f"--result-file={tmp_path}/", *names(instance)))
    for path in instance.files():
        assert same_log(path, tmp_path / os.path.basename(path))


@each_source
@pytest.mark.smoke
def test_mariadb_binlog_follows(captured, variant, tmp_path):
    one, instance = for_mariadb_binlog(captured, variant)
    command = clients.mariadb_binlog_command(instance, "--stop-never", "-v", names(instance)[-1])
    follower = clients.Follower(command, str(tmp_path))
    try:
        follower.wait_for(one.mark)
        follower.wait_for(mark(one.source), seconds=20)
    finally:
        follower.stop()


@each_source
def test_mariadb_binlog_accepts_the_files_themselves(captured, variant):
    _, instance = for_mariadb_binlog(captured, variant)
    for path in instance.files():
        clients.run(
            ["mariadb-binlog", "--no-defaults", "--verify-binlog-checksum", "--base64-output=decode-rows", "-v", path]
        )


# -- replicas ----------------------------------------------------------------------------------------------------------


def replica_equals_source(one, server, replica):
    replica.wait_for(mark(one.source))
    assert_equal(one.source, server)
    # What is committed while it follows must come as well.
    databases = run_workload(one.source, one.pair, seed=server.server_id, steps=40, prefix=f"later{server.server_id}")
    replica.wait_for(mark(one.source))
    assert_equal(one.source, server, only=databases)


@each_source
@pytest.mark.parametrize("way", ["gtid", "position"])
def test_mysql_replica(captured, workshop, variant, way):
    server = workshop.server("mysql97", clients.replica_options("mysql97"))
    one = captured(variant, "mysql97")
    replica = clients.MySQLReplica(server)
    where = {} if way == "gtid" else {"file": names(one.instance)[0]}
    replica.follow(one.instance, **where)
    replica_equals_source(one, server, replica)


@each_source
def test_mysql_replica_comes_back_where_it_was(captured, workshop, variant):
    """Stopped and started in the middle, by GTID and in parallel: nothing is lost or applied twice."""
    server = workshop.server("mysql97", clients.replica_options("mysql97"))
    one = captured(variant, "mysql97")
    replica = clients.MySQLReplica(server).follow(one.instance)
    for _ in range(5):
        wait_until(lambda: server.value("SELECT @@gtid_executed"), 30, "the replica begins")
        server.sql("STOP REPLICA", "START REPLICA")
    server.kill()
    server.start()
    server.sql("START REPLICA")
    replica.wait_for(mark(one.source))
    assert_equal(one.source, server)


@each_source
def test_mariadb_replica(captured, workshop, variant):
    server = workshop.server("mariadb", clients.replica_options("mariadb"))
    one = captured(variant, "mariadb")
    replica = clients.MariaDBReplica(server)
    replica.follow(one.instance, file=names(one.instance)[0])
    replica_equals_source(one, server, replica)


# -- the zongji family -------------------------------------------------------------------------------------------------


def for_zongji(captured, variant):
    need_node()
    return captured(variant, "zongji" if variant == "mysql97-compressed" else "any")


@each_source
@pytest.mark.parametrize("way", ["position", "gtid"])
def test_vlasky_zongji(captured, variant, way):
    one = for_zongji(captured, variant)
    start = {"filename": names(one.instance)[0], "position": 4} if way == "position" else {"gtidSet": ""}
    events = clients.zongji(one.instance, start, one.still, one.mark)
    assert len(clients.zongji_rows(events)) > 100
    if variant == "mysql97-compressed":
        return  # from the source itself zongji cannot read compressed transactions
    file, position = one.still_start
    start = {"filename": file, "position": position}
    direct = clients.zongji(one.source, start, one.still, one.mark, ssl=one.pair.source == "mysql97")
    assert clients.zongji_rows(events) == clients.zongji_rows(direct)


@each_source
def test_vlasky_zongji_goes_on_by_gtid(captured, variant):
    one = for_zongji(captured, variant)
    known = one.instance.gtid()
    token = one.instance.catch_up(one.source)
    events = clients.zongji(one.instance, {"gtidSet": known}, one.still, token)
    assert not clients.zongji_rows(events)
    queries = [event["query"] for event in events if event["event"] == "query"]
    assert any(token in query for query in queries) and not any(one.mark in query for query in queries)


@each_source
def test_old_zongji(captured, variant):
    one = for_zongji(captured, variant)
    start = {"filename": names(one.instance)[0], "position": 4}
    old = clients.zongji(one.instance, start, one.still, one.mark, package="zongji")
    new = clients.zongji(one.instance, start, one.still, one.mark)
    counted = [
        [(event, table, len(rows)) for event, table, rows in clients.zongji_rows(events)] for events in (old, new)
    ]
    assert counted[0] == counted[1]


# -- the pairs that cannot be ------------------------------------------------------------------------------------------


def test_mariadb_binlog_refuses_the_version_of_mysql_97(captured):
    """Why for_mariadb_binlog is needed; when this fails, it no longer is."""
    one = captured("mysql97")
    text = clients.failure(clients.mariadb_binlog_command(one.instance, "-v", names(one.instance)[0]))
    assert "version" in text.lower()
