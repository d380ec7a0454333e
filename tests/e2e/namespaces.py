"""Hosts on one machine: network namespaces, joined by a bridge that has a namespace of its own, so that nothing of the
machine's own network is touched. What is started in a host, and every socket made in it, has that host's address."""

import contextlib
import ctypes
import os
import random
import re
import signal
import subprocess

from processes import FOLDER_PREFIX, MARK, Process, ProgramFailed

_CLONE_NEWNET = 0x40000000
_FOLDER = "/run/netns"
_NAME = re.compile(r"sluice-(\d+)-(\d+)-\d+-\w+")  # pid and start of the run, which of its networks, which host
_libc = ctypes.CDLL(None, use_errno=True)
_counter = iter(range(1, 1 << 30))
_reason = None


def ip(*words):
    """Runs iproute2's `ip`; its complaint as an exception."""
    return _run("ip", *words)


def _run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode != 0:
        raise ProgramFailed(f"{' '.join(words)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def unavailable():
    """Why this machine cannot make hosts, tried once; empty if it can."""
    global _reason
    if _reason is None:
        _reason = _try_once()
    return _reason


def _try_once():
    try:
        network = Network()
    except (OSError, ProgramFailed, subprocess.TimeoutExpired) as error:
        return f"SKIPPED, NO CLUSTER OF SEVERAL HOSTS WAS TRIED: no network namespaces ({error})"
    try:
        host = network.host("probe")
        with host.inside():
            pass
        host.cut("out")
        host.restore()
    except (OSError, ProgramFailed) as error:
        return f"SKIPPED, NO CLUSTER OF SEVERAL HOSTS WAS TRIED: network namespaces are not whole ({error})"
    finally:
        network.close()
    return ""


class Network:
    """Hosts that reach each other and nothing else. close() removes them all; end first what runs in them."""

    def __init__(self):
        remove_stale()
        self._prefix = f"sluice-{os.getpid()}-{_start_of(os.getpid())}-{next(_counter)}-"
        self._subnet = "10.{}.{}".format(*(random.SystemRandom().randrange(1, 255) for _ in range(2)))
        self._bridge = self._prefix + "bridge"
        self.hosts = []
        ip("netns", "add", self._bridge)
        try:
            ip("-n", self._bridge, "link", "add", "name", "bridge", "type", "bridge")
            ip("-n", self._bridge, "link", "set", "dev", "bridge", "up")
        except ProgramFailed:
            self.close()
            raise

    def host(self, name):
        """A new host, up and reachable."""
        number = len(self.hosts) + 1
        host = Host(self._prefix + name, f"{self._subnet}.{number}", self._bridge, f"port{number}")
        self.hosts.append(host)
        host.make()
        return host

    def close(self):
        for namespace in [host.namespace for host in reversed(self.hosts)] + [self._bridge]:
            _remove(namespace)
        self.hosts.clear()


class Host:
    """A network namespace with an address. Its line to the others is one pair of virtual interfaces."""

    def __init__(self, namespace, address, bridge, port):
        self.namespace = namespace
        self.address = address
        self.name = namespace.rsplit("-", 1)[1]
        self._bridge = bridge
        self._port = port

    def make(self):
        ip("netns", "add", self.namespace)
        own = ("-n", self.namespace)
        ip(*own, "link", "add", "name", "eth0", "type", "veth", "peer", "name", self._port, "netns", self._bridge)
        ip("-n", self._bridge, "link", "set", "dev", self._port, "master", "bridge", "up")
        ip(*own, "address", "add", self.address + "/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            ip(*own, "link", "set", "dev", device, "up")

    # -- being there -------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def inside(self):
        """The calling thread is in this host: sockets it makes, threads and programs it starts stay there for good."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            there = os.open(os.path.join(_FOLDER, self.namespace), os.O_RDONLY | os.O_CLOEXEC)
            try:
                _enter(there)
            finally:
                os.close(there)
            try:
                yield self
            finally:
                _enter(before)
        finally:
            os.close(before)

    def process(self, arguments, log, **more):
        """A Process that runs in this host."""
        with self.inside():
            return Process(arguments, log, **more)

    def pids(self):
        """Of everything that runs in this host."""
        return [int(word) for word in ip("netns", "pids", self.namespace).split()]

    # -- its line ----------------------------------------------------------------------------------------------------

    def cut(self, direction="both"):
        """Silence, as when a cable is pulled out somewhere between: what it sends ("out"), what it is sent ("in"), or
        both are lost, and nobody is told."""
        if direction in ("out", "both"):
            _run("tc", "-n", self.namespace, "qdisc", "replace", "dev", "eth0", "root", "blackhole")
        if direction in ("in", "both"):
            _run("tc", "-n", self._bridge, "qdisc", "replace", "dev", self._port, "root", "blackhole")

    def unplug(self):
        """The host itself notices: its interface has no carrier."""
        ip("-n", self._bridge, "link", "set", "dev", self._port, "down")

    def restore(self):
        """Ends every cut, whatever it was."""
        for namespace, device in ((self.namespace, "eth0"), (self._bridge, self._port)):
            if "blackhole" in _run("tc", "-n", namespace, "qdisc", "show", "dev", device):
                _run("tc", "-n", namespace, "qdisc", "del", "dev", device, "root")
        ip("-n", self._bridge, "link", "set", "dev", self._port, "up")
        ip("-n", self.namespace, "neighbour", "flush", "dev", "eth0", "nud", "permanent")

    def lose_way_to(self, other):
        """What this host sends to that one is lost; all else arrives, and so does what that one sends."""
        nobody = "02:00:00:00:00:01"
        device = ("dev", "eth0", "nud", "permanent")
        ip("-n", self.namespace, "neighbour", "replace", other.address, "lladdr", nobody, *device)


class ThisMachine:
    """Where tests are that need no hosts: the machine itself, over loopback."""

    address = "127.0.0.1"
    name = "loopback"

    def inside(self):
        return contextlib.nullcontext(self)

    def process(self, arguments, log, **more):
        return Process(arguments, log, **more)


LOOPBACK = ThisMachine()


def _enter(descriptor):
    """Only the calling thread goes there."""
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"setns: {os.strerror(number)}")


# -- what is left of runs that were killed ---------------------------------------------------------------------------


def remove_stale():
    """Removes namespaces whose run is over, and ends what it left in them."""
    for name in os.listdir(_FOLDER) if os.path.isdir(_FOLDER) else []:
        found = _NAME.fullmatch(name)
        if found and _start_of(int(found[1])) != int(found[2]):
            _end_tests_in(name)
            _remove(name)


def _end_tests_in(namespace):
    for pid in (int(word) for word in _run("ip", "netns", "pids", namespace).split()):
        try:
            with open(f"/proc/{pid}/environ", "rb") as environment, open(f"/proc/{pid}/cmdline", "rb") as command:
                ours = MARK.encode() + b"=" in environment.read() or FOLDER_PREFIX.encode() in command.read()
            if ours:
                os.kill(pid, signal.SIGKILL)
        except OSError:
            continue  # it has ended meanwhile


def _remove(namespace):
    if os.path.exists(os.path.join(_FOLDER, namespace)):
        subprocess.run(["ip", "netns", "delete", namespace], capture_output=True, timeout=30, check=False)


def _start_of(pid):
    """When a process was started, in clock ticks since the system was; 0 if there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return int(file.read().rsplit(")", 1)[1].split()[19])
    except OSError:
        return 0
