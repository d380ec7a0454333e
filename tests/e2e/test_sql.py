"""What clients ask before they dump, and how they log in."""

import pymysql
import pytest

import clients
import instance as instances
from raw_client import Dump, NON_BLOCKING, connect


@pytest.fixture(scope="module")
def pair(module_workshop):
    """A MariaDB source with a table, and its instance."""
    source = module_workshop.server("mariadb")
    source.sql(
        "CREATE DATABASE d",
        "CREATE TABLE d.t (a int primary key, b varchar(20) character set latin1 comment 'the b')",
        "INSERT INTO d.t VALUES (1, 'x')",
    )
    instance = module_workshop.instance(source)
    instance.catch_up(source)
    return source, instance


@pytest.fixture
def asked(pair):
    """A function that runs a statement on one connection to the instance and gives its rows as dictionaries."""
    with pair[1].connect(cursorclass=pymysql.cursors.DictCursor) as connection, connection.cursor() as cursor:

        def ask(statement, *parameters):
            cursor.execute(statement, parameters or None)
            return list(cursor.fetchall())

        yield ask


# -- statements --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement, columns",
    [
        ("SELECT VERSION()", ["VERSION()"]),
        ("SELECT VERSION() AS version", ["version"]),
        ("select version()", ["version()"]),
        ("SELECT UNIX_TIMESTAMP()", ["UNIX_TIMESTAMP()"]),
        ("SELECT @@GLOBAL.SERVER_ID", ["@@GLOBAL.SERVER_ID"]),
        ("select @@server_id", ["@@server_id"]),
        ("SELECT @@GLOBAL.SERVER_UUID", ["@@GLOBAL.SERVER_UUID"]),
        ("SELECT @@GLOBAL.GTID_MODE", ["@@GLOBAL.GTID_MODE"]),
        ("select @@GLOBAL.binlog_checksum as checksum", ["checksum"]),
        (
            "SELECT @@global.gtid_executed, @@version_comment  AS `the comment`",
            ["@@global.gtid_executed", "the comment"],
        ),
        ("SELECT @@max_allowed_packet,@@system_time_zone,@@time_zone,@@auto_increment_increment", None),
        ("SELECT 1", ["1"]),
    ],
)
def test_select(asked, statement, columns):
    rows = asked(statement)
    assert len(rows) == 1 and (columns is None or list(rows[0]) == columns)
    assert all(value is not None for value in rows[0].values())


def test_values_make_sense(asked, pair):
    status = asked("SHOW MASTER STATUS")[0]
    assert asked("SELECT @@GLOBAL.GTID_MODE AS it")[0]["it"] == "ON"
    assert asked("SELECT @@binlog_format AS it")[0]["it"] == "ROW"
    assert asked("SELECT @@binlog_row_image AS it")[0]["it"].upper() == "FULL"
    assert asked("SELECT @@GLOBAL.binlog_checksum AS it")[0]["it"] == "CRC32"
    assert int(asked("SELECT @@log_bin AS it")[0]["it"]) == 1
    executed = asked("SELECT @@GLOBAL.gtid_executed AS it")[0]["it"]
    assert executed.replace("\n", "") == status["Executed_Gtid_Set"].replace("\n", "") != ""
    assert (status["File"], int(status["Position"])) == pair[1].position()


def test_set_and_read_back(asked):
    asked("SET @master_binlog_checksum = @@global.binlog_checksum, @source_binlog_checksum = @@global.binlog_checksum")
    assert list(asked("SELECT @source_binlog_checksum")[0].values()) == ["CRC32"]
    asked("SET @master_binlog_checksum='NONE'")
    assert list(asked("SELECT @master_binlog_checksum")[0].values()) == ["NONE"]
    asked("SET @master_heartbeat_period = 30000001024, @source_heartbeat_period = 30000001024")
    assert [str(value) for value in asked("SELECT @master_heartbeat_period")[0].values()] == ["30000001024"]
    asked("SET @slave_uuid = 'b2a16163-e68d-11f1-aceb-02fc00000001', @replica_uuid = 'b2a16163-e68d-11f1-aceb-0001'")
    asked("SET @mariadb_slave_capability=4")
    asked("SET NAMES utf8mb4")
    asked("SET NAMES utf8mb4 COLLATE utf8mb4_general_ci")
    asked("SET AUTOCOMMIT = 0")
    asked("set autocommit=1")
    assert list(asked("SELECT @never_set")[0].values()) == [None]


@pytest.mark.parametrize(
    "statement",
    [
        "SHOW VARIABLES LIKE 'SERVER_ID'",
        "SHOW GLOBAL VARIABLES LIKE 'BINLOG_CHECKSUM'",
        "show global variables like 'binlog_checksum'",
        "SHOW VARIABLES LIKE 'BINLOG_ROW_METADATA'",
        "SHOW SESSION VARIABLES LIKE 'version'",
        "SHOW VARIABLES LIKE 'binlog_format'",
        "SHOW VARIABLES LIKE 'gtid_mode'",
    ],
)
def test_show_variables(asked, statement):
    rows = asked(statement)
    assert len(rows) == 1 and list(rows[0]) == ["Variable_name", "Value"]
    assert rows[0]["Variable_name"] == statement.rsplit("'", 2)[1].lower() and rows[0]["Value"] != ""


