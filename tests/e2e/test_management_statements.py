"""Every management statement: its columns, the vendor's first and in its order; its filters; its errors."""

import json

import pymysql
import pytest

from clients import Source
from instance import PASSWORD, USER, mark
from processes import wait_until
from raw_client import Dump
from tenants import Tenant

pytestmark = pytest.mark.bounded(120)

NODES = "id ip port zone region group state metric node_config incarnation heartbeat idc"
SERVER = "cluster tenant ip port status cause"
INSTANCES = (
    "name ob_cluster ob_tenant ip port zone region group running state obcdc_running obcdc_state service_mode "
    "convert_running convert_delay convert_rps convert_eps convert_iops dumpers version odp_addr "
    "role pid restarts server reason"
)
PROCESSES = "Id User Host db Command Time State Info"
DUMPS = (
    "Id User Host RealHost Command Time State DumpPosition DumpDelay DumpEventsNum DumpEventsSize FakeRotateEventsNum "
    "HeartbeatEventsNum DumpEps DumpIops Info DumpCheckpoint"
)
PARAMETERS = "name value default_value data_type minimum maximum unit needs_restart source level info"
HISTORY = "time action cluster tenant instance server who reason"
LABELS = {"region": "north", "idc": "n1", "zone": "z1", "group": "g1"}


@pytest.fixture(scope="module")
def sluiced(module_workshop):
    return module_workshop.sluiced(server=LABELS).prepare()


@pytest.fixture(scope="module")
def tenant(module_workshop, sluiced):
    tenant = Tenant("shop", "orders", module_workshop.server("mariadb"))
    sluiced.create(tenant)
    (instance,) = sluiced.instances()
    instance.wait_for(mark(tenant.source))
    return tenant


@pytest.fixture
def name(sluiced, tenant):
    return next(row["name"] for row in sluiced.rows(f"SHOW BINLOG INSTANCES FOR {tenant.sql}"))


@pytest.fixture
def instance(sluiced, name):
    return next(one for one in sluiced.instances() if one.name == name)


def with_names(statement, tenant, name):
    return statement.replace("TENANT_NAME", tenant.sql).replace("INSTANCE_NAME", name)


@pytest.mark.parametrize(
    "statement, columns",
    [
        ("SHOW NODES", NODES),
        ("SHOW NODES FROM IP '127.0.0.1'", NODES),
        ("SHOW BINLOG SERVER FOR TENANT TENANT_NAME", SERVER),
        ("SHOW BINLOG STATUS", "cluster tenant status"),
        ("SHOW BINLOG STATUS FOR TENANT TENANT_NAME", "cluster tenant status"),
        ("SHOW BINLOG INSTANCE INSTANCE_NAME", INSTANCES),
        ("SHOW BINLOG INSTANCES", INSTANCES),
        ("SHOW HISTORY BINLOG INSTANCES", INSTANCES),
        ("SHOW PROCESSLIST FOR INSTANCE INSTANCE_NAME", PROCESSES),
        ("SHOW FULL PROCESSLIST FOR INSTANCE INSTANCE_NAME", PROCESSES),
        ("SHOW PROCESSLIST", PROCESSES),
        ("SHOW BINLOG DUMPLIST FOR INSTANCE INSTANCE_NAME", DUMPS),
        ("SHOW FULL BINLOG DUMPLIST FOR INSTANCE INSTANCE_NAME", DUMPS),
        ("SHOW BINARY LOGS FOR INSTANCE INSTANCE_NAME", "Log_name File_size"),
        (
            "SHOW MASTER STATUS FOR INSTANCE INSTANCE_NAME",
            "File Position Binlog_Do_DB Binlog_Ignore_DB Executed_Gtid_Set",
        ),
        (
            "SHOW BINLOG EVENTS LIMIT 2 FOR INSTANCE INSTANCE_NAME",
            "Log_name Pos Event_type Server_id End_log_pos Info",
        ),
        ("SHOW VARIABLES LIKE 'server_id' FOR INSTANCE INSTANCE_NAME", "Variable_name Value"),
        ("SHOW GLOBAL STATUS LIKE 'sluice%' FOR INSTANCE INSTANCE_NAME", "Variable_name Value"),
        ("SHOW BINLOG HISTORY", HISTORY),
        ("SHOW BINLOG HISTORY FOR TENANT TENANT_NAME", HISTORY),
        ("SHOW USERS", "user role mysql_native_password caching_sha2_password"),
        ("SHOW ACCOUNTS", "user role mysql_native_password caching_sha2_password"),
        ("REBALANCE BINLOG DRY RUN", "kind tenant instance from to bytes result reason"),
        ("SHOW PARAMETERS", PARAMETERS),
        ("SHOW PARAMETERS FOR TENANT TENANT_NAME", PARAMETERS),
        ("SHOW PARAMETERS FOR INSTANCE INSTANCE_NAME", PARAMETERS),
    ],
)
def test_columns(sluiced, tenant, name, statement, columns):
    names, rows = sluiced.result(with_names(statement, tenant, name))
    assert names == columns.split()
    assert rows or "DUMPLIST" in statement


