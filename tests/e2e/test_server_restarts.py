"""A Binlog server and its instances end in every way: who does not hang on what ended does not notice."""

import os
import sqlite3

import pymysql
import pytest

from clients import Source
from copies import follow
from instance import PASSWORD, USER, mark
from namespaces import LOOPBACK
from processes import wait_until
from tenants import Tenant

pytestmark = pytest.mark.bounded(180)


@pytest.fixture(scope="module")
def source(module_workshop):
    return module_workshop.server("mariadb")


@pytest.fixture
def tenant(source):
    return Tenant("shop", "orders", source)


@pytest.fixture
def sluiced(workshop, tenant):
    server = workshop.sluiced().prepare()
    server.create(tenant)
    return server


@pytest.fixture
def instance(sluiced):
    (instance,) = sluiced.instances()
    return instance


def direct_follower(workshop, instance):
    return follow(workshop, Source(instance.port, USER, PASSWORD), LOOPBACK)


def shown(sluiced, instance):
    return sluiced.rows(f"SHOW BINLOG INSTANCE {instance.name}")[0]


def wait_state(sluiced, instance, state, seconds=60):
    wait_until(
        lambda: shown(sluiced, instance)["state"] == state, seconds, lambda: f"{state}, not {shown(sluiced, instance)}"
    )


@pytest.mark.smoke
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_instances_do_not_notice_that_their_server_was_away(workshop, sluiced, tenant, instance, how):
    pid, port = instance.pid, sluiced.port
    sluiced.sections["server"]["port"] = port  # so that who is relayed finds it again
    direct = direct_follower(workshop, instance)
    relayed = follow(workshop, sluiced.source(tenant), LOOPBACK)
    for follower in (direct, relayed):
        follower.wait_for(mark(tenant.source))
    getattr(sluiced, how)()
    direct.wait_for(mark(tenant.source))
    assert instance.pid == pid
    sluiced.start()
    sluiced.wait_served(tenant)
    token = mark(tenant.source)
    for follower in (direct, relayed):
        follower.wait_for(token)
        follower.stop()
        follower.assert_is_log_of(instance)
    assert instance.pid == pid, "it is found again, not started again"
    assert direct.unbroken and relayed.connections > 1
    assert shown(sluiced, instance)["state"] == "Running"


def test_an_instance_that_was_killed_runs_again(workshop, sluiced, tenant, instance):
    port = instance.port
    direct = direct_follower(workshop, instance)
    direct.wait_for(mark(tenant.source))
    pid = instance.kill()
    token = mark(tenant.source)
    instance.wait_pid(other_than=pid)
    sluiced.wait_served(tenant)
    assert instance.port == port, "subscribers know it"
    direct.wait_for(token)
    direct.stop()
    direct.assert_is_log_of(instance)


def test_what_fails_again_and_again_waits_for_a_person(sluiced, tenant, instance):
    for _ in range(3):
        instance.wait_pid()
        instance.kill()
    wait_state(sluiced, instance, "Failed")
    assert not instance.pid
    row = shown(sluiced, instance)
    assert row["running"] == "No"
    assert "signal 9" in row["reason"] and "3" in row["reason"], row["reason"]
    history = sluiced.rows(f"SHOW BINLOG HISTORY FOR TENANT {tenant.sql}")
    assert any(line["instance"] == instance.name and line["reason"] == row["reason"] for line in history), history
    assert sluiced.error(tenant.where())[0] == 1236
    sluiced.run(f"START BINLOG INSTANCE {instance.name}")
    sluiced.wait_served(tenant)
    instance.wait_for(mark(tenant.source))


def test_stop_and_start(sluiced, tenant, instance):
    instance.wait_for(mark(tenant.source))
    pid, port = instance.pid, instance.port
    sluiced.run(f"STOP BINLOG INSTANCE {instance.name}")
    wait_state(sluiced, instance, "Stop")
    assert not instance.pid
    token = mark(tenant.source)
    sluiced.kill()
    sluiced.start()
    wait_state(sluiced, instance, "Stop")
    assert not instance.pid, "a stopped instance stays so, whatever happens to its server"
    sluiced.run(f"START BINLOG INSTANCE {instance.name}")
    instance.wait_pid(other_than=pid)
    sluiced.wait_served(tenant)
    instance.wait_for(token)
    assert instance.port == port


def test_an_instance_that_ended_while_its_server_was_away(sluiced, tenant, instance):
    sluiced.kill()
    pid = instance.kill()
    sluiced.start()
    instance.wait_pid(other_than=pid)
    sluiced.wait_served(tenant)
    instance.wait_for(mark(tenant.source))


def test_dropped_while_it_could_not_be_ended(sluiced, tenant, instance):
    """The server dies right after it has said OK; the drop is done all the same."""
    with sluiced.connect() as connection, connection.cursor() as cursor:
        cursor.execute(tenant.drop())
    sluiced.kill()
    sluiced.start()
    wait_until(lambda: not instance.pid and not os.path.exists(instance.folder), 30, "its end")


def test_a_metadb_that_is_locked(workshop, sluiced, tenant, instance):
    direct = direct_follower(workshop, instance)
    pid = instance.pid
    with sluiced.connect() as connection, connection.cursor() as cursor:
        lock = sqlite3.connect(os.path.join(sluiced.directory, "metadb.sqlite"), isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        try:
            with pytest.raises(pymysql.MySQLError) as caught:
                cursor.execute(tenant.drop())
            assert "MetaDB" in str(caught.value.args[1]), caught.value.args
            direct.wait_for(mark(tenant.source))
        finally:
            lock.close()
        assert instance.pid == pid and direct.unbroken
        wait_until(lambda: sluiced.rows("SHOW NODES")[0]["state"] == "ONLINE", 30, "the node is ONLINE again")
        sluiced.wait_served(tenant)
        assert instance.pid == pid and direct.unbroken


def test_a_metadb_that_is_moved_away(workshop, sluiced, tenant, instance):
    """Nothing is known then, and nothing is concluded from that."""
    direct = direct_follower(workshop, instance)
    pid = instance.pid
    path = os.path.join(sluiced.directory, "metadb.sqlite")
    ends = [end for end in ("", "-wal", "-shm", "-journal") if os.path.exists(path + end)]
    for end in ends:
        os.rename(path + end, path + ".away" + end)
    direct.wait_for(mark(tenant.source))
    sluiced.kill()
    direct.wait_for(mark(tenant.source))
    assert instance.pid == pid and direct.unbroken
    for end in ends:
        os.rename(path + ".away" + end, path + end)
    sluiced.start()
    sluiced.wait_served(tenant)
    assert instance.pid == pid and direct.unbroken
