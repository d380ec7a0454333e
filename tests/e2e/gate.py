"""A TCP relay to put between any two programs, that can harm what passes in every way a network can."""

import random
import socket
import threading
import time
from dataclasses import dataclass

from processes import free_port

_PIECE = 16384

KINDS = ("cut", "corrupt", "half_close", "black_hole", "delay", "throttle")


@dataclass(frozen=True)
class Fault:
    """What happens to the connection on which, since the fault before, the `after`th byte from the server comes:

    cut         both ends are closed
    corrupt     the byte is changed
    half_close  the client is told that nothing more comes; what it sends is still passed on
    black_hole  nothing more comes, and nobody is told
    delay       it comes a second later
    throttle    this and the next pieces come slowly, for a second
    """

    kind: str
    after: int


def faults(seed, count, kinds=KINDS, after=(200, 60_000)):
    """`count` faults drawn from `seed`, of each kind as many as of the others."""
    chance = random.Random(seed)
    drawn = [kinds[i % len(kinds)] for i in range(count)]
    chance.shuffle(drawn)
    return [Fault(kind, chance.randint(*after)) for kind in drawn]


class _Broken(Exception):
    """The connection is not to be relayed any longer."""


class Gate:
    """Relays connections of 127.0.0.1:port to 127.0.0.1:target. What it does may be changed while it runs:

    delay       seconds before each piece from the server is passed on
    rate        bytes a second from the server, for all connections together; 0: no limit
    cut_after   ends a connection when it has passed this many bytes from the server; a range draws anew each time
    faults      Faults yet to come, the next one first; each happens once
    open        when False new connections are refused and old ones cut
    """

    def __init__(self, target, seed=1, **how):
        self.target = target
        self.port = free_port()
        self.random = random.Random(seed)
        self.delay = how.get("delay", 0.0)
        self.rate = how.get("rate", 0)
        self.cut_after = how.get("cut_after")
        self.faults = list(how.get("faults", ()))
        self.open = True
        self.connections = 0
        self.cuts = 0
        self._since_fault = 0
        self._links = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def fault_from_now(self, kind, after):
        """Instead of the faults yet to come: one, at the `after`th byte that the server sends from now on."""
        with self._lock:
            self.faults = [Fault(kind, after)]
            self._since_fault = 0

    def cut(self):
        """Ends every connection there is."""
        with self._lock:
            links = list(self._links)
        for link in links:
            _end(link)
            self.cuts += 1

    def shut(self):
        """As if the network were gone, until open is set again."""
        self.open = False
        self.cut()

    def close(self):
        self._closed = True
        self.open = False
        _end(self._listener)
        self.cut()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _accept(self):
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self.open:
                _end(client)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target), 5)
                server.settimeout(None)
            except OSError:
                _end(client)
                continue
            with self._lock:
                self._links |= {client, server}
                self.connections += 1
            for worker, one, other in ((self._upstream, client, server), (self._downstream, server, client)):
                threading.Thread(target=worker, args=(one, other), daemon=True).start()

    def _upstream(self, client, server):
        self._pump(client, server, server.sendall)

    def _downstream(self, server, client):
        limit = self.cut_after
        left = self.random.randint(*limit) if isinstance(limit, tuple) else limit

        def pass_on(data):
            nonlocal left
            if self.delay:
                time.sleep(self.delay)
            if self.rate:
                time.sleep(len(data) / self.rate)
            data = self._harmed(data, client)
            if left is not None:
                data, left = data[:left], left - len(data)
            client.sendall(data)
            if left is not None and left <= 0:
                self.cuts += 1
                raise _Broken

        self._pump(server, client, pass_on)

    def _harmed(self, data, client):
        """What of the data is to be passed on, after the faults whose turn it is have happened."""
        while True:
            with self._lock:
                if not self.faults or self._since_fault + len(data) < self.faults[0].after:
                    self._since_fault += len(data)
                    return data
                fault = self.faults.pop(0)
                at = max(0, fault.after - self._since_fault - 1)
                self._since_fault = -at  # what comes before it counts for the next one again
            if fault.kind == "corrupt":
                data = data[:at] + bytes([data[at] ^ self.random.randint(1, 255)]) + data[at + 1 :]
            elif fault.kind == "delay":
                time.sleep(1)
            elif fault.kind == "throttle":
                client.sendall(data[:at])
                data = data[at:]
                for _ in range(10):
                    client.sendall(data[:100])
                    data = data[100:]
                    time.sleep(0.1)
            else:
                client.sendall(data[:at])
                self._break(fault.kind, client)

    def _break(self, kind, client):
        self.cuts += 1
        if kind == "half_close":
            client.shutdown(socket.SHUT_WR)
        if kind != "cut":
            self._wait_until_gone(client)
        raise _Broken

    def _wait_until_gone(self, client):
        """Until the client has ended the connection, and with it the other direction's thread."""
        while True:
            with self._lock:
                if client not in self._links or self._closed:
                    return
            time.sleep(0.05)

    def _pump(self, one, other, pass_on):
        try:
            while data := one.recv(_PIECE):
                pass_on(data)
        except (OSError, _Broken):
            pass
        for link in (one, other):
            _end(link)
        with self._lock:
            self._links -= {one, other}


def _end(link):
    try:
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    link.close()
