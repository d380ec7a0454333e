"""Parameters at three levels: what holds, where it comes from, what is refused."""

import pymysql
import pytest

from instance import PASSWORD, USER
from processes import wait_until
from tenants import Tenant

pytestmark = pytest.mark.bounded(120)
_NAME = "throttle_dump_conn"  # takes effect at once


@pytest.fixture(scope="module")
def sluiced(module_workshop):
    return module_workshop.sluiced().prepare()


@pytest.fixture(scope="module")
def tenant(module_workshop, sluiced):
    tenant = Tenant("shop", "orders", module_workshop.server("mariadb"))
    sluiced.create(tenant)
    return tenant


@pytest.fixture
def name(sluiced, tenant):
    return sluiced.rows(f"SHOW BINLOG INSTANCES FOR {tenant.sql}")[0]["name"]


def shown(sluiced, scope, name=_NAME):
    (row,) = sluiced.rows(f"SHOW PARAMETERS LIKE '{name}' {scope}")
    return row["value"]


def at_instance(sluiced, name=_NAME):
    port = sluiced.instances()[0].port
    with pymysql.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD) as there, there.cursor() as cursor:
        cursor.execute(f"SELECT @@global.{name}")
        return int(cursor.fetchone()[0])


def wait_at_instance(sluiced, value):
    wait_until(lambda: at_instance(sluiced) == value, 15, lambda: f"{value}, not {at_instance(sluiced)}")


def test_the_narrowest_level_that_says_something_holds(sluiced, tenant, name):
    levels = ["FOR CLUSTER", f"FOR TENANT {tenant.sql}", f"FOR INSTANCE {name}"]
    assert [shown(sluiced, level) for level in levels] == ["0", "0", "0"]
    for count, statement in (
        (11, f"ALTER BINLOG CLUSTER SET {_NAME} = 11"),
        (12, f"ALTER BINLOG {tenant.sql} SET {_NAME} = 12"),
        (13, f"ALTER BINLOG INSTANCE {name} SET {_NAME} = 13"),
    ):
        sluiced.run(statement)
        assert shown(sluiced, levels[2]) == str(count)
        wait_at_instance(sluiced, count)
    sluiced.run(f"ALTER BINLOG CLUSTER SET {_NAME} = 14")
    assert [shown(sluiced, level) for level in levels] == ["14", "12", "13"]
    for count, statement in (
        (12, f"ALTER BINLOG INSTANCE {name} SET {_NAME} = DEFAULT"),
        (14, f"SET GLOBAL {_NAME} = DEFAULT FOR TENANT {tenant.sql}"),
        (0, f"SET GLOBAL {_NAME} = DEFAULT FOR CLUSTER"),
    ):
        sluiced.run(statement)
        assert shown(sluiced, levels[2]) == str(count)
        wait_at_instance(sluiced, count)


def test_what_was_set_holds_after_restarts(sluiced, tenant, name):
    sluiced.run(f"ALTER BINLOG {tenant.sql} SET {_NAME} = 21")
    wait_at_instance(sluiced, 21)
    instance = sluiced.instances()[0]
    pid = instance.kill()
    instance.wait_pid(other_than=pid)
    sluiced.wait_served(tenant)
    assert at_instance(sluiced) == 21
    sluiced.kill()
    sluiced.start()
    sluiced.wait_served(tenant)
    assert shown(sluiced, f"FOR INSTANCE {name}") == "21" and at_instance(sluiced) == 21
    sluiced.run(f"ALTER BINLOG {tenant.sql} SET {_NAME} = DEFAULT")
    wait_at_instance(sluiced, 0)


def test_options_of_create_are_the_tenants(sluiced, tenant):
    other = Tenant("shop", "limited", tenant.source)
    sluiced.create(other, throttle_dump_conn=3, binlog_expire_logs_seconds=7200)
    assert shown(sluiced, f"FOR TENANT {other.sql}") == "3"
    assert shown(sluiced, f"FOR TENANT {other.sql}", "binlog_expire_logs_seconds") == "7200"
    assert shown(sluiced, f"FOR TENANT {tenant.sql}") == "0"
    sluiced.run(other.drop())


@pytest.mark.parametrize(
    "name, value, words",
    [
        (_NAME, "100001", ("0", "100000")),
        (_NAME, "-1", ("0", "100000")),
        (_NAME, "'many'", ("0", "100000")),
        ("max_connections", "0", ("1", "100000")),
        ("binlog_gtid_display", "7", ("ON", "OFF")),
        ("no_such_parameter", "1", ("no_such_parameter",)),
    ],
)
@pytest.mark.parametrize("level", ["CLUSTER", "TENANT_NAME"])
def test_a_value_out_of_range_is_told_the_range(sluiced, tenant, level, name, value, words):
    before = sluiced.rows("SHOW PARAMETERS")
    scope = level.replace("TENANT_NAME", tenant.sql)
    number, text = sluiced.error(f"ALTER BINLOG {scope} SET {name} = {value}")
    assert number == (1193 if name == "no_such_parameter" else 1236) and name in text
    for word in words:
        assert word in text
    assert sluiced.rows("SHOW PARAMETERS") == before


def test_all_of_a_statement_or_nothing(sluiced, tenant):
    level = f"FOR TENANT {tenant.sql}"
    sluiced.error(f"ALTER BINLOG {tenant.sql} SET throttle_dump_rps = 500, {_NAME} = 100001")
    assert shown(sluiced, level, "throttle_dump_rps") == "0"
    sluiced.run(f"ALTER BINLOG {tenant.sql} SET throttle_dump_rps = 500, {_NAME} = 7")
    assert shown(sluiced, level, "throttle_dump_rps") == "500" and shown(sluiced, level) == "7"
    sluiced.run(f"ALTER BINLOG {tenant.sql} SET throttle_dump_rps = DEFAULT, {_NAME} = DEFAULT")


def test_each_says_what_it_is(sluiced, tenant, name):
    for scope in ("", "FOR CLUSTER", f"FOR TENANT {tenant.sql}", f"FOR INSTANCE {name}"):
        rows = sluiced.rows(f"SHOW PARAMETERS {scope}")
        assert len(rows) > 10
        for row in rows:
            assert row["info"] and row["data_type"] and row["needs_restart"] in ("Yes", "No"), row
            assert row["default_value"] is not None and row["source"], row
    names = [row["name"] for row in sluiced.rows("SHOW PARAMETERS LIKE 'throttle%'")]
    assert names and all(one.startswith("throttle") for one in names)
