"""The program sluicectl: run, run at a terminal, and asked for JSON."""

import json
import os
import pty
import select
import signal
import subprocess
import time

from instance import PROGRAM as INSTANCE_PROGRAM
from processes import ProgramFailed

PROGRAM = os.path.join(os.path.dirname(INSTANCE_PROGRAM), "sluicectl")


class Sluicectl:
    """Runs commands at one server. The home directory is `home`, so that nobody's own defaults count."""

    def __init__(self, port, user, password, home):
        self.arguments = ["--port", str(port), "--user", user]
        self.home = home
        self.password = password
        os.makedirs(home, exist_ok=True)

    def environment(self, password):
        values = {key: value for key, value in os.environ.items() if not key.startswith("SLUICE_PASSWORD")}
        return {**values, "HOME": self.home, **({} if password is None else {"SLUICE_PASSWORD": password})}

    def run(self, *arguments, password=True, at=None, seconds=60):
        """The ended process, with text in stdout and stderr. `password`: None for none."""
        return subprocess.run(
            [PROGRAM, *(self.arguments if at is None else at), *arguments],
            env=self.environment(self.password if password is True else password),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            start_new_session=True,  # without a terminal, whoever runs the tests
        )

    def done(self, *arguments, **more):
        """What a command wrote that went well."""
        ended = self.run(*arguments, **more)
        if ended.returncode != 0:
            raise ProgramFailed(f"sluicectl {' '.join(arguments)}: {ended.returncode}: {ended.stdout}{ended.stderr}")
        return ended.stdout

    def json(self, *arguments):
        return json.loads(self.done("--json", *arguments))

    def at_terminal(self, *arguments, typed, seconds=30):
        """(exit code, all that the terminal showed); each of `typed` is a (prompt, answer)."""
        pid, terminal = pty.fork()
        if pid == 0:
            # As at a terminal, also where the tests run in the background, which ignores it.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(PROGRAM, [PROGRAM, *self.arguments, *arguments], self.environment(None))
        shown = b""
        waiting = list(typed)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not select.select([terminal], [], [], 0.2)[0]:
                continue
            try:
                shown += os.read(terminal, 4096)
            except OSError:  # its end
                break
            if waiting and waiting[0][0].encode() in shown.split(b"\n")[-1]:
                os.write(terminal, waiting.pop(0)[1].encode())
        else:
            os.kill(pid, 9)
        status = os.waitpid(pid, 0)[1]
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace")
