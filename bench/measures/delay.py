"""From COMMIT's return to the arrival of the transaction; against the source's own dump."""

from processes import wait_until

from measures.rig import Subscribers, capture, has_everything, median_of, settle
from servers import CAPTURE_PASSWORD, CAPTURE_USER

RATES = (200, 2000)
STATEMENT = "INSERT INTO d.late (b) VALUES (REPEAT('l', 200))"
CATCHING_UP = 8


def measure(rig):
    rig.source.run_unlogged(
        "DROP TABLE IF EXISTS d.late",
        "CREATE TABLE d.late (a INT AUTO_INCREMENT PRIMARY KEY, b VARBINARY(8000))",
        f"GRANT INSERT ON d.* TO '{CAPTURE_USER}'@'%'",
    )
    for rate in RATES:
        for count in (1, 50):
            _compare(rig, rate, count)
    _while_others_catch_up(rig)


def _compare(rig, rate, count):
    theirs = [_delay(rig, rig.source, rate, count) for _ in range(rig.repeats)]
    instance = capture(rig.folder("instance"), rig.source, source={"start": "now"}).start()
    has_position(instance)
    ours = [_delay(rig, instance, rate, count) for _ in range(rig.repeats)]
    instance.stop()
    values = {key: median_of(ours, key) for key in ours[0]}
    values.update({"mysql_" + key: median_of(theirs, key) for key in theirs[0]})
    values["p99_more_us"] = values["p99_us"] - values["mysql_p99_us"]
    values["target_p99_more_us"] = 500 if count == 1 else 0
    rig.report("delay", f"{rate} transactions/s, {count} subscribers", values)


def _while_others_catch_up(rig):
    """Fairness: one subscriber at the end of the log, while others read all of it as fast as they can."""
    rig.source.fill(rig.size, 1, 300)
    instance = capture(rig.folder("instance"), rig.source).start()
    has_everything(instance, rig.source)
    alone = [_delay(rig, instance, 200, 1) for _ in range(rig.repeats)]
    crowded, theirs = [], []
    for _ in range(rig.repeats):
        crowded.append(_crowded(rig, instance))
        theirs.append(_crowded(rig, rig.source))
    instance.stop()
    values = {key: median_of(crowded, key) for key in crowded[0]}
    values.update({"alone_" + key: median_of(alone, key) for key in alone[0]})
    values.update({"mysql_" + key: median_of(theirs, key) for key in theirs[0]})
    rig.report("delay", f"200 transactions/s, 1 subscriber while {CATCHING_UP} others catch up", values)


def _crowded(rig, server):
    """The delay while others read the log again and again."""
    each = int(rig.source.log_size() * 0.98)
    readers = Subscribers(server).start(
        "read", rig.folder("logs") + "/readers", f"--bytes={each}", count=CATCHING_UP, first_server_id=950_000
    )
    delay = _delay(rig, server, 200, 1, commits=100)
    readers.kill()
    return delay


def has_position(instance):
    """Waits until the instance has a log: then it reads the source."""
    wait_until(lambda: instance.rows("SHOW MASTER STATUS"), 30, "a log of the instance")


def _delay(rig, server, rate, count, commits=None):
    settle()
    file, position = server.position()
    return Subscribers(server).run(
        "delay",
        f"--source=127.0.0.1:{rig.source.port}",
        f"--source-user={CAPTURE_USER}",
        f"--source-password={CAPTURE_PASSWORD}",
        f"--statement={STATEMENT}",
        f"--rate={rate}",
        f"--commits={commits or rate * 3}",
        count=count,
        file=file,
        position=position,
    )
