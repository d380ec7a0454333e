"""What one follower costs source, primary and host; against no follower, and a second instance that captures too."""

import os
import shutil
import time

from measures.rig import GIGABYTE, capture, cpu_seconds, has_everything, median_of, settle

SHAPES = [("single-row transactions", 1, 300), ("6 KB events", 1000, 6000)]
WAYS = ("no follower", "a follower", "a second one that captures")


def measure(source, folder, size, repeats, source_tls):
    """The table's rows as dictionaries, printed as they come. A follower copies under TLS; `source_tls` says whether
    the source is read so, too ("off", "preferred")."""
    results = []
    for shape, row_count, row_size in SHAPES:
        source.fill(size, row_count, row_size)
        runs = {way: [] for way in WAYS}
        for _ in range(repeats):
            for way in WAYS:
                runs[way].append(_run(source, os.path.join(folder, "instances"), way, source_tls))
        print(shape)
        for way in WAYS:
            values = {key: median_of(runs[way], key) for key in runs[way][0]}
            results.append({"name": shape, "way": way, "load": round(os.getloadavg()[0], 1), **values})
            print(f"    {way:27}" + "  ".join(f"{key} {value:.3g}" for key, value in values.items()), flush=True)
    return results


def _run(source, folder, way, source_tls):
    """From the start of the first instance until all of them have the whole log."""
    shutil.rmtree(folder, ignore_errors=True)
    one, other = (capture(f"{folder}/{name}", source, source={"tls": source_tls}) for name in ("one", "other"))
    settle()
    gigabytes = source.log_size() / GIGABYTE
    source_before = cpu_seconds(source.process.pid)
    begin = time.monotonic()
    instances = [one.start()]
    if way == "a follower":
        other.follow(one)
    if way != "no follower":
        instances.append(other.start())
    try:
        for instance in instances:
            has_everything(instance, source)
        took = time.monotonic() - begin
        used = [cpu_seconds(instance.process.pid) for instance in instances]
        source_used = cpu_seconds(source.process.pid) - source_before
    finally:
        for instance in instances:
            instance.kill()
    shares = (source_used, used[0], sum(used[1:]))
    names = ("source_cpu_s_gb", "primary_cpu_s_gb", "other_cpu_s_gb")
    return {
        "gb_s": gigabytes / took,
        **{name: share / gigabytes for name, share in zip(names, shares)},
        "host_cpu_s_gb": sum(shares) / gigabytes,
    }
