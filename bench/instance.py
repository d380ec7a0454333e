#!/usr/bin/python3
"""instance.py: how one instance performs, measured against the real alternative in the same run.

Groups: end-to-end, fan-out, delay, reconnect, memory. Source, instance and subscribers share this machine, on the
loopback; what each uses is told apart. Every figure is the median of --repeats runs, and what it is compared with ran
in between. Prints a table as it goes, and everything as JSON at the end. docs/performance.md says what was found.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests" / "e2e"), str(HERE)]
sys.dont_write_bytecode = True

from measures import delay, end_to_end, fan_out, memory, reconnect  # noqa: E402
from measures.rig import GIGABYTE, Source  # noqa: E402
from servers import MySQL97  # noqa: E402

GROUPS = {
    "end-to-end": end_to_end,
    "fan-out": fan_out,
    "delay": delay,
    "reconnect": reconnect,
    "memory": memory,
}


class Rig:
    """What all groups share: the source, folders, sizes, and the place results go to."""

    def __init__(self, folder, options):
        self.root = folder
        self.size = int(options.size * GIGABYTE)
        self.repeats = options.repeats
        self.counts = options.counts
        self.read_max = 6  # times the log's size that all subscribers of a fan-out run read together, at most
        self.source = Source(folder + "/source")
        self.results = []

    def folder(self, name):
        """An empty folder of this name."""
        path = os.path.join(self.root, name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    def first_file(self):
        return sorted(self.source.binlogs())[0]

    def report(self, group, name, values):
        self.results.append({"group": group, "name": name, "load": round(os.getloadavg()[0], 1), **values})
        print(f"{group:11} {name}")
        print("            " + "  ".join(f"{key} {_short(value)}" for key, value in values.items()), flush=True)


def _short(value):
    if not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--size", type=float, default=1.0, help="gigabytes of each log; less on a busy machine")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--group", choices=GROUPS, action="append", help="only this one; may be given again")
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 8, 50, 200], help="subscribers of the fan-out")
    parser.add_argument("--json", help="a file for the results")
    options = parser.parse_args()
    if MySQL97.unavailable():
        raise SystemExit(MySQL97.unavailable())
    folder = tempfile.mkdtemp(prefix="sluice-bench-")
    rig = Rig(folder, options)
    try:
        rig.source.start()
        for name in options.group or GROUPS:
            GROUPS[name].measure(rig)
    finally:
        if rig.source.running:
            rig.source.kill()
        shutil.rmtree(folder, ignore_errors=True)
    text = json.dumps({"size_gb": options.size, "repeats": options.repeats, "results": rig.results}, indent=1)
    print(text)
    if options.json:
        Path(options.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
