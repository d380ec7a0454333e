"""The instances of a sluiced. They outlive it by design, so a test finds and ends them by their files."""

import glob
import os
import signal

from processes import command_of, tail, wait_until
from stored_log import StoredLog


class HostedInstance(StoredLog):
    """One of them, by its directory."""

    def __init__(self, folder):
        self.folder = folder
        self.name = os.path.basename(folder)
        self.data = os.path.join(folder, "data")
        self.log = os.path.join(folder, "messages.log")

    def _process_file(self):
        """(pid, arguments) as src/supervise/process_identity.h has them; (0, []) if it was never started."""
        try:
            with open(os.path.join(self.folder, "process"), encoding="utf-8") as file:
                lines = [line.rstrip("\n").partition(" ") for line in file]
        except FileNotFoundError:
            return 0, []
        pids = [int(value) for key, _, value in lines if key == "pid"]
        return (pids or [0])[0], [value for key, _, value in lines if key == "argument"]

    @property
    def pid(self):
        """0 if it does not run."""
        pid, arguments = self._process_file()
        # A number may be somebody else's by now.
        return pid if pid and command_of(pid) == arguments else 0

    def wait_pid(self, other_than=0, seconds=30):
        """Waits until it runs, as another process than one it was."""

        def look():
            pid = self.pid
            return pid if pid != other_than else 0

        return wait_until(look, seconds, lambda: f"{self.name} to run: {tail(self.log)}")

    @property
    def port(self):
        with open(os.path.join(self.data, "port"), encoding="ascii") as file:
            return int(file.read())

    def kill(self):
        """kill -9; waits until it is gone. Gives the pid it had."""
        pid = self.pid
        if pid:
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not command_of(pid), 10, f"the end of pid {pid} ({self.name})")
        return pid

    def wait_for(self, token, seconds=60):
        """Waits until a text is in the log it stores."""
        wait_until(lambda: self.holds(token, start=-2), seconds, lambda: f"{token} in {self.name}: {tail(self.log)}")


def instances_in(folder):
    """Those of the server whose directory this is, by name."""
    paths = sorted(glob.glob(os.path.join(folder, "instances", "*")))
    return [HostedInstance(path) for path in paths if os.path.isdir(path)]