def test_a_node(sluiced, tenant):
    (row,) = sluiced.rows("SHOW NODES")
    assert {key: row[key] for key in ("ip", "zone", "region", "group", "state")} == {
        "ip": "127.0.0.1",
        "zone": "z1",
        "region": "north",
        "group": "g1",
        "state": "ONLINE",
    }
    assert int(row["port"]) == sluiced.port and row["id"]
    metric = wait_until(lambda: json.loads(sluiced.rows("SHOW NODES")[0]["metric"] or "{}"), 10, "metrics")
    assert metric["memory_total"] > 0
    assert isinstance(json.loads(row["node_config"]), dict)
    assert int(row["incarnation"]) >= 1 and int(row["heartbeat"]) > 0


def test_a_running_instance(sluiced, tenant, name, instance):
    def look():
        row = sluiced.rows(f"SHOW BINLOG INSTANCE {name}")[0]
        return row if str(row["convert_running"]) == "1" else None

    row = wait_until(look, 20, lambda: sluiced.rows(f"SHOW BINLOG INSTANCE {name}"))
    expected = {
        "name": instance.name,
        "ob_cluster": "shop",
        "ob_tenant": "orders",
        "ip": "127.0.0.1",
        "zone": "z1",
        "region": "north",
        "group": "g1",
        "running": "Yes",
        "state": "Running",
        "obcdc_running": "Yes",
        "obcdc_state": "Running",
        "service_mode": "enabled",
        "odp_addr": None,
        "role": "primary",
        "pid": instance.pid,
        "restarts": 0,
        "reason": None,
    }
    assert {key: row[key] for key in expected} == expected
    assert int(row["port"]) == instance.port and row["version"]
    for column in ("convert_delay", "convert_rps", "convert_eps", "convert_iops", "dumpers"):
        assert int(row[column]) >= 0


def test_dumpers_are_counted_and_listed(sluiced, tenant, name, instance):
    with Dump(Source(instance.port, USER, PASSWORD)) as dump:
        dump.at("mysql-bin.000001").first(3)
        listed = sluiced.rows(f"SHOW BINLOG DUMPLIST FOR INSTANCE {name}")
        assert len(listed) == 1 and listed[0]["User"] == USER
        wait_until(
            lambda: int(sluiced.rows(f"SHOW BINLOG INSTANCE {name}")[0]["dumpers"] or 0) == 1, 10, "one dumper"
        )
        sluiced.run(f"KILL {listed[0]['Id']} FOR INSTANCE {name}")
        with pytest.raises((pymysql.MySQLError, OSError)):
            dump.first(1000)
    wait_until(lambda: not sluiced.rows(f"SHOW BINLOG DUMPLIST FOR INSTANCE {name}"), 10, "no dumper")


