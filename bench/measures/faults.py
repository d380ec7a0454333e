"""What can happen to a tenant's primary: each fault is done, its course measured, and undone."""

import glob
import os
import signal
import time
from dataclasses import dataclass
from typing import Callable

from processes import ProgramFailed, wait_until

_DECIDED_WITHIN = _SERVED_WITHIN = 60  # seconds


@dataclass(frozen=True)
class Fault:
    name: str
    harm: Callable  # of (server, instance): returns when the harm is complete
    undo: Callable  # of (server, instance, pid of the instance before)
    decisions: tuple  # actions of the history that tell of the decision
    server_lives: bool  # so its own port 2983 is one that has to go on


def _cut(server, _instance):
    server.host.cut()


def _undo_cut(server, _instance, _pid):
    server.host.restore()


def _kill_host(server, _instance):
    """As a power cut: nobody hears of it. The rest of its world ends in after_harm()."""
    server.host.cut()


def _undo_kill_host(server, _instance, _pid):
    server.host.restore()
    server.launch()


def _end_processes(server):
    server.kill()
    for instance in server.instances():
        instance.kill()


def _kill_instance(_server, instance):
    instance.kill()


def _forget_failures(server, _instance, _pid):
    """A third failure within five minutes would need a person; who starts anew has not seen the others."""
    server.restart()


def _stop_primary(_server, instance):
    pid = instance.pid
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: set(_states_of_threads(pid)) == {"T"}, 10, f"pid {pid} to stand still", every=0.001)


def _states_of_threads(pid):
    for path in glob.glob(f"/proc/{pid}/task/*/stat"):
        with open(path, encoding="ascii", errors="replace") as file:
            yield file.read().rsplit(")", 1)[1].split()[0]


def _continue(_server, _instance, pid):
    os.kill(pid, signal.SIGCONT)


_MOVES = ("failover", "take over")
HOST = Fault("a host is killed", _kill_host, _undo_kill_host, _MOVES, False)
INSTANCE = Fault("the instance is killed", _kill_instance, _forget_failures, (*_MOVES, "restart instance"), True)
STOP = Fault("the instance is stopped", _stop_primary, _continue, _MOVES, True)
CUT = Fault("the host is cut off", _cut, _undo_cut, _MOVES, False)
FAULTS = {"host": HOST, "instance": INSTANCE, "stop": STOP, "cut": CUT}
# A primary that is stopped and has no follower is waited for: its server lives.
ALONE = {name: fault for name, fault in FAULTS.items() if fault is not STOP}


def measure_round(stage, fault):
    """Seconds from the fault to: the decision, another process that captures, the subscribers' next event. `pause` is
    the longest of the source meanwhile, which no fault concerns: what it is more than a few hundredths, the machine was
    busy with something else."""
    server, instance = stage.primary()
    pid = instance.pid
    before = stage.history_end()
    began, began_at = time.monotonic(), time.time()
    fault.harm(server, instance)
    harmed = time.monotonic()
    try:
        if fault is HOST:
            _end_processes(server)
        decided_at, action, reason = wait_until(
            lambda: next(iter(stage.history_since(before, fault.decisions)), None),
            _DECIDED_WITHIN,
            lambda: f"a decision after '{fault.name}'",
        )
        promoted = _wait_for_primary(stage, pid) - began
        first = wait_until(lambda: stage.ticker.first_since(harmed), 10, "a commit at the source")
        gaps = [arrived - began for arrived in _arrivals(stage, first, server if not fault.server_lives else None)]
    finally:
        fault.undo(server, instance, pid)
    return {
        "detection": decided_at - began_at,
        "promotion": promoted,
        "gaps": gaps,
        "pause": stage.ticker.longest_pause(began),
        "story": f"{action}: {reason}",
    }


def _wait_for_primary(stage, former):
    """When the recorded primary, another process than the former one, captured."""

    def look():
        server, instance = stage.primary()
        if instance is None or instance.pid in (0, former):
            return None
        return stage.capture_state(server, instance) == "capturing" and time.monotonic()

    return wait_until(look, _SERVED_WITHIN, "a primary that captures", every=0.02)


def _arrivals(stage, number, lost):
    """When this commit reached each subscriber at a living server."""
    return [
        stage.arrival(subscriber, number, _SERVED_WITHIN, f"an event at {address}")
        for address, subscriber in stage.subscribers.items()
        if lost is None or address != lost.address
    ]


def round_of(stage, fault, chance):
    """measure_round() at any moment of the pause between two beats; when it went wrong, what it said."""
    stage.wait_whole()
    time.sleep(4 + chance.random())  # long enough that everybody may judge again
    try:
        return measure_round(stage, fault)
    except ProgramFailed as error:
        return {"failure": str(error), "story": str(stage.history_since(0, ("failover", "take over"))[-3:])}
