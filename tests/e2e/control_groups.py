"""Control groups of version 2, as their files have it."""

import contextlib
import os

from namespaces import ThisMachine
from processes import Process, wait_until


class ControlGroup:
    """One, by its directory; made if it is not there."""

    def __init__(self, path):
        self.path = path
        os.makedirs(path, exist_ok=True)

    def child(self, name):
        return ControlGroup(os.path.join(self.path, name))

    def let_children_be_limited(self):
        self.write("cgroup.subtree_control", "+cpu +memory")

    def read(self, file):
        with open(os.path.join(self.path, file), encoding="ascii") as opened:
            return opened.read().strip()

    def number(self, file, key):
        """What stands behind a key of cpu.stat or memory.events."""
        return int(dict(line.split() for line in self.read(file).splitlines())[key])

    def write(self, file, text):
        with open(os.path.join(self.path, file), "w", encoding="ascii") as opened:
            opened.write(text)

    def pids(self):
        return [int(word) for word in self.read("cgroup.procs").split()]

    def delegate(self):
        """Marks it as systemd does what it leaves to a service."""
        os.setxattr(self.path, "user.delegate", b"1")

    def process(self, arguments, log, **more):
        """A Process that is in the group from its first moment."""
        enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
        return Process(["/bin/sh", "-c", enter, self.path, *arguments], log, **more)

    def remove(self):
        """With all below; its processes have ended."""
        for path, _, _ in os.walk(self.path, topdown=False):
            wait_until(lambda path=path: _removed(path), 10, f"the control group {path} to be empty")


def _removed(path):
    with contextlib.suppress(FileNotFoundError):
        try:
            os.rmdir(path)
        except OSError:
            return False
    return True


class HostWithGroup(ThisMachine):
    """This machine, where what is started begins in a control group."""

    name = "group"

    def __init__(self, group):
        self.group = group

    def process(self, arguments, log, **more):
        return self.group.process(arguments, log, **more)
