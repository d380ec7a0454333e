"""Killed at any moment, cut off at any byte, begun again elsewhere: the same files come out."""

import os
import random
import subprocess
import time

import pytest

import clients
import variants
from binlog_file import GTID, read_events, gtid_text
from compare import assert_equal
from instance import PROGRAM, mark
from load import Load
from pairs import Pair
from processes import free_port, wait_until
from same_files import assert_same_files

KILLS = {"mariadb": 100, "mysql97": 50, "mysql56-anonymous": 50, "mysql97-compressed": 30}
_LOG = {"max_binlog_size": 1 << 20}
# What MySQL 9.7.4 as a replica cannot take back half done when it is cut off, from a MySQL source as little as from us.
_HALVES = ("myisam", "mixed_engines", "xa")


def start_source(workshop, variant, target="any"):
    what = variants.VARIANTS[variant]
    pair = Pair(what.kind, target)
    return pair, workshop.server(what.kind, {"collation_server": pair.collation, **what.options}, **what.more)


def assert_each_gtid_once(instance):
    seen = [gtid_text(event) for path in instance.files() for event in read_events(path) if event.kind == GTID]
    assert len(seen) == len(set(seen))


@pytest.mark.slow
@pytest.mark.bounded(600)
@pytest.mark.parametrize("variant", list(KILLS))
def test_killed_at_many_moments(workshop, variant):
    """A replica follows all the while and ends up equal; the log ends up byte for byte that of an instance that was
    never disturbed."""
    chance = random.Random(2026)
    pair, source = start_source(workshop, variant, "mysql97")
    instance = workshop.instance(source, start=False, log=_LOG, listen={"port": free_port()})
    replica = None
    if not clients.MySQL97.unavailable():
        replica = clients.MySQLReplica(workshop.server("mysql97", clients.replica_options("mysql97")))
    # A replica cannot roll back what it got in part of a MyISAM or XA transaction, whoever its source is.
    load = Load(source, pair, seed=9, pause=0.04, without=_HALVES)
    for kill in range(KILLS[variant]):
        instance.launch()
        # Most moments lie while it runs, some while it still recovers.
        time.sleep(chance.choice([chance.uniform(0, 0.05), chance.uniform(0.05, 0.5)]))
        if kill == 5 and replica:
            instance.wait_ready()
            replica.follow(instance)
        instance.process.expect_running()
        instance.kill()
    instance.start()
    steps = load.stop()
    assert steps > 100
    token = instance.catch_up(source)
    undisturbed = workshop.instance(source, log=_LOG)
    undisturbed.wait_for_mark(token)
    assert_same_files(instance, undisturbed)
    assert_each_gtid_once(instance)
    if replica:
        replica.wait_for(token, seconds=180)
        assert_equal(source, replica.server)


@pytest.mark.parametrize("variant", ["mariadb", "mysql56", "mysql56-anonymous", "mysql97"])
def test_stopped_and_started_again(workshop, variant):
    """The same without violence, at rest and under load."""
    pair, source = start_source(workshop, variant)
    instance = workshop.instance(source, log=_LOG)
    load = Load(source, pair, seed=3)
    for _ in range(8):
        time.sleep(0.3)
        instance.restart()
    load.stop()
    token = instance.catch_up(source)
    before = {path: os.path.getsize(path) for path in instance.files()}
    instance.restart()
    instance.restart()
    assert {path: os.path.getsize(path) for path in instance.files()} == before, "a restart adds nothing"
    undisturbed = workshop.instance(source, log=_LOG)
    undisturbed.wait_for_mark(token)
    assert_same_files(instance, undisturbed)


@pytest.mark.parametrize("variant", ["mariadb", "mysql56-anonymous", "mysql97"])
def test_connection_to_the_source_cut_at_many_places(workshop, variant):
    """After any number of bytes, in the middle of events and transactions."""
    pair, source = start_source(workshop, variant)
    gate = workshop.gate(source.port, seed=5, cut_after=(300, 400_000))
    address = f"127.0.0.1:{gate.port}"
    instance = workshop.instance(address, kind=source.kind, log=_LOG)
    load = Load(source, pair, seed=4, without=("large",))
    time.sleep(6)
    load.stop()
    gate.cut_after = None
    token = instance.catch_up(source)
    assert gate.cuts > 5
    undisturbed = workshop.instance(source, log=_LOG)
    undisturbed.wait_for_mark(token)
    assert_same_files(instance, undisturbed)


@pytest.mark.parametrize("variant", ["mariadb", "mysql56", "mysql97"])
def test_replica_cut_off_at_many_places(workshop, variant):
    """By GTID, after any number of bytes: it comes back, and in the end it is equal."""
    pair, source = start_source(workshop, variant, "mysql97")
    server = workshop.server("mysql97", clients.replica_options("mysql97"))
    instance = workshop.instance(source, log=_LOG)
    gate = workshop.gate(instance.port, seed=7, cut_after=(1000, 3_000_000))
    replica = clients.MySQLReplica(server).follow(clients.Source.of(instance, port=gate.port))
    load = Load(source, pair, seed=5, pause=0.01, without=_HALVES)
    for _ in range(24):
        time.sleep(0.5)
        server.process.expect_running()
    load.stop()
    gate.cut_after = None
    replica.wait_for(mark(source))
    assert gate.cuts > 5
    assert_equal(source, server)


@pytest.mark.parametrize("variant", ["mariadb", "mysql56-anonymous", "mysql97"])
def test_built_from_nothing_at_a_file_boundary(workshop, variant):
    """Another instance that knows only where a file begins writes that file and all behind it, byte for byte."""
    pair, source = start_source(workshop, variant)
    instance = workshop.instance(source, log=_LOG)
    load = Load(source, pair, seed=6)
    while len(instance.files()) < 6:
        time.sleep(0.1)
    load.stop()
    token = instance.catch_up(source)
    for number in (2, 4, len(instance.files())):
        done = subprocess.run(
            [PROGRAM, "boundary", "--binlog", os.path.join(instance.data, "binlog"), "--file", str(number)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        boundary = os.path.join(workshop.folder, f"boundary-{number}.toml")
        with open(boundary, "w", encoding="utf-8") as file:
            file.write(done.stdout)
        other = workshop.instance(source, log=_LOG, source={"start_boundary": boundary})
        other.wait_for_mark(token)
        assert_same_files(instance, other, since=number)


@pytest.mark.smoke
def test_killed_a_few_times(workshop):
    """The short form, for the sanitizers."""
    pair, source = start_source(workshop, "mariadb")
    instance = workshop.instance(source, log=_LOG)
    load = Load(source, pair, seed=8, pause=0.02, without=("large",))
    for _ in range(4):
        time.sleep(1)
        instance.kill()
        instance.start()
    load.stop()
    instance.wait_for_mark(mark(source))
    instance.stop()
