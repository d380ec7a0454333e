"""Errors as MySQL gives them: number, SQLSTATE and words, compared with a real MySQL that holds the same files."""

import struct

import pymysql
import pytest

import instance as instances
from test_binlog_events import pair  # noqa: F401  (a fixture)

pytestmark = pytest.mark.bounded(300)

# Sent as they are; what MySQL 9.7 answers is what counts.
_STATEMENTS = [
    "SELEC 1",
    "SELECT FROM",
    "SHOW BINLOG EVENTS FROM x",
    "SHOW BINLOG EVENTS LIMIT -1",
    "SET = 1",
    "KILL",
    "PURGE BINARY LOGS TO",
    "",
    "SELECT @@nosuch",
    "SELECT 1, @@global.nosuch AS a",
    "SET GLOBAL nosuch = 1",
    "SET SESSION nosuch = 1",
    "SET GLOBAL server_uuid = 'x'",
    "SHOW BINLOG EVENTS IN 'nosuch'",
    "PURGE BINARY LOGS TO 'nosuch'",
    "SELECT WAIT_FOR_EXECUTED_GTID_SET('x', 1)",
    "PREPARE s FROM 'EXECUTE s'",
    "PREPARE s FROM 'DEALLOCATE PREPARE s'",
    "EXECUTE nosuch",
    "DEALLOCATE PREPARE nosuch",
    "KILL 987654321",
]
# The words in which a privilege is named differ between the versions.
_REFUSED = ["SET GLOBAL wait_timeout = 5", "PURGE BINARY LOGS TO 'mysql-bin.000001'", "SHOW BINLOG EVENTS"]


@pytest.fixture(autouse=True)
def _with_sqlstate(monkeypatch):
    """pymysql leaves the SQLSTATE out of its errors."""

    def fail(data):
        code = struct.unpack_from("<h", data, 1)[0]
        raise pymysql.MySQLError(code, data[4:9].decode(), data[9:].decode())

    monkeypatch.setattr(pymysql.err, "raise_mysql_exception", fail)


def error(connection, statement):
    with connection.cursor() as cursor:
        try:
            cursor.execute(statement)
        except pymysql.MySQLError as caught:
            return caught.args
    return None


@pytest.mark.parametrize("statement", _STATEMENTS)
def test_an_error_is_mysqls(pair, statement):  # noqa: F811
    instance, reader = pair
    with instance.connect(instances.ADMIN, charset="utf8mb4") as ours, reader.connect() as theirs:
        wanted = error(theirs, statement)
        assert wanted is not None
        assert error(ours, statement) == wanted


@pytest.mark.parametrize("statement", _REFUSED)
def test_a_privilege_that_is_missing(pair, statement):  # noqa: F811
    instance, reader = pair
    reader.run_unlogged("CREATE USER IF NOT EXISTS plain IDENTIFIED BY 'plain'")
    with instance.connect() as ours, reader.connect(user="plain", password="plain") as theirs:
        wanted, got = error(theirs, statement), error(ours, statement)
    if got is None and statement == "SHOW BINLOG EVENTS":
        return  # every account of ours may replicate
    assert got[:2] == wanted[:2] == (1227, "42000")
    start = "Access denied; you need (at least one of) the "
    assert got[2].startswith(start) and wanted[2].startswith(start)
