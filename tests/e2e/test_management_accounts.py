"""Accounts of a cluster: who may what, at the servers and at the instances."""

import pymysql
import pytest

from clients import Source
from instance import PASSWORD, USER
from processes import wait_until
from raw_client import Dump, connect
from sluiced import ADMIN, ADMIN_PASSWORD
from tenants import Tenant

pytestmark = pytest.mark.bounded(120)


@pytest.fixture(scope="module")
def sluiced(module_workshop):
    return module_workshop.sluiced().prepare()


@pytest.fixture(scope="module")
def tenant(module_workshop, sluiced):
    tenant = Tenant("shop", "orders", module_workshop.server("mariadb"))
    sluiced.create(tenant)
    return tenant


def may_log_in(source, plugin="mysql_native_password"):
    try:
        connect(source, plugin=plugin, tls=True).close()
    except pymysql.MySQLError as error:
        assert error.args[0] == 1045, error.args
        return False
    return True


def wait_log_in(source, allowed=True):
    wait_until(lambda: may_log_in(source) == allowed, 15, f"{source.user} at {source.port}: {allowed}")


def test_an_account_lives_at_the_server_and_at_instances_that_run(sluiced, tenant):
    port = sluiced.instances()[0].port
    pid = sluiced.instances()[0].pid

    def everywhere(password, allowed):
        assert may_log_in(Source(sluiced.port, "guest", password)) == allowed
        assert may_log_in(sluiced.source(tenant, "guest", password)) == allowed
        wait_log_in(Source(port, "guest", password), allowed)

    sluiced.run("CREATE USER guest IDENTIFIED BY 'first 1'")
    everywhere("first 1", True)
    with Dump(Source(port, "guest", "first 1")) as dump:
        dump.at("mysql-bin.000001").first(3)
        sluiced.run("ALTER USER guest IDENTIFIED BY 'second 2'")
        everywhere("second 2", True)
        everywhere("first 1", False)
        sluiced.run("SET PASSWORD FOR guest = 'third 3'")
        everywhere("third 3", True)
        sluiced.run("DROP USER guest")
        everywhere("third 3", False)
    assert sluiced.instances()[0].pid == pid, "it reads its accounts without a restart"


def test_the_own_password(sluiced, tenant):
    sluiced.run("CREATE USER self IDENTIFIED BY 'first 1'")
    sluiced.run("SET PASSWORD = 'second 2'", user="self", password="first 1")
    assert may_log_in(Source(sluiced.port, "self", "second 2"))
    assert not may_log_in(Source(sluiced.port, "self", "first 1"))
    sluiced.run("DROP USER self")


@pytest.mark.parametrize("plugin", ["mysql_native_password", "caching_sha2_password"])
def test_a_method_of_its_own(sluiced, tenant, plugin):
    sluiced.run(f"CREATE USER special IDENTIFIED WITH {plugin} BY 'word 1'")
    assert may_log_in(Source(sluiced.port, "special", "word 1"), plugin=plugin)
    sluiced.run("DROP USER special")


def test_users_look_and_subscribe_and_nothing_else(sluiced, tenant):
    who = {"user": USER, "password": PASSWORD}
    name = sluiced.instances()[0].name
    for statement in ("SHOW NODES", tenant.where(), "SHOW BINLOG INSTANCES", "SHOW PARAMETERS", "SHOW BINLOG STATUS"):
        assert sluiced.rows(statement, **who)
    for statement in (
        tenant.drop(),
        tenant.create(),
        "ALTER BINLOG CLUSTER SET throttle_dump_conn = 5",
        f"ALTER BINLOG {tenant.sql} SET throttle_dump_conn = 5",
        "REBALANCE BINLOG",
        "CREATE USER friend IDENTIFIED BY 'x'",
        f"ALTER USER {ADMIN} IDENTIFIED BY 'x'",
        f"SET PASSWORD FOR {ADMIN} = 'x'",
        f"DROP USER {ADMIN}",
        f"STOP BINLOG INSTANCE {name}",
        f"SHOW PROCESSLIST FOR INSTANCE {name}",
        f"SHOW BINLOG DUMPLIST FOR INSTANCE {name}",
        f"KILL 1 FOR INSTANCE {name}",
        f"PURGE BINARY LOGS TO 'mysql-bin.000001' FOR INSTANCE {name}",
        "SET GLOBAL max_connections = 5",
    ):
        number, text = sluiced.error(statement, **who)
        assert number == 1227, f"{statement}: {number} {text}"
    assert may_log_in(Source(sluiced.port, ADMIN, ADMIN_PASSWORD))


