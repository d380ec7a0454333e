"""From the dump command to the first transaction, in the middle and at the tail of a large file; against MySQL."""

from measures.rig import Subscribers, capture, has_everything

TARGET_P99_US = 10_000


def measure(rig):
    rig.source.fill(rig.size, 1, 300)
    instance = capture(rig.folder("instance"), rig.source).start()
    has_everything(instance, rig.source)
    uuid, last = rig.source.gtid().split(":1-")
    for where, number in (("the middle", int(last) // 2), ("the tail", int(last) - 1)):
        known = f"{uuid}:1-{number}"
        position = _position_behind(instance, number / int(last))
        _compare(rig, instance, f"by GTID, {where}", {"gtids": known})
        _compare(rig, instance, f"by position, {where}", position)
    instance.stop()


def _compare(rig, instance, name, how):
    if "gtids" in how:
        theirs = Subscribers(rig.source).run("reconnect", "--repeats=10", **how)
    else:
        theirs = Subscribers(rig.source).run("reconnect", "--repeats=10", **_in_source(rig.source, how))
    ours = Subscribers(instance).run("reconnect", "--repeats=200", **how)
    rig.report(
        "reconnect",
        name,
        {
            **ours,
            **{"mysql_" + key: value for key, value in theirs.items()},
            "target_p99_us": TARGET_P99_US,
        },
    )


def _position_behind(server, part):
    """Where a transaction begins, about at this part of the newest full file."""
    rows = sorted(((row["Log_name"], int(row["File_size"])) for row in server.rows("SHOW BINARY LOGS")))
    name, size = max(rows, key=lambda row: row[1])
    return {"file": name, "position": _transaction_start(server, name, int(size * part))}


def _in_source(source, how):
    """The same part of the source's file, which holds nearly the same bytes."""
    names = sorted(source.binlogs())
    path = f"{source.data}/{names[0]}"
    return {"file": names[0], "position": _next_gtid(path, how["position"])}


def _transaction_start(instance, name, near):
    path = next(path for path in instance.files() if path.endswith(name))
    return _next_gtid(path, near)


def _next_gtid(path, near):
    """The first GTID event at or behind `near`, but before the last one, by following the events' lengths."""
    gtid, found, at = 33, None, 4
    with open(path, "rb") as file:
        data = file.read()
    while at + 19 <= len(data):
        if data[at + 4] == gtid:
            found = at
            if at >= near:
                break
        at += int.from_bytes(data[at + 9 : at + 13], "little")
    return found
