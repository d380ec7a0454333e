"""Resident memory: an idle instance, and what each idle subscriber adds; against MySQL."""

from measures.delay import has_position
from measures.rig import GIGABYTE, Subscribers, capture, has_everything, resident_bytes, settle

IDLE = 1000
INSTANCE_TARGET = 32 << 20
SUBSCRIBER_TARGET = 32 << 10


def measure(rig):
    rig.source.fill(0, 1, 300)
    instance = capture(
        rig.folder("instance"), rig.source, source={"start": "now"}, parameters={"max_connections": IDLE + 100}
    ).start()
    has_position(instance)
    settle()
    rig.report(
        "memory",
        "idle instance",
        {"resident_mib": resident_bytes(instance.process.pid) / 2**20, "target_mib": INSTANCE_TARGET / 2**20},
    )
    for tls in (False, True):
        _idle_subscribers(rig, instance, tls)
    _with_a_busy_one(rig, instance)
    instance.stop()


def _idle_subscribers(rig, instance, tls):
    each = {}
    for name, server, count in (("resident_kib", instance, IDLE), ("mysql_resident_kib", rig.source, IDLE // 2)):
        file, position = server.position()
        how = {"file": file, "position": position, "tls": tls}
        Subscribers(server).stay(count=10, **how).close()  # what is made once
        settle()
        before = resident_bytes(server.process.pid)
        staying = Subscribers(server).stay(count=count, **how)
        settle()
        each[name] = (resident_bytes(server.process.pid) - before) / count / 1024
        staying.close()
        settle()
    rig.report(
        "memory", f"idle subscriber{', TLS' if tls else ''}", {**each, "target_kib": SUBSCRIBER_TARGET / 1024}
    )


def _with_a_busy_one(rig, instance):
    """1,000 that wait at the end, and one that reads everything; then all get what is added at once."""
    rig.source.add(rig.size / 8, 1, 300)
    has_everything(instance, rig.source)
    file, position = instance.position()
    idle = Subscribers(instance).stay(count=IDLE, file=file, position=position)
    settle()
    before = resident_bytes(instance.process.pid)
    read = Subscribers(instance).run("read", f"--bytes={int(rig.size / 10)}", first_server_id=950_000)
    after = resident_bytes(instance.process.pid)
    values = {
        "resident_before_mib": before / 2**20,
        "resident_after_mib": after / 2**20,
        "busy_gb_s": read["bytes"] / GIGABYTE / read["seconds"],
    }
    rig.report("memory", f"{IDLE} idle subscribers and a busy one", values)
    rig.source.add(rig.size / 8, 1, 300)
    has_everything(instance, rig.source)
    values = {"resident_mib": resident_bytes(instance.process.pid) / 2**20}
    rig.report("memory", f"{IDLE} subscribers while all are sent {rig.size / 8e6:.0f} MB", values)
    idle.close()
