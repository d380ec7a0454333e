"""A TCP relay to put between any two programs, that can delay, throttle, cut and corrupt what passes."""

import random
import socket
import threading
import time

from processes import free_port

_PIECE = 16384


class Gate:
    """Relays connections of 127.0.0.1:port to 127.0.0.1:target. What it does may be changed while it runs:

    delay       seconds before each piece from the server is passed on
    rate        bytes a second from the server, for all connections together; 0: no limit
    cut_after   ends a connection when it has passed this many bytes from the server; a range draws anew each time
    corrupt_at  changes the byte with this number (from 0) from the server, once, then forgets it
    open        when False new connections are refused and old ones cut
    """

    def __init__(self, target, seed=1, **how):
        self.target = target
        self.port = free_port()
        self.random = random.Random(seed)
        self.delay = how.get("delay", 0.0)
        self.rate = how.get("rate", 0)
        self.cut_after = how.get("cut_after")
        self.corrupt_at = how.get("corrupt_at")
        self.open = True
        self.connections = 0
        self.cuts = 0
        self.passed = 0
        self._links = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

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
        self._pump(client, server, lambda data: data)

    def _downstream(self, server, client):
        limit = self.cut_after
        left = self.random.randint(*limit) if isinstance(limit, tuple) else limit

        def change(data):
            nonlocal left
            if self.delay:
                time.sleep(self.delay)
            if self.rate:
                time.sleep(len(data) / self.rate)
            data = self._corrupted(data)
            if left is not None:
                data, left = data[:left], left - len(data)
                if left <= 0:
                    self.cuts += 1
                    client.sendall(data)
                    return None
            return data

        self._pump(server, client, change)

    def _corrupted(self, data):
        with self._lock:
            first, self.passed = self.passed, self.passed + len(data)
            if self.corrupt_at is None or not first <= self.corrupt_at < self.passed:
                return data
            at, self.corrupt_at = self.corrupt_at - first, None
        return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]

    def _pump(self, one, other, change):
        try:
            while data := one.recv(_PIECE):
                data = change(data)
                if data is None:
                    break
                other.sendall(data)
        except OSError:
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
