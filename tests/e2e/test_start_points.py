"""Where an instance with no log of its own begins."""

import datetime
import re
import time

import pymysql
import pytest

from raw_client import Dump

KINDS = ["mariadb", "mysql56", "mysql97"]
MOMENTS = ["first", "second", "third"]


class Told:
    """A source with three transactions a good second apart, one a file, and what was known before each."""

    def __init__(self, workshop, kind):
        self.source = workshop.server(kind)
        self.positions, self.gtids, self.times = [], [], []
        self.source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key, b varchar(60))")
        for number, name in enumerate(MOMENTS):
            time.sleep(1.2)
            self.positions.append(self.source.position())
            self.gtids.append(self.source.gtid())
            self.times.append(datetime.datetime.now(datetime.timezone.utc))
            self.source.sql(f"INSERT INTO d.t VALUES ({number}, 'row of the {name} moment')")
            self.source.sql("FLUSH LOGS")

    def stored(self, instance):
        """Which of the moments an instance has when it has caught up."""
        instance.catch_up(self.source)
        return [name for name in MOMENTS if instance.holds(f"row of the {name} moment")]


@pytest.fixture(scope="module", params=KINDS)
def told(request, module_workshop):
    return Told(module_workshop, request.param)


def begun(workshop, told, start):
    return workshop.instance(told.source, source={"start": start})


def test_earliest(workshop, told):
    assert told.stored(begun(workshop, told, "earliest")) == MOMENTS


def test_now(workshop, told):
    instance = begun(workshop, told, "now")
    instance.wait_log("capturing")
    told.source.sql("REPLACE INTO d.t VALUES (99, 'after now')")
    assert told.stored(instance) == [] and instance.holds("after now")


def test_time(workshop, told):
    for number, moment in enumerate(told.times):
        text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert told.stored(begun(workshop, told, f"time:{text}")) == MOMENTS[number:], text


def test_gtid(workshop, told):
    for number, known in enumerate(told.gtids):
        assert told.stored(begun(workshop, told, f"gtid:{known}")) == MOMENTS[number:], known


def test_file_and_position(workshop, told):
    for number, (file, position) in enumerate(told.positions):
        assert told.stored(begun(workshop, told, f"file:{file}:{position}")) == MOMENTS[number:]


def test_only_at_the_beginning(workshop, told):
    """With a log there, the start point in the configuration means nothing any more."""
    instance = begun(workshop, told, f"gtid:{told.gtids[1]}")
    assert told.stored(instance) == MOMENTS[1:]
    instance.stop()
    instance.sections["source"]["start"] = "earliest"
    instance.start()
    assert told.stored(instance) == MOMENTS[1:]


def test_subscriber_from_before_the_start(workshop, told):
    """It lacks transactions that this log never had: a clear refusal, not a gap."""
    instance = begun(workshop, told, f"gtid:{told.gtids[2]}")
    told.stored(instance)
    with Dump(instance) as dump, pytest.raises(pymysql.err.MySQLError) as caught:
        list(dump.beyond(""))
    assert caught.value.args[0] == 1236
    assert re.search("purged (required )?binary logs", caught.value.args[1]), caught.value.args[1]


@pytest.mark.parametrize(
    "start, word",
    [
        ("file:source-bin.009999:4", "source-bin.000001"),
        ("gtid:nonsense", "gtid"),
        ("time:yesterday", "time"),
        ("file:source-bin.000001", "file"),
        ("someday", "someday"),
    ],
)
def test_start_points_that_cannot_be(workshop, start, word):
    """Told in the log, with the words of the configuration."""
    source = workshop.server("mariadb")
    instance = workshop.instance(source, start=False, source={"start": start}).launch()
    instance.wait_log(word)
    assert not instance.files() or not instance.holds("CREATE DATABASE")