def test_the_status_of_a_tenant(sluiced, tenant, name):

    def look():
        (row,) = sluiced.rows(f"SHOW BINLOG STATUS FOR TENANT {tenant.sql}")
        status = json.loads(row["status"])
        return status if status["resources_metrics"] else None

    status = wait_until(look, 20, "what its process uses")
    assert status["binlog_instance"] == name
    assert status["binlog_files"][0]["binlog_name"] == "mysql-bin.000001"
    assert int(status["binlog_files"][0]["binlog_size"]) > 0


@pytest.mark.parametrize(
    "where, count",
    [
        ("FROM IP '127.0.0.1'", 1),
        ("FROM IP '192.0.2.1'", 0),
        ("FROM ZONE 'z1'", 1),
        ("FROM ZONE 'z2'", 0),
        ("FROM REGION 'north'", 1),
        ("FROM REGION ''", 0),
        ("FROM GROUP 'g1'", 1),
        ("FROM GROUP 'G2'", 0),
    ],
)
def test_filters_of_places(sluiced, tenant, where, count):
    assert len(sluiced.rows(f"SHOW NODES {where}")) == count
    assert len(sluiced.rows(f"SHOW BINLOG INSTANCES {where}")) == count
    assert len(sluiced.rows(f"SHOW HISTORY BINLOG INSTANCES {where}")) == count


@pytest.fixture(scope="module")
def three(sluiced, tenant):
    """Three tenants, so three instances; the names of these in their order."""
    for number in (1, 2):
        sluiced.create(Tenant("shop", f"more{number}", tenant.source))
    return [row["name"] for row in sluiced.rows("SHOW BINLOG INSTANCES")]


def test_limits(sluiced, three):
    def names(statement):
        return [row["name"] for row in sluiced.rows(statement)]

    assert len(three) == 3
    assert names("SHOW BINLOG INSTANCES LIMIT 2") == three[:2]
    assert names("SHOW BINLOG INSTANCES LIMIT 1, 5") == three[1:]
    assert names("SHOW BINLOG INSTANCES LIMIT 3, 1") == []
    assert names(f"SHOW BINLOG INSTANCES {three[2]}, {three[0]}") in ([three[0], three[2]], [three[2], three[0]])
    assert names("SHOW BINLOG INSTANCES FOR `shop`.`more1`") == [
        row["name"] for row in sluiced.rows("SHOW BINLOG INSTANCES") if row["ob_tenant"] == "more1"
    ]
    assert len(sluiced.rows("SHOW BINLOG STATUS")) == 3
    history = sluiced.rows("SHOW BINLOG HISTORY")
    assert len(history) >= 3
    assert sluiced.rows("SHOW BINLOG HISTORY LIMIT 1") == history[:1]
    assert sluiced.rows("SHOW BINLOG HISTORY LIMIT 1, 2") == history[1:3]
    of_one = sluiced.rows("SHOW BINLOG HISTORY FOR TENANT `shop`.`more2`")
    assert of_one and len(of_one) < len(history)


@pytest.mark.parametrize("statement", ["CREATE BINLOG", "DROP BINLOG"])
def test_if_exists(sluiced, tenant, statement):
    if statement == "CREATE BINLOG":
        assert sluiced.error(tenant.create())[0] == 1236
        sluiced.run(tenant.create().replace("CREATE BINLOG", "CREATE BINLOG IF NOT EXISTS"))
    else:
        assert sluiced.error("DROP BINLOG FOR TENANT `no`.`such` NOW")[0] == 1236
        sluiced.run("DROP BINLOG IF EXISTS FOR TENANT `no`.`such` NOW")


def test_a_drop_that_waits(sluiced, tenant):
    other = Tenant("shop", "later", tenant.source)
    sluiced.create(other)
    sluiced.run(f"DROP BINLOG FOR TENANT {other.sql} DEFER 600")
    assert sluiced.error(other.where())[0] == 1236, "it is not served any more"
    rows = sluiced.rows(f"SHOW HISTORY BINLOG INSTANCES FOR {other.sql}")
    assert [row["state"] for row in rows] == ["LogicalDrop"]
    kept = next(one for one in sluiced.instances() if one.name == rows[0]["name"])
    assert kept.files(), "its files wait"