def test_show_variables_by_pattern(asked):
    found = [row["Variable_name"] for row in asked("SHOW VARIABLES LIKE 'binlog\\_%'")]
    assert "binlog_format" in found and all(name.startswith("binlog_") for name in found)
    assert asked("SHOW VARIABLES LIKE 'no such variable'") == []


def test_show_binary_logs(asked, pair):
    for statement in ("SHOW BINARY LOGS", "show master logs"):
        rows = asked(statement)
        assert list(rows[0])[:2] == ["Log_name", "File_size"]
        assert (rows[-1]["Log_name"], int(rows[-1]["File_size"])) == pair[1].position()
    assert asked("SHOW BINARY LOG STATUS") == asked("SHOW MASTER STATUS")


_COLUMNS = (
    "SELECT COLUMN_NAME, COLLATION_NAME, CHARACTER_SET_NAME, COLUMN_COMMENT, COLUMN_TYPE "
    "FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA='{}' AND TABLE_NAME='{}' ORDER BY ORDINAL_POSITION"
)


def test_columns_are_asked_of_the_tenant(asked):
    rows = asked(_COLUMNS.format("d", "t"))
    assert [row["COLUMN_NAME"] for row in rows] == ["a", "b"]
    assert rows[1]["CHARACTER_SET_NAME"] == "latin1" and rows[1]["COLUMN_COMMENT"] == "the b"
    assert asked(_COLUMNS.format("d", "no such table")) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE d.t",
        "SELECT * FROM d.t",
        "INSERT INTO d.t VALUES (2, 'y')",
        "CREATE USER x",
        "SET GLOBAL read_only = 1",
        "SELECT @@no_such_variable",
        "SELECT SLEEP(1)",
        "SHOW GRANTS FOR root",
        "nonsense",
        ";",
        "SELECT",
        "SET",
        "SELECT 1; SELECT 2",
        "SELECT 'a",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE d.t",
        "PURGE BINARY LOGS TO 'x'",
        "SELECT /* open",
        "SET @a = 1, b",
    ],
)
def test_what_is_not_known_is_an_error(asked, pair, statement):
    with pytest.raises(pymysql.err.MySQLError) as caught:
        asked(statement)
    assert 1000 <= caught.value.args[0] < 2000 and caught.value.args[1]
    assert asked("SELECT 1 AS one")[0]["one"] in (1, "1"), "the connection lives on"
    assert pair[0].value("SELECT COUNT(*) FROM d.t") == 1, "and the tenant was not touched"


def test_ping_and_use(pair):
    connection = pair[1].connect()
    connection.ping(reconnect=False)
    connection.select_db("information_schema")
    connection.close()


# -- log-in ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plugin", ["mysql_native_password", "caching_sha2_password", None])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_log_in(pair, plugin, tls):
    """caching_sha2_password without TLS asks for the RSA key at first; the second time it is fast."""
    for _ in range(2):
        connection = connect(pair[1], plugin=plugin, tls=tls)
        with connection.cursor() as cursor:
            cursor.execute("SELECT VERSION()")
            assert cursor.fetchone()
        connection.close()


def test_caching_sha2_begins_slowly_on_a_fresh_instance(workshop, pair):
    for tls in (False, True):
        instance = workshop.instance(pair[0])
        connect(instance, plugin="caching_sha2_password", tls=tls).close()


@pytest.mark.parametrize("plugin", ["mysql_native_password", "caching_sha2_password"])
@pytest.mark.parametrize(
    "user, password",
    [(instances.USER, "wrong"), (instances.USER, ""), ("nobody", "x"), ("", ""), ("root", ""), ("x" * 200, "y" * 120)],
)
def test_no_log_in(pair, plugin, user, password):
    for tls in (False, True):
        with pytest.raises(pymysql.err.OperationalError) as caught:
            connect(clients.Source(pair[1].port, user, password), plugin=plugin, tls=tls)
        assert caught.value.args[0] == 1045, caught.value.args


def test_nothing_is_served_without_an_account(workshop, pair):
    instance = workshop.instance(pair[0], start=False)
    instance.accounts = {}
    instance.launch()
    try:
        instance.wait_ready(20)
    except Exception:  # an instance may also refuse to run so
        return
    for user in ("root", "repl", ""):
        with pytest.raises(pymysql.err.OperationalError):
            connect(clients.Source(instance.port, user, ""))


@pytest.mark.smoke
def test_dump_over_tls(pair):
    with Dump(pair[1], tls=True, plugin="caching_sha2_password") as dump:
        assert len(list(dump.at("", 4, NON_BLOCKING))) > 5


def test_no_secret_in_the_log(pair):
    text = pair[1].log_text()
    for secret in (instances.PASSWORD, pair[1].sections["source"]["password"]):
        assert secret not in text
