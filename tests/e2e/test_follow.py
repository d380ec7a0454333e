"""An instance that follows another: it copies the primary's log, can take its place, and finds out if it differs."""

import os

import pytest

import variants
from clients import Source
from copies import Following
from instance import mark
from load import Load
from pairs import Pair
from processes import free_port, wait_until
from same_files import assert_same_files
from spoil import spoil_last_event

pytestmark = pytest.mark.bounded(180)

_LOG = {"max_binlog_size": 1 << 20}
_SOURCES = ("mariadb", "mysql97", "mysql56-anonymous", "mysql97-compressed")


def wait_state(instance, state, seconds=30):
    wait_until(
        lambda: instance.capture_state() == state, seconds, lambda: f"{state}: {instance.rows('REPORT', 'root')}"
    )


class Replicas:
    """Two instances of one tenant on one source under load."""

    def __init__(self, workshop, variant):
        what = variants.VARIANTS[variant]
        self.workshop = workshop
        self.loads = 0
        self.pair = Pair(what.kind, "any")
        self.source = workshop.server(what.kind, {"collation_server": self.pair.collation, **what.options}, **what.more)
        self.one = self.instance()
        self.one.start()

    def instance(self):
        return self.workshop.instance(self.source, start=False, log=_LOG, listen={"port": free_port()})

    def follower(self):
        other = self.instance()
        other.follow(self.one)
        other.start()
        return other

    def load(self, pause=0.01):
        self.loads += 1
        return Load(self.source, self.pair, seed=31, prefix=f"load{self.loads}", pause=pause, small=True)


@pytest.fixture(params=_SOURCES)
def replicas(workshop, request):
    return Replicas(workshop, request.param)


@pytest.fixture
def mariadb(workshop):
    return Replicas(workshop, "mariadb")


def fill(replicas, files=3):
    """Load until the primary has so many files."""
    load = replicas.load(pause=0)
    wait_until(lambda: len(replicas.one.files()) >= files, 90, lambda: f"files: {replicas.one.files()}")
    load.stop()
    return replicas.one.catch_up(replicas.source)


def test_a_long_log_is_copied_and_what_comes_then(replicas):
    fill(replicas)
    other = replicas.follower()
    load = replicas.load()
    token = replicas.one.catch_up(replicas.source)
    other.wait_for_mark(token)
    wait_state(other, "following")
    load.stop()
    other.wait_for_mark(replicas.one.catch_up(replicas.source))
    assert_same_files(replicas.one, other)
    assert replicas.one.gtid() == other.gtid()


def test_takes_the_place_of_a_primary_that_died(replicas):
    other = replicas.follower()
    load = replicas.load()
    other.wait_for_mark(mark(replicas.source))
    replicas.one.kill()
    wait_state(other, "reconnecting")
    other.lead()
    wait_state(other, "capturing")
    token = mark(replicas.source)
    other.wait_for_mark(token)
    replicas.one.follow(other)
    replicas.one.start()
    wait_state(replicas.one, "following")
    load.stop()
    token = other.catch_up(replicas.source)
    replicas.one.wait_for_mark(token)
    assert_same_files(replicas.one, other)
    undisturbed = replicas.workshop.instance(replicas.source, log=_LOG)
    undisturbed.wait_for_mark(token)
    assert_same_files(undisturbed, other)


def test_changes_of_roles_are_not_noticed_by_subscribers(mariadb, workshop):
    one, other = mariadb.one, mariadb.follower()
    copies = [
        workshop.keep(Following(Source.of(instance), workshop.place("copy"), by_gtid))
        for instance in (one, other)
        for by_gtid in (False, True)
    ]
    load = mariadb.load()
    for turn in range(6):
        leader, follower = (one, other) if turn % 2 else (other, one)
        leader.lead()
        follower.follow(leader, epoch=turn + 2)
        token = mark(mariadb.source)
        for instance in (one, other):
            instance.wait_for_mark(token)
        wait_state(leader, "capturing")
        wait_state(follower, "following")
    load.stop()
    token = one.catch_up(mariadb.source)
    other.wait_for_mark(token)
    assert_same_files(one, other)
    for copy in copies:
        copy.wait_for(token)
        assert copy.unbroken
        copy.stop()
        copy.assert_is_log_of(one)


def test_one_without_a_log_that_is_to_lead_starts_anew(mariadb):
    """Where the log begins is told at a start: what it would make of its own would be another one."""
    mariadb.one.catch_up(mariadb.source)
    other = mariadb.instance()
    other.follow(mariadb.one)
    mariadb.one.stop()
    other.start()
    wait_state(other, "reconnecting")
    other.lead()
    other.process.wait(30)
    assert other.process.exit_code == 0
    assert not other.files()


