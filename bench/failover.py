#!/usr/bin/python3
"""failover.py: how long subscribers wait when something fails, and what a follower costs.

Three Binlog servers, their MetaDB and a MySQL 9.7 that commits all the time, each in a network namespace. Faults happen
to the tenant's primary in turn, --repeats times each, on one running cluster, with a follower and without. Told are the
seconds from the fault until it was decided (the history's time), until another process captures, and until the first
event written after the fault reached a subscriber by file and position at port 2983 of each living server. Then the CPU
time per gigabyte of source, primary and follower. Prints a table as it goes, and everything as JSON at the end.
docs/performance.md says what was found.
"""

import argparse
import json
import math
import os
import random
import shutil
import signal
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests" / "e2e"), str(HERE)]
sys.dont_write_bytecode = True

import namespaces  # noqa: E402
from cluster import Cluster  # noqa: E402
from measures import follower_cost  # noqa: E402
from measures.faults import ALONE, FAULTS, round_of  # noqa: E402
from measures.rig import GIGABYTE, Source  # noqa: E402
from measures.stage import Stage  # noqa: E402
from processes import FOLDER_PREFIX, ProgramFailed  # noqa: E402
from servers import MySQL97  # noqa: E402
from workshop import Workshop  # noqa: E402

# What a subscriber may miss, in seconds (p95), when a host dies with a follower and without.
TARGETS = {(2, "host"): 3.0, (1, "host"): 10.0}
TIMES = ("detection", "promotion", "gap", "source_pause")
PARTS = {"follower": (2, FAULTS), "alone": (1, ALONE)}


def spread(values):
    """p50, p95 and max, the nearest of the values themselves."""
    ordered = sorted(values)
    at = [ordered[math.ceil(part * len(ordered)) - 1] for part in (0.5, 0.95, 1)]
    return dict(zip(("p50", "p95", "max"), (round(value, 2) for value in at)))


def measure_faults(cluster, replicas, faults, options, chance):
    """Fault after fault in turn, so that each meets every state the others leave, and the same load. A cluster that
    does not become whole again ends it: that is a failure of the last fault."""
    stage = Stage(cluster, replicas)
    rounds = {name: [] for name in faults}
    last = next(iter(rounds.values()))
    try:
        for _ in range(options.repeats):
            for name, fault in faults.items():
                last = rounds[name]
                last.append(round_of(stage, fault, chance))
                _tell(fault.name, last[-1])
        stage.close()
    except ProgramFailed as error:
        last.append({"failure": str(error), "story": "the cluster is not as it was before"})
        _tell("afterwards", last[-1])
    return [_summary(name, faults[name], replicas, rounds[name]) for name in faults]


def _tell(name, result):
    if "failure" in result:
        print(f"    {name}: WENT WRONG: {result['failure']}\n    {result['story']}", flush=True)
        return
    gaps = "  ".join(f"{gap:.2f}" for gap in result["gaps"])
    times = f"detection {result['detection']:.2f}  promotion {result['promotion']:.2f}  gaps {gaps}"
    times += f"  (the source's longest pause {result['pause']:.2f})"
    print(f"    {name}: {times}\n        {result['story']}", flush=True)


def _summary(key, fault, replicas, rounds):
    whole = [one for one in rounds if "failure" not in one]
    values = {
        "fault": fault.name,
        "followers": replicas - 1,
        "rounds": len(whole),
        "failures": [one for one in rounds if "failure" in one],
        "load": round(os.getloadavg()[0], 1),
        "target_gap_p95": TARGETS.get((replicas, key)),
    }
    if whole:
        for name in ("detection", "promotion"):
            values[name] = spread([one[name] for one in whole])
        values["gap"] = spread([gap for one in whole for gap in one["gaps"]])
        values["source_pause"] = spread([one["pause"] for one in whole])
    return values


def print_table(results):
    print(f"\n{'followers':10}{'fault':26}" + "".join(f"{name:24}" for name in TIMES))
    for one in results:
        shown = (one.get(name, {"failed": math.nan}) for name in TIMES)
        times = "".join(f"{' / '.join(f'{value:.2f}' for value in times.values()):24}" for times in shown)
        print(f"{one['followers']:<10}{one['fault']:26}{times}")
    print("seconds: p50 / p95 / max", flush=True)


def failover(folder, options):
    workshop = Workshop(os.path.join(folder, "cluster"))
    chance = random.Random(options.seed)
    results = []
    try:
        cluster = Cluster(workshop).start()
        cluster.servers[0].prepare()
        with cluster.client.inside():
            for part in options.part:
                if part in PARTS:
                    results += measure_faults(cluster, *PARTS[part], options, chance)
        print_table(results)
    finally:
        if options.logs:
            _keep_logs(workshop, options.logs)
        workshop.close()
    return results


def _keep_logs(workshop, folder):
    """The logs of all servers and their instances, under names that tell whose they are."""
    os.makedirs(folder, exist_ok=True)
    for thing in workshop.made:
        for path in thing.log_paths() if hasattr(thing, "log_paths") else []:
            if os.path.exists(path):
                shutil.copy(path, os.path.join(folder, os.path.relpath(path, workshop.folder).replace("/", "_")))


def cost(folder, options):
    source = Source(os.path.join(folder, "source"))
    try:
        source.start()
        return follower_cost.measure(
            source, folder, int(options.size * GIGABYTE), options.repeats_of_cost, options.source_tls
        )
    finally:
        source.process.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--repeats", type=int, default=10, help="of each fault; 10 take half an hour")
    parser.add_argument("--seed", type=int, default=2026, help="of the moments at which faults happen")
    parser.add_argument("--size", type=float, default=0.5, help="gigabytes of the log a follower copies")
    parser.add_argument("--repeats-of-cost", type=int, default=3)
    parser.add_argument(
        "--source-tls", choices=["preferred", "off"], default="preferred", help="of capturing instances"
    )
    parser.add_argument("--part", choices=[*PARTS, "cost"], action="append", help="only this one; may be given again")
    parser.add_argument("--logs", help="a folder for the logs of servers and instances")
    parser.add_argument("--json", help="a file for the results")
    options = parser.parse_args()
    options.part = options.part or [*PARTS, "cost"]
    for reason in (MySQL97.unavailable(), namespaces.unavailable()):
        if reason:
            raise SystemExit(reason)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # cleans up as Ctrl-C does
    folder = tempfile.mkdtemp(prefix=FOLDER_PREFIX + "bench-")
    results = {}
    try:
        if set(options.part) & set(PARTS):
            results["faults"] = failover(folder, options)
        if "cost" in options.part:
            results["cost"] = cost(folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = json.dumps({"repeats": options.repeats, "size_gb": options.size, **results}, indent=1)
    print(text)
    if options.json:
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    if any(one["failures"] for one in results.get("faults", [])):
        raise SystemExit("not every round ended as it should: the failures above tell")


if __name__ == "__main__":
    main()
