"""Real programs under test: each is known by its pid, and none may outlive the session."""

import ctypes
import os
import random
import secrets
import signal
import socket
import subprocess
import threading
import time

MARK = "SLUICE_E2E_SESSION"
SESSION = secrets.token_hex(8)
FOLDER_PREFIX = "sluice-e2e-"  # of the folder in which everything of a session lies
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = os.environ.get("SLUICE_TOOLS", os.path.join(REPOSITORY, ".tools"))

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_used_ports = set()
_random = random.SystemRandom()


class ProgramFailed(Exception):
    """A program ended, or did not do what it should in time; the message holds the end of its log."""


def free_port():
    """A loopback port that nobody uses, outside the range from which the kernel takes ports for clients."""
    for _ in range(1000):
        port = _random.randrange(12000, 32000)
        if port in _used_ports:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _used_ports.add(port)
        return port
    raise ProgramFailed("no free port on 127.0.0.1 between 12000 and 32000")


def wait_until(condition, seconds, what, every=0.05):
    """The first true value of condition(), asked again and again; what() or `what` tells why it never came."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise ProgramFailed(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(every)


def tail(path, lines=40):
    """The last lines of a log, for messages."""
    try:
        with open(path, "rb") as log:
            log.seek(max(0, os.path.getsize(path) - 20000))
            return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-lines:])
    except OSError as error:
        return f"({error})"


class Process:
    """One running program. Its output goes to a file; it is killed with us when we die without ending it."""

    def __init__(self, arguments, log, environment=None, folder=None, stdout=None):
        self.log = log
        self.name = os.path.basename(arguments[0])
        # The kernel ties the death signal to the thread that forks, so only the main thread may ask for it.
        tied = threading.current_thread() is threading.main_thread()
        with open(log, "ab") as output:
            self.popen = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=stdout or output,
                stderr=output,
                cwd=folder,
                env={**os.environ, **(environment or {}), MARK: SESSION},
                preexec_fn=(lambda: _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)) if tied else None,
            )

    @property
    def pid(self):
        return self.popen.pid

    @property
    def running(self):
        return self.popen.poll() is None

    @property
    def exit_code(self):
        return self.popen.poll()

    def log_tail(self):
        return f"{self.name} (pid {self.pid}, exit code {self.exit_code}), end of {self.log}:\n{tail(self.log)}"

    def expect_running(self):
        if not self.running:
            raise ProgramFailed("ended by itself: " + self.log_tail())

    def wait(self, seconds):
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ProgramFailed(f"still running after {seconds} s: {self.log_tail()}") from None

    def terminate(self, seconds=30):
        """Asks it to end and waits; one that does not is killed and reported."""
        if self.running:
            self.popen.terminate()
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise ProgramFailed(f"did not end within {seconds} s of SIGTERM: {self.log_tail()}") from None
        return self.exit_code

    def kill(self):
        if self.running:
            self.popen.kill()
        self.popen.wait(30)


def command_of(pid):
    """A process's arguments; none if there is no such process, or it has ended."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as command:
            return command.read().decode("utf-8", "replace").split("\0")[:-1]
    except OSError:
        return []


def leftovers(folder=None):
    """Pids of this session's programs that still run, whoever started them: they have its mark, or work in its folder,
    as those do that another program started with an environment of their own."""
    mark = f"{MARK}={SESSION}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        words = command_of(entry)  # a zombie has none
        try:
            with open(f"/proc/{entry}/environ", "rb") as environment:
                marked = mark in environment.read().split(b"\0")
        except OSError:
            continue
        if words and (marked or (folder and any(folder + os.sep in word for word in words))):
            found.append((int(entry), " ".join(words)[:200]))
    return found
