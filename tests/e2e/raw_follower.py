"""A subscriber of our own that copies a log, comes back after whatever happens, and believes only what it can check."""

import os
import threading
import time

from binlog_file import ARTIFICIAL, FORMAT_DESCRIPTION, GTID, HEARTBEAT, HEARTBEAT_V2, MAGIC, PREVIOUS_GTIDS
from binlog_file import gtid_text, parse_event
from raw_client import Dump, is_artificial_rotate, rotate_target


class Wrong(Exception):
    """The server sent, in order and with right checksums, what does not continue the copy."""


class RawFollower:
    """Copies a log into a folder until stop(). It asks for what follows its last whole transaction: by position
    or by GTID. What makes no sense ends a connection; an event twice, or one that is missing, ends it for good."""

    patience = 5  # seconds of silence, of which the server was asked to end each

    def __init__(self, source, folder, by_gtid):
        self.source = source
        self.folder = folder
        self.by_gtid = by_gtid
        self.files = {}  # name -> bytes so far
        self.name = "mysql-bin.000001"
        self.safe = {}  # name -> offset behind the last whole transaction
        self.executed = []  # GTIDs of whole transactions
        self.pending = None  # the GTID of the transaction under way
        self.connections = 0
        self.troubles = []  # what ended each connection
        self.wrong = None
        self._ending = False
        os.makedirs(folder, exist_ok=True)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        self._ending = True
        self._thread.join(60)
        for name, content in self.files.items():
            with open(os.path.join(self.folder, name), "wb") as file:
                file.write(content)
        if self.wrong:
            raise self.wrong

    def holds(self, token):
        return token.encode() in bytes(self.files.get(self.name, b""))

    def _run(self):
        while not self._ending and not self.wrong:
            try:
                self.connections += 1
                with Dump(self.source) as dump:
                    self._copy(dump)
            except Wrong as error:
                self.wrong = error
            except Exception as error:  # pylint: disable=broad-except
                self.troubles.append(f"{type(error).__name__}: {error}")
                time.sleep(0.05)

    def _copy(self, dump):
        self._forget_half_a_transaction()
        dump.heartbeat(1)
        if self.by_gtid:
            dump.beyond(_set_text(self.executed), file="", position=4)
        else:
            dump.at(self.name, self.safe.get(self.name, 4))
        while not self._ending:
            data = dump.packet(self.patience)
            if data[:1] != b"\x00":
                raise ValueError(f"a packet of a dump begins with {data[:1]!r}")
            self._take(parse_event(data[1:], True), data[1:])

    def _forget_half_a_transaction(self):
        self.pending = None
        for name, content in self.files.items():
            del content[self.safe.get(name, len(content)) :]

    def _take(self, event, data):
        if event.kind in (HEARTBEAT, HEARTBEAT_V2):
            return
        if is_artificial_rotate(event):
            self._transaction_ends()
            self.name = rotate_target(event)[0]
            self.files.setdefault(self.name, bytearray(MAGIC))
            return
        if event.end == 0 or event.flags & ARTIFICIAL:
            return
        content = self.files[self.name]
        offset = event.end - event.size
        if event.kind == GTID:
            self._transaction_ends()
            self.pending = gtid_text(event)
        if event.kind in (FORMAT_DESCRIPTION, PREVIOUS_GTIDS) and offset < len(content):
            if content[offset : event.end] != data:
                raise Wrong(f"{self.name}: another header at {offset} than before")
            return
        if offset != len(content):
            raise Wrong(f"{self.name}: event of type {event.kind} at {offset}, where {len(content)} was to come")
        content += data

    def _transaction_ends(self):
        """The one under way, if any: another begins, or a file ends."""
        if self.pending:
            self.executed.append(self.pending)
            self.pending = None
        if self.name in self.files:
            self.safe[self.name] = len(self.files[self.name])


def _set_text(gtids):
    """The GTIDs as a set, their numbers as intervals."""
    sources = {}
    for gtid in gtids:
        name, number = gtid.rsplit(":", 1)
        sources.setdefault(name, set()).add(int(number))
    parts = []
    for name, numbers in sorted(sources.items()):
        intervals = []
        for number in sorted(numbers):
            if intervals and intervals[-1][1] + 1 == number:
                intervals[-1][1] = number
            else:
                intervals.append([number, number])
        parts.append(":".join([name] + [f"{first}-{last}" for first, last in intervals]))
    return ",".join(parts)
