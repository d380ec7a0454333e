"""Makes the servers, instances and gates of a test, and ends them all at once."""

import os
import shutil
import subprocess

import pytest

from gate import Gate
from instance import Instance, PROGRAM
from processes import ProgramFailed, tail
from servers import KINDS
from sluiced import PROGRAM as SLUICED_PROGRAM, Sluiced


class Workshop:
    """Everything it makes lies in one folder and is gone after close()."""

    def __init__(self, folder):
        self.folder = folder
        self.made = []
        self.count = 0
        os.makedirs(folder, exist_ok=True)

    def place(self, name):
        self.count += 1
        return os.path.join(self.folder, f"{self.count}-{name}")

    def server(self, kind, options=None, start=True, **more):
        """A started server of a kind of servers.KINDS; skips the test where it cannot be had."""
        maker = KINDS[kind]
        if maker.unavailable():
            pytest.skip(maker.unavailable())
        server = maker(self.place(kind), options, **more)
        self.made.append(server)
        return server.start() if start else server

    def instance(self, sources, start=True, **sections):
        if not os.path.exists(PROGRAM):
            pytest.fail(f"{PROGRAM} is not there: run ./run build", pytrace=False)
        instance = Instance(self.place("instance"), sources, **sections)
        self.made.append(instance)
        return instance.start() if start else instance

    def sluiced(self, start=True, **how):
        if not os.path.exists(SLUICED_PROGRAM):
            pytest.fail(f"{SLUICED_PROGRAM} is not there: run ./run build", pytrace=False)
        sluiced = Sluiced(self.place("sluiced"), **how)
        self.made.append(sluiced)
        return sluiced.start() if start else sluiced

    def gate(self, port, **how):
        gate = Gate(port, **how)
        self.made.append(gate)
        return gate

    def keep(self, thing):
        """Has something with close(), or with a process, ended with the rest."""
        self.made.append(thing)
        return thing

    def logs(self):
        """(title, end of the log) of every process, for the report of a failure."""
        for thing in self.made:
            several = thing.log_paths() if hasattr(thing, "log_paths") else [getattr(thing, "log", None)]
            for path in several:
                if path:
                    yield os.path.relpath(path, self.folder), tail(path, 15)

    def close(self):
        """Ends all, whatever is wrong with one of them; then says what was."""
        wrong = []
        for thing in reversed(self.made):
            try:
                if hasattr(thing, "close"):
                    thing.close()
                elif getattr(thing, "process", None) is not None:
                    thing.process.kill()
            except (OSError, ProgramFailed, subprocess.SubprocessError) as error:
                wrong.append(error)
        self.made.clear()
        shutil.rmtree(self.folder, ignore_errors=True)
        if wrong:
            raise wrong[0]