def test_errors(sluiced, tenant):
    for statement, word in (
        (f"CREATE USER {USER} IDENTIFIED BY 'x'", USER),
        ("ALTER USER nobody IDENTIFIED BY 'x'", "nobody"),
        ("DROP USER nobody", "nobody"),
        ("SET PASSWORD FOR nobody = 'x'", "nobody"),
        ("CREATE USER 'one@tenant' IDENTIFIED BY 'x'", "@"),
    ):
        found, text = sluiced.error(statement)
        assert found == 1396 and word in text, f"{statement}: {found} {text}"
    sluiced.run(
        f"CREATE USER IF NOT EXISTS {USER} IDENTIFIED BY 'x'",
        "ALTER USER IF EXISTS nobody IDENTIFIED BY 'x'",
        "DROP USER IF EXISTS nobody",
    )
    assert may_log_in(Source(sluiced.port, USER, PASSWORD)), "IF NOT EXISTS changes nothing"


def test_the_last_administrator_stays(sluiced, tenant):
    number, text = sluiced.error(f"DROP USER {ADMIN}")
    assert number and ADMIN in text
    assert may_log_in(Source(sluiced.port, ADMIN, ADMIN_PASSWORD))


def test_another_administrator(sluiced, tenant):
    """Made by GRANT; here and at the instances."""
    who = {"user": "deputy", "password": "deputise 4"}
    port = sluiced.instances()[0].port
    sluiced.run("CREATE USER deputy IDENTIFIED BY 'deputise 4'")
    assert sluiced.error("REBALANCE BINLOG", **who)[0] == 1227
    sluiced.run("GRANT ALL ON *.* TO deputy")
    sluiced.run("REBALANCE BINLOG", **who)
    wait_until(lambda: _administers(Source(port, **who)), 15, "it is one at the instance")
    sluiced.run(f"REVOKE ALL ON *.* FROM {ADMIN}", **who)
    assert sluiced.error("REBALANCE BINLOG")[0] == 1227
    assert sluiced.error("REVOKE ALL ON *.* FROM deputy", **who)[0] == 1396, "nobody would be left"
    sluiced.run(f"GRANT ALL PRIVILEGES ON *.* TO {ADMIN}", **who)
    sluiced.run("REVOKE ALL ON *.* FROM deputy")
    assert sluiced.error("REBALANCE BINLOG", **who)[0] == 1227
    wait_until(lambda: not _administers(Source(port, **who)), 15, "it is none at the instance")
    sluiced.run("DROP USER deputy")


def _administers(source):
    try:
        with connect(source, tls=True) as connection, connection.cursor() as cursor:
            cursor.execute("SET GLOBAL wait_timeout = DEFAULT")
        return True
    except pymysql.MySQLError:
        return False


def test_accounts_of_the_cluster_itself_are_not_to_be_had(sluiced, tenant):
    for name in ("sluice_relay", "sluice_admin"):
        assert sluiced.error(f"CREATE USER {name} IDENTIFIED BY 'x'")[0] in (1236, 1396)
        assert not may_log_in(Source(sluiced.port, name, ""))
        assert not may_log_in(Source(sluiced.instances()[0].port, name, ""))
    shown = {row[0] for row in sluiced.result("SHOW USERS")[1]}
    assert shown == {ADMIN, USER}
