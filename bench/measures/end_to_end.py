"""From a source with a full log, through an instance's files, to one subscriber; against mysqlbinlog --raw."""

import os
import shutil
import subprocess
import time

from clients import mysqlbinlog_command
from measures.rig import GIGABYTE, Subscribers, capture, cpu_seconds, median_of, settle

SHAPES = [(size, rows) for rows in (1, 1000) for size in (300, 1000, 6000)]
TARGETS = {1: 3.0, 1000: 1.2}  # times the throughput of mysqlbinlog


def measure(rig):
    for row_size, row_count in SHAPES:
        rig.source.fill(rig.size, row_count, row_size)
        size = rig.source.log_size()
        theirs, ours = [], []
        for _ in range(rig.repeats):
            theirs.append(_mysqlbinlog(rig, size))
            ours.append(_instance(rig, size))
        speed = median_of(ours, "gb_s")
        other = median_of(theirs, "gb_s")
        rig.report(
            "end to end",
            f"{row_size / 1000:.1f} KB rows, {row_count} a transaction",
            {
                "rows_s": rig.source.transactions * row_count / (size / GIGABYTE / speed),
                "gb_s": speed,
                "cpu_s_gb": median_of(ours, "cpu_s_gb"),
                "source_cpu_s_gb": median_of(ours, "source_cpu_s_gb"),
                "subscriber_cpu_s_gb": median_of(ours, "subscriber_cpu_s_gb"),
                "mysqlbinlog_gb_s": other,
                "mysqlbinlog_cpu_s_gb": median_of(theirs, "cpu_s_gb"),
                "times": speed / other,
                "target_times": TARGETS[row_count],
            },
        )


def _mysqlbinlog(rig, size):
    folder = rig.folder("copy")
    how = ["--ssl-mode=DISABLED", "--raw", "--to-last-log", f"--result-file={folder}/"]
    command = mysqlbinlog_command(rig.source, *how, rig.first_file())
    settle()
    before = os.times()
    begin = time.monotonic()
    subprocess.run(command, check=True, timeout=600, capture_output=True)
    took = time.monotonic() - begin
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    shutil.rmtree(folder)
    return {"gb_s": size / GIGABYTE / took, "cpu_s_gb": used / (size / GIGABYTE)}


def _instance(rig, size):
    folder = rig.folder("instance")
    instance = capture(folder, rig.source)
    settle()
    source_before = cpu_seconds(rig.source.process.pid)
    begin = time.monotonic_ns()
    instance.start()
    read = Subscribers(instance).run("read", f"--transactions={rig.source.transactions}", "--retry=30")
    took = (read["ended"] - begin) / 1e9
    cpu = cpu_seconds(instance.process.pid)
    source_cpu = cpu_seconds(rig.source.process.pid) - source_before
    instance.stop()
    shutil.rmtree(folder)
    return {
        "gb_s": size / GIGABYTE / took,
        "cpu_s_gb": cpu / (size / GIGABYTE),
        "source_cpu_s_gb": source_cpu / (size / GIGABYTE),
        "subscriber_cpu_s_gb": read["client_cpu"] / (size / GIGABYTE),
    }

