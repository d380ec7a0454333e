"""The access address of a Binlog cluster, as a load balancer is one: passes connections on to a server that answers,
and ends those to a server that does not any more."""

import itertools
import socket
import threading
import time

_PIECE = 65536
_PATIENCE = 0.5  # seconds until a server counts as one that does not answer


class Door:
    """Listens at `address` (of the host whose thread makes it), on any port."""

    def __init__(self, address, servers):
        self.servers = servers  # (address, port) of each
        self._turn = itertools.count()
        self._links = {server: set() for server in servers}
        self._lock = threading.Lock()
        self._listener = socket.create_server((address, 0), backlog=64)
        self.address, self.port = self._listener.getsockname()
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()
        for server in servers:
            threading.Thread(target=self._watch, args=(server,), daemon=True).start()

    def close(self):
        self._closed = True
        _end(self._listener)
        for server in self.servers:
            self._cut(server)

    def _accept(self):
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        server, back = self._reach()
        if back is None:
            client.close()
            return
        with self._lock:
            self._links[server] |= {client, back}
        downstream = threading.Thread(target=_pump, args=(back, client), daemon=True)
        downstream.start()
        _pump(client, back)
        downstream.join()
        with self._lock:
            self._links[server] -= {client, back}
        client.close()
        back.close()

    def _reach(self):
        first = next(self._turn)
        for number in range(len(self.servers)):
            server = self.servers[(first + number) % len(self.servers)]
            try:
                found = socket.create_connection(server, _PATIENCE)
            except OSError:
                continue
            found.settimeout(None)
            return server, found
        return None, None

    def _watch(self, server):
        """Two looks in a row without an answer: its connections end."""
        silent = 0
        while not self._closed:
            try:
                socket.create_connection(server, _PATIENCE).close()
                silent = 0
            except OSError:
                silent += 1
            if silent >= 2:
                self._cut(server)
            time.sleep(_PATIENCE)

    def _cut(self, server):
        with self._lock:
            links = list(self._links[server])
        for link in links:
            _end(link)


def _pump(one, other):
    try:
        while data := one.recv(_PIECE):
            other.sendall(data)
    except OSError:
        pass
    for link in (one, other):
        _end(link)


def _end(link):
    try:
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