def test_names_as_long_as_can_be(sluiced, tenant):
    longest = Tenant("c" * 128, "t" * 128, tenant.source)
    sluiced.create(longest)
    sluiced.run(f"DROP BINLOG FOR TENANT {longest.sql} NOW")


def test_questions_to_an_instance_have_its_answers(sluiced, tenant, name, instance):
    there = pymysql.connect(host="127.0.0.1", port=instance.port, user=USER, password=PASSWORD)
    with there, there.cursor() as cursor:
        for question in (
            "SHOW BINARY LOGS",
            "SHOW MASTER STATUS",
            "SHOW BINLOG EVENTS LIMIT 3",
            "SHOW GLOBAL VARIABLES LIKE 'server%'",
        ):
            cursor.execute(question)
            assert sluiced.result(f"{question} FOR INSTANCE {name}")[1] == cursor.fetchall()


def test_a_purge_for_an_instance_keeps_the_file_it_names(sluiced, tenant, name):
    files = [row["Log_name"] for row in sluiced.rows(f"SHOW BINARY LOGS FOR INSTANCE {name}")]
    sluiced.run(f"PURGE BINARY LOGS TO '{files[-1]}' FOR INSTANCE {name}")
    sluiced.run(f"PURGE BINARY LOGS BEFORE '2020-01-01 00:00:00' FOR INSTANCE {name}")
    kept = [row["Log_name"] for row in sluiced.rows(f"SHOW BINARY LOGS FOR INSTANCE {name}")]
    assert kept == files[-1:]
    sluiced.run(f"PURGE BINARY LOGS TO '{files[-1]}' FOR TENANT {tenant.sql}")


