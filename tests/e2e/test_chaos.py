"""Between source, instance and subscriber everything breaks that a network can break: the files stay those of an
instance that was never disturbed, and a subscriber gets each of their bytes once and in order."""

import os
import time

import pytest

import variants
from clients import Source
from gate import faults
from instance import mark
from load import Load
from pairs import Pair
from processes import wait_until
from raw_follower import RawFollower
from same_files import assert_same_files

# Faults on each side, for each source: a hundred in all. SLUICE_CHAOS multiplies them, SLUICE_CHAOS_SEED draws others.
ROUNDS = 25 * int(os.environ.get("SLUICE_CHAOS", "1"))
SEED = int(os.environ.get("SLUICE_CHAOS_SEED", "2026"))
# Small files: capture is taken up at the last one's beginning, so there is not much to read again.
_LOG = {"max_binlog_size": 32 << 10}
# A black hole takes three heartbeats and five seconds to be noticed, so there are fewer of them.
_COMMON = ("cut", "corrupt", "half_close", "corrupt", "delay", "cut", "corrupt", "throttle", "cut", "corrupt")
_KINDS = _COMMON + ("half_close", "black_hole")


@pytest.mark.bounded(240 * max(1, ROUNDS // 25))
@pytest.mark.parametrize("variant", ["mariadb", "mysql97"])
def test_faults_on_both_sides(workshop, variant):
    """The connections are not encrypted, so that nothing but checksums and the protocol finds what was changed."""
    what = variants.VARIANTS[variant]
    pair = Pair(what.kind)
    source = workshop.server(what.kind, {"collation_server": pair.collation, **what.options})
    before = workshop.gate(source.port)
    instance = workshop.instance(f"127.0.0.1:{before.port}", kind=source.kind, log=_LOG, source={"tls": "off"})
    behind = workshop.gate(instance.port)
    # An event longer than what passes before the next fault would never be seen whole.
    load = Load(source, pair, seed=SEED, pause=0.005, without=("large",), small=True)
    instance.catch_up(source)
    follower = RawFollower(
        Source.of(instance, port=behind.port), os.path.join(workshop.folder, "copy"), by_gtid=variant == "mysql97"
    )
    wait_until(lambda: follower.holds("BEGIN") or follower.wrong, 30, "the follower begins")
    # The answers to what is asked at first have no checksums: see docs/architecture.md. They are shorter than 10,000
    # bytes, so what is changed belongs to the binlog.
    before.faults = faults(f"{SEED} source {variant}", ROUNDS, _KINDS, after=(10_000, 250_000))
    behind.faults = faults(f"{SEED} subscriber {variant}", ROUNDS, _KINDS, after=(200, 250_000))
    started = time.monotonic()
    try:
        wait_until(
            lambda: not before.faults and not behind.faults or follower.wrong,
            200 * max(1, ROUNDS // 25),
            lambda: f"{len(before.faults)} and {len(behind.faults)} faults left; {follower.troubles[-3:]}",
        )
    finally:
        steps = load.stop()
    token = instance.catch_up(source)
    wait_until(lambda: follower.wrong or follower.holds(token), 60, lambda: f"{token}; {follower.troubles[-3:]}")
    follower.stop()
    print(f"{steps} steps, {follower.connections} subscriptions, {time.monotonic() - started:.0f} s")
    undisturbed = workshop.instance(source, log=_LOG)
    undisturbed.wait_for_mark(token)
    assert_same_files(instance, undisturbed)
    assert_same_copy(instance, follower)
    # What was changed was found, on both sides.
    assert instance.log_text().count("wrong checksum") > ROUNDS // 12, instance.log_text()
    assert sum("checksum" in trouble for trouble in follower.troubles) > ROUNDS // 12, follower.troubles


def assert_same_copy(instance, follower):
    paths = instance.files()
    assert [os.path.basename(path) for path in paths] == sorted(follower.files)
    for path in paths:
        with open(path, "rb") as stored, open(os.path.join(follower.folder, os.path.basename(path)), "rb") as copied:
            assert stored.read() == copied.read(), os.path.basename(path)
