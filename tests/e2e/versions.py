"""Versions of Sluice's programs on one server, as an upgrade finds them: copies of the same programs, of which /proc
tells which one runs."""

import os
import shutil

from instance import PROGRAM as INSTANCE_PROGRAM
from sluiced import PROGRAM as SLUICED_PROGRAM


class Programs:
    """What is installed on a host: one path for each program, whatever version lies there."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)
        self.sluiced = os.path.join(folder, "sluiced")
        self.install()

    def install(self):
        """Puts the next version in the place of the one before, as `install` does: what runs goes on with its own."""
        for program, path in zip((SLUICED_PROGRAM, INSTANCE_PROGRAM), self._paths()):
            shutil.copy2(program, path + ".new")
            os.rename(path + ".new", path)

    def is_run_by(self, pid):
        """Whether the process runs what is installed now, and not what was there before."""
        try:
            target = os.stat(f"/proc/{pid}/exe")
        except OSError:
            return False
        return any(os.path.samestat(target, os.stat(path)) for path in self._paths())

    def _paths(self):
        return [os.path.join(self.folder, os.path.basename(program)) for program in (SLUICED_PROGRAM, INSTANCE_PROGRAM)]