NEW = "CREATE BINLOG FOR TENANT `a`.`b` TO USER u PASSWORD p"
WITH = f"{NEW} WITH CLUSTER URL 'mysql://127.0.0.1:1'"
ERRORS = [
    ("nonsense", 1064, "nonsense"),
    ("SELECT 1; SELECT 2", 1064, ""),
    ("SHOW NODES FROM HOST 'x'", 1064, ""),
    ("/* nothing */", 1065, ""),
    ("FLUSH TABLES", 1235, ""),
    ("CREATE TABLE t (a int)", 1235, ""),
    ("DROP BINLOG FOR TENANT `shop`.`orders ` NOW", 1236, "space"),
    ("CREATE USER 'joe ' IDENTIFIED BY 'x'", 1236, "space"),
    ("SHOW BINLOG SERVER", 1236, "tenant"),
    ("SHOW BINLOG SERVER FOR TENANT `no`.`such`", 1236, ""),
    (NEW, 1236, "url"),
    (f"{NEW} WITH CLUSTER URL 'ftp://x:1'", 1236, "url"),
    (f"{NEW} FROM GTID 'bad' WITH CLUSTER URL 'mysql://127.0.0.1:1'", 1236, "FROM GTID"),
    (f"{NEW} FROM 9999999999 WITH CLUSTER URL 'mysql://127.0.0.1:1'", 1236, "still to come"),
    (f"{WITH.replace('`b`', '`b@c`')}", 1236, "log in"),
    (f"{WITH}, REPLICATE NUM 900", 1236, "REPLICATE NUM"),
    (f"{WITH}, colour = 'red'", 1236, "colour"),
    (f"{WITH}, ZONE = 'none'", 1236, "zone"),
    (f"{WITH}, throttle_dump_conn = -1", 1236, "throttle_dump_conn"),
    (WITH.replace("TO USER u PASSWORD p", ""), 1236, "TO USER"),
    ("ALTER BINLOG `no`.`such` SET throttle_dump_conn = 5", 1236, "does not exist"),
    ("ALTER BINLOG INSTANCE nosuch SET throttle_dump_conn = 5", 1236, "does not exist"),
    ("ALTER BINLOG TENANT_NAME SET colour = 5", 1193, "colour"),
    ("ALTER BINLOG TENANT_NAME SET throttle_dump_conn = 100001", 1236, "100000"),
    ("CREATE BINLOG INSTANCE fresh FOR `no`.`such` ZONE = 'z1'", 1236, "such"),
    ("CREATE BINLOG INSTANCE fresh FOR TENANT_NAME ZONE = 'z1'", 1236, "host"),
    ("START BINLOG INSTANCE INSTANCE_NAME", 1236, "Running"),
    ("START BINLOG INSTANCE nosuch", 1236, "nosuch"),
    ("START BINLOG INSTANCE INSTANCE_NAME OBCDC_ONLY", 1236, "OBCDC_ONLY"),
    ("STOP BINLOG INSTANCE nosuch", 1236, "nosuch"),
    ("STOP BINLOG INSTANCE INSTANCE_NAME OBCDC_ONLY", 1236, "OBCDC_ONLY"),
    ("DROP BINLOG INSTANCE INSTANCE_NAME NOW", 1236, "force"),
    ("DROP BINLOG INSTANCE nosuch NOW", 1236, "nosuch"),
    ("SWITCH MASTER INSTANCE TO nosuch FOR TENANT TENANT_NAME", 1236, "does not exist"),
    ("SWITCH MASTER INSTANCE TO INSTANCE_NAME FOR TENANT `shop`.`more1`", 1236, "does not belong"),
    ("SHOW PROCESSLIST FOR INSTANCE nosuch", 1236, "nosuch"),
    ("SHOW BINLOG DUMPLIST FOR INSTANCE nosuch", 1236, "nosuch"),
    ("KILL 999999 FOR INSTANCE INSTANCE_NAME", 1094, "999999"),
    ("KILL 1 FOR INSTANCE nosuch", 1236, "nosuch"),
    ("SHOW BINARY LOGS FOR INSTANCE nosuch", 1236, "nosuch"),
    ("PURGE BINARY LOGS TO 'mysql-bin.000001'", 1236, "specified"),
    ("PURGE BINARY LOGS TO 'mysql-bin.999999' FOR INSTANCE INSTANCE_NAME", 1373, "Target log not found"),
    ("SHOW VARIABLES FOR INSTANCE nosuch", 1236, "nosuch"),
]


@pytest.mark.parametrize("statement, number, word", ERRORS, ids=[error[0][-60:] for error in ERRORS])
def test_errors(sluiced, three, tenant, name, statement, number, word):
    found, text = sluiced.error(with_names(statement, tenant, name))
    assert (found, with_names(word, tenant, name).lower() in text.lower()) == (number, True), f"{found}: {text}"


def test_what_does_nothing_warns(sluiced, tenant):
    for statement in (
        tenant.create().replace("CREATE BINLOG", "CREATE BINLOG IF NOT EXISTS"),
        "DROP BINLOG IF EXISTS FOR TENANT `no`.`such`",
        "DROP USER IF EXISTS nobody",
    ):
        with sluiced.connect() as connection, connection.cursor() as cursor:
            assert cursor.execute(statement) == 0
            cursor.execute("SHOW WARNINGS")
            (warning,) = cursor.fetchall()
            assert warning[0] in ("Warning", "Note") and warning[2]


def test_an_error_leaves_the_connection(sluiced, tenant):
    with sluiced.connect() as connection, connection.cursor() as cursor:
        for statement in ("nonsense", "SHOW BINLOG SERVER FOR TENANT `no`.`such`", "FLUSH TABLES"):
            with pytest.raises(pymysql.MySQLError):
                cursor.execute(statement)
        cursor.execute("SHOW NODES")
        assert len(cursor.fetchall()) == 1


def test_a_small_cluster_rebalances_nothing(sluiced, three):
    sluiced.run("REBALANCE BINLOG DRY RUN", "REBALANCE BINLOG")