def test_limits_of_subscribers_are_not_for_followers(mariadb, workshop):
    one = mariadb.one
    for setting in ("throttle_dump_conn = 1", "throttle_dump_rps = 1"):
        one.rows(f"SET GLOBAL {setting}", "root")
    other = mariadb.follower()
    load = mariadb.load()
    other.wait_for_mark(mark(mariadb.source))
    copy = workshop.keep(Following(Source.of(one), workshop.place("copy"), False))
    wait_until(lambda: copy.files, 20, lambda: f"a subscriber beside the follower: {copy.troubles}")
    assert not copy.troubles
    load.stop()


def test_marks_come_along_also_to_one_that_begins_in_mid_file(mariadb):
    """What a promotion reads again from the source begins at the newest of them."""
    one, other = mariadb.one, mariadb.follower()
    mariadb.source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a longblob)")

    def write(count):
        for _ in range(count):
            mariadb.source.sql("INSERT INTO d.t VALUES (REPEAT('x', 20000))")

    write(20)
    other.wait_for_mark(one.catch_up(mariadb.source))
    other.restart()
    wait_state(other, "following")
    for _ in range(15):  # in pieces, as it comes to one that keeps up
        write(2)
        other.wait_for_mark(one.catch_up(mariadb.source))
    places = [
        [row["offset"] for row in each.rows("SHOW BINLOG MARKS IN 'mysql-bin.000001'", "root")] for each in (one, other)
    ]
    assert len(places[0]) >= 3
    assert places[0] == places[1]


def test_a_log_that_differs_is_put_aside_and_copied_anew(mariadb):
    fill(mariadb)
    other = mariadb.follower()
    other.wait_for_mark(mariadb.one.catch_up(mariadb.source))
    other.stop()
    spoil_last_event(other.files()[-1])
    other.launch()
    other.process.wait(30)
    assert other.process.exit_code not in (None, 0)
    other.wait_log("differs from the primary's", os.path.basename(other.files()[-1]))
    other.start()
    token = mariadb.one.catch_up(mariadb.source)
    other.wait_for_mark(token)
    assert_same_files(mariadb.one, other)
    assert os.path.isdir(os.path.join(other.data, "binlog.replaced"))


def test_a_follower_whose_place_was_purged_copies_what_is_kept(mariadb):
    other = mariadb.follower()
    other.wait_for_mark(mariadb.one.catch_up(mariadb.source))
    other.stop()
    fill(mariadb, files=4)
    last = os.path.basename(mariadb.one.files()[-1])
    mariadb.one.rows(f"PURGE BINARY LOGS TO '{last}'", "root")
    other.launch()
    other.process.wait(30)
    other.start()
    other.wait_for_mark(mariadb.one.catch_up(mariadb.source))
    assert_same_files(mariadb.one, other)


def test_files_purged_as_they_are_copied_cost_nothing(mariadb):
    one, other = mariadb.one, mariadb.instance()
    mariadb.source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a longblob)")
    for _ in range(40):
        mariadb.source.sql("INSERT INTO d.t VALUES (REPEAT('x', 1200000))")
    one.catch_up(mariadb.source)
    last = os.path.basename(one.files()[-1])
    other.follow(one)
    other.launch()
    wait_until(lambda: len(one.files()) > 1 and len(other.files()) > 1, 20, "it copies", every=0.001)
    while len(other.files()) < 30:
        one.rows(f"PURGE BINARY LOGS TO '{last}'", "root")
        other.process.expect_running()
    other.wait_ready()
    other.wait_for_mark(one.catch_up(mariadb.source))
    assert os.path.basename(other.files()[0]) == "mysql-bin.000001"
    assert "broke off" not in other.log_text()


def test_a_follower_that_had_a_whole_file_goes_on_with_the_next(mariadb):
    one, other = mariadb.one, mariadb.follower()
    other.wait_for_mark(one.catch_up(mariadb.source))
    mariadb.source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a longblob)")
    mariadb.source.sql("INSERT INTO d.t VALUES (REPEAT('x', 1200000))")
    wait_until(lambda: len(other.files()) == 2, 20, "the first file has ended")
    other.stop()
    os.truncate(other.files()[1], 0)  # as a crash right behind the first one's end would leave it
    one.rows("PURGE BINARY LOGS TO 'mysql-bin.000002'", "root")
    other.start()
    other.wait_for_mark(one.catch_up(mariadb.source))
    assert os.path.basename(other.files()[0]) == "mysql-bin.000001"
    assert_same_files(other, one, since=2)


def test_a_primary_with_less_than_its_follower_is_waited_for(mariadb):
    """As after a switch: the new primary has not captured yet what the old one has."""
    other = mariadb.follower()
    other.wait_for_mark(mariadb.one.catch_up(mariadb.source))
    other.kill()
    mariadb.one.catch_up(mariadb.source)
    behind = mariadb.one
    other.lead()
    other.sections["source"]["addresses"] = ["127.0.0.1:1"]  # cannot capture for the moment
    other.start()
    behind.follow(other)
    wait_state(behind, "behind")
    other.sections["source"]["addresses"] = [f"127.0.0.1:{mariadb.source.port}"]
    other.restart()
    wait_state(behind, "following")
    behind.wait_for_mark(other.catch_up(mariadb.source))
    assert_same_files(behind, other)
