"""What CREATE BINLOG says of a tenant's log is so at its instance."""

import time
import uuid
from dataclasses import replace

import pytest

from clients import Source
from instance import PASSWORD, USER, mark
from processes import wait_until
from raw_client import connect
from tenants import Tenant

pytestmark = pytest.mark.bounded(120)


@pytest.fixture(scope="module")
def sluiced(module_workshop):
    return module_workshop.sluiced().prepare()


@pytest.fixture(scope="module", params=["mariadb", "mysql97"])
def source(module_workshop, request):
    return module_workshop.server(request.param)


@pytest.fixture
def tenant(sluiced, source):
    tenant = Tenant("shop", f"t{uuid.uuid4().hex[:8]}", source)
    yield tenant
    sluiced.run(f"DROP BINLOG IF EXISTS FOR TENANT {tenant.sql} NOW")


def instance_of(sluiced, tenant):
    port = int(sluiced.wait_served(tenant)["port"])
    return next(one for one in sluiced.instances() if one.pid and one.port == port)


def ask(instance, question):
    with connect(Source(instance.port, USER, PASSWORD), tls=True) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()


def now():
    return "NOW"


def timestamp():
    time.sleep(2.1)  # commits have whole seconds
    return str(int(time.time()) - 1)


@pytest.mark.parametrize("start", [now, timestamp, "gtid", "EARLIEST"])
def test_where_the_log_begins(sluiced, source, tenant, start):
    before = mark(source)
    text = start() if callable(start) else start.replace("gtid", f"GTID '{source.gtid()}'")
    sluiced.create(tenant, start=text)
    instance = instance_of(sluiced, tenant)
    wait_until(lambda: _captures(sluiced, tenant), 20, lambda: sluiced.rows("SHOW BINLOG INSTANCES"))
    token = mark(source)
    instance.wait_for(token)
    assert instance.holds(before) == (start == "EARLIEST")


def _captures(sluiced, tenant):
    return str(sluiced.rows(f"SHOW BINLOG INSTANCES FOR {tenant.sql}")[0]["convert_running"]) == "1"


def test_a_uuid_of_its_own(sluiced, source, tenant):
    own = str(uuid.uuid4())
    sluiced.create(tenant, f", SERVER UUID '{own}'")
    instance = instance_of(sluiced, tenant)
    assert ask(instance, "SELECT @@server_uuid")[0] == own
    instance.wait_for(mark(source))


def test_sizes_and_throttles(sluiced, tenant):
    sluiced.create(
        tenant,
        max_binlog_size=65536,
        binlog_expire_logs_seconds=3600,
        binlog_expire_logs_size=1 << 20,
        throttle_dump_conn=2,
        throttle_convert_rps=100000,
    )
    row = ask(
        instance_of(sluiced, tenant),
        "SELECT @@global.max_binlog_size, @@global.binlog_expire_logs_seconds, @@global.binlog_expire_logs_size, "
        "@@global.throttle_dump_conn, @@global.throttle_convert_rps",
    )
    assert [int(value) for value in row] == [65536, 3600, 1 << 20, 2, 100000]


def test_a_log_of_small_files(sluiced, source, tenant):
    sluiced.create(tenant, max_binlog_size=8192)
    source.sql("CREATE DATABASE IF NOT EXISTS d", "CREATE TABLE IF NOT EXISTS d.t (a int, b text)")
    for _ in range(10):
        source.sql("INSERT INTO d.t VALUES (1, REPEAT('x', 4000))")
    instance = instance_of(sluiced, tenant)
    instance.wait_for(mark(source))
    assert len(instance.files()) >= 4


def test_what_decides_the_bytes_stays(sluiced, tenant):
    sluiced.create(tenant)
    number, text = sluiced.error(f"ALTER BINLOG {tenant.sql} SET max_binlog_size = 8192")
    assert number == 1236 and "max_binlog_size" in text


def test_another_account_at_the_database(sluiced, source, tenant):
    source.account("first", "capture one", source.capture_grants)
    source.account("other", "capture two", source.capture_grants)
    sluiced.create(replace(tenant, user="first", password="capture one"))
    instance = instance_of(sluiced, tenant)
    instance.wait_for(mark(source))
    source.run_unlogged("DROP USER 'first'@'%'")
    sluiced.run(f"ALTER BINLOG {tenant.sql} SET cluster_user = 'other', cluster_password = 'capture two'")
    number, text = sluiced.error(f"ALTER BINLOG {tenant.sql} SET cluster_url = 'http://127.0.0.1'")
    assert number == 1236 and text
    pid = instance.pid
    sluiced.run(f"STOP BINLOG INSTANCE {instance.name}")
    wait_until(lambda: sluiced.rows(f"SHOW BINLOG INSTANCE {instance.name}")[0]["state"] == "Stop", 20, "its end")
    sluiced.run(f"START BINLOG INSTANCE {instance.name}")
    instance.wait_pid(other_than=pid)
    instance.wait_for(mark(source))
    history = str(sluiced.rows(f"SHOW BINLOG HISTORY FOR TENANT {tenant.sql}"))
    assert "cluster_user" in history and "capture two" not in history


def test_a_database_that_is_not_there_yet(sluiced, source, tenant):
    """The tenant is served; its instance says what it waits for, and goes on when that has come."""
    source.stop()
    sluiced.run(tenant.create())
    instance = instance_of(sluiced, tenant)
    row = sluiced.rows(f"SHOW BINLOG INSTANCES FOR {tenant.sql}")[0]
    assert row["state"] == "Running" and str(row["convert_running"]) in ("0", "None")
    source.start()
    instance.wait_for(mark(source))
