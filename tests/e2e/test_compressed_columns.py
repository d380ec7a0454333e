"""MariaDB's COMPRESSED columns: clients that know MySQL only get what the application wrote.

The workload of the matrix has them among columns of every other type; here are the sizes and ways of storing that it
does not reach."""

import json

import pytest

import clients
import variants
from compare import assert_equal
from instance import mark
from same_files import assert_same_files

pytestmark = pytest.mark.bounded(180)

_TABLE = (
    "CREATE TABLE d.t (id int primary key, v varchar(255) character set latin1 /*M!100301 COMPRESSED*/, "
    "w varchar(256) character set latin1 /*M!100301 COMPRESSED*/, b longblob /*M!100301 COMPRESSED*/, "
    "plain varchar(20)) ENGINE=InnoDB"
)
_LARGE = 40 << 20


@pytest.fixture(scope="module", params=["mariadb", "mariadb-compressed"])
def captured(module_workshop, request):
    """The source and an instance; the second variant compresses the events, too."""
    what = variants.VARIANTS[request.param]
    source = module_workshop.server("mariadb", what.options)
    instance = module_workshop.instance(source)
    source.sql(
        "CREATE DATABASE d",
        _TABLE,
        "INSERT INTO d.t VALUES (1, 'short', '', NULL, 'p'), (2, REPEAT('v', 255), REPEAT('w', 256), "
        "REPEAT('b', 100000), 'q'), (3, NULL, 'kept', 'kept', NULL)",
        "UPDATE d.t SET v = CONCAT(v, '!'), b = CONCAT(b, 'end') WHERE id IN (1, 3)",
        "SET column_compression_zlib_wrap = ON, column_compression_threshold = 0",
        "UPDATE d.t SET w = REPEAT('z', 200), b = 'framed' WHERE id = 3",
        "DELETE FROM d.t WHERE id = 2",
        f"INSERT INTO d.t VALUES (4, 'large', '', REPEAT('L', {_LARGE}), 'behind')",
    )
    instance.catch_up(source)
    return source, instance


# What the statements above leave in the log, row for row.
_B = "b" * 100000
_ROWS = [
    ("writerows", [(1, "short", "", None, "p"), (2, "v" * 255, "w" * 256, _B, "q"), (3, None, "kept", "kept", None)]),
    (
        "updaterows",
        [
            ((1, "short", "", None, "p"), (1, "short!", "", None, "p")),
            ((3, None, "kept", "kept", None), (3, None, "kept", "keptend", None)),
        ],
    ),
    ("updaterows", [((3, None, "kept", "keptend", None), (3, None, "z" * 200, "framed", None))]),
    ("deleterows", [(2, "v" * 255, "w" * 256, _B, "q")]),
    ("writerows", [(4, "large", "", "L" * _LARGE, "behind")]),
]


def _as_tuple(row):
    if "before" in row:
        return _as_tuple(row["before"]), _as_tuple(row["after"])
    blob = row["b"]
    if isinstance(blob, dict):
        blob = bytes.fromhex(blob["hex"]).decode("latin1")
    return row["id"], row["v"], row["w"], blob, row["plain"]


@pytest.mark.parametrize("package", ["@vlasky/zongji", "zongji"])
def test_zongji_gets_the_values(captured, package):
    if clients.node_clients_unavailable():
        pytest.skip(clients.node_clients_unavailable())
    source, instance = captured
    token = instance.catch_up(source)
    start = {"filename": instance.position()[0], "position": 4}
    events = clients.zongji(instance, start, ["d"], token, package=package)
    got = [(event, [_as_tuple(row) for row in rows]) for event, _, rows in clients.zongji_rows(events)]
    assert got == _ROWS, json.dumps(got)[:2000]


@pytest.mark.parametrize("program", ["mysqlbinlog", "mariadb-binlog"])
def test_programs_that_print_get_the_values(captured, program):
    if program == "mysqlbinlog" and clients.MySQL97.unavailable():
        pytest.skip(clients.MySQL97.unavailable())
    _, instance = captured
    command = clients.mysqlbinlog_command if program == "mysqlbinlog" else clients.mariadb_binlog_command
    rows = clients.decoded_rows(clients.run(command(instance, "-v", instance.position()[0])))
    values = [line for line in rows if line.startswith("###   @")]
    expected = []
    for _, changes in _ROWS:
        images = [image for change in changes for image in (change if isinstance(change[0], tuple) else (change,))]
        expected += [_shown(index, value) for image in images for index, value in enumerate(image, 1)]
    assert values == expected


def _shown(index, value):
    text = "NULL" if value is None else str(value) if isinstance(value, int) else f"'{value}'"
    return f"###   @{index}={text}"


@pytest.mark.parametrize("kind", ["mariadb", "mysql97"])
def test_replicas_hold_the_values(captured, workshop, kind):
    source, instance = captured
    server = workshop.server(kind, clients.replica_options(kind))
    if kind == "mariadb":
        replica = clients.MariaDBReplica(server).follow(instance, file="mysql-bin.000001")
    else:
        replica = clients.MySQLReplica(server).follow(instance)
    replica.wait_for(mark(source))
    assert_equal(source, server, only=["d"])


def test_every_instance_writes_the_same(captured, workshop):
    source, instance = captured
    token = instance.catch_up(source)
    other = workshop.instance(source)
    other.wait_for_mark(token)
    assert_same_files(instance, other)
