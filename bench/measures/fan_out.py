"""Many subscribers of one log at the same time; against MySQL's own dump threads."""

from measures.rig import GIGABYTE, Subscribers, capture, has_everything, median_of, settle

SHAPES = [("single-row transactions", 1, 300), ("6 KB events", 1000, 6000)]
# Times MySQL's aggregate throughput, and parts of its CPU time per GB.
TARGETS = {("single-row transactions", False): (2.0, 0.4), ("6 KB events", False): (1.15, 0.75)}
TLS_TARGET = (1.4, None)


def measure(rig):
    for name, row_count, row_size in SHAPES:
        rig.source.fill(rig.size, row_count, row_size)
        instance = capture(rig.folder("instance"), rig.source).start()
        has_everything(instance, rig.source)
        for tls in (False, True):
            for count in rig.counts:
                _compare(rig, instance, name, count, tls)
        instance.stop()


def _compare(rig, instance, name, count, tls):
    # So many bytes that a run lasts, yet that the largest runs end.
    each = int(min(rig.source.log_size() * 0.98, rig.size * rig.read_max / count))
    ours, theirs = [], []
    for _ in range(rig.repeats):
        theirs.append(_read(rig.source, count, tls, each))
        ours.append(_read(instance, count, tls, each))
    times = median_of(ours, "gb_s") / median_of(theirs, "gb_s")
    part = median_of(ours, "cpu_s_gb") / median_of(theirs, "cpu_s_gb")
    wanted_times, wanted_part = TLS_TARGET if tls else TARGETS[name, tls]
    values = {key: median_of(ours, key) for key in ours[0]}
    values.update({"mysql_" + key: median_of(theirs, key) for key in theirs[0]})
    values.update({"times": times, "cpu_part": part, "target_times": wanted_times, "target_cpu_part": wanted_part})
    rig.report("fan-out", f"{name}, {count} subscribers{', TLS' if tls else ''}", values)


def _read(server, count, tls, each):
    settle()
    read = Subscribers(server).run("read", f"--bytes={each}", count=count, tls=tls, threads=min(count, 2))
    size = read["bytes"] / GIGABYTE
    return {
        "gb_s": size / read["seconds"],
        "cpu_s_gb": read["server_cpu"] / size,
        "subscriber_cpu_s_gb": read["client_cpu"] / size,
    }
