"""What subscribers copied, compared with what an instance stored."""

import os
import socket

from binlog_file import IN_USE, MAGIC
from processes import wait_until
from raw_follower import RawFollower

_FLAGS = len(MAGIC) + 17  # of the format description, where the file that is being written says so


def _plain(content):
    content = bytearray(content)
    if len(content) > _FLAGS:
        content[_FLAGS] &= ~IN_USE
    return bytes(content)


def follow(workshop, source, host, by_gtid=False):
    """A follower that lives in a host. The workshop ends it, or its stop()."""
    folder = workshop.place("copy")
    with host.inside():
        return workshop.keep(Following(source, folder, by_gtid))


class Following(RawFollower):
    """It ends at once when it is told to, whatever its server sends or does not send."""

    _dump = None
    _unbroken_until_stop = None

    def _copy(self, dump):
        self._dump = dump
        super()._copy(dump)

    def wait_for(self, token, seconds=60):
        wait_until(
            lambda: self.wrong or any(token.encode() in bytes(content) for content in list(self.files.values())),
            seconds,
            lambda: f"{token} at a subscriber of {self.source}; {self.connections} connections: {self.troubles[-3:]}",
        )
        if self.wrong:
            raise self.wrong

    @property
    def unbroken(self):
        """Has it needed one connection only, until it was told to end?"""
        if self._unbroken_until_stop is not None:
            return self._unbroken_until_stop
        return self.connections == 1 and not self.troubles

    def stop(self):
        self.close()
        super().stop()

    def close(self):
        if self._ending:
            return
        self._unbroken_until_stop = self.unbroken
        self._ending = True
        try:
            self._dump.connection._sock.shutdown(socket.SHUT_RDWR)
        except (AttributeError, OSError):
            pass  # it is between two connections

    def assert_is_log_of(self, instance):
        """Call it when nothing is being written, and the subscriber has the end."""
        stored = {os.path.basename(path): path for path in instance.files()}
        assert sorted(self.files) == sorted(stored), f"copied {sorted(self.files)}, stored {sorted(stored)}"
        for name, path in stored.items():
            with open(path, "rb") as file:
                theirs = _plain(file.read())
            ours = _plain(self.files[name])
            at = next((i for i, (one, other) in enumerate(zip(ours, theirs)) if one != other), None)
            assert ours == theirs, f"{name}: copied {len(ours)} bytes, stored {len(theirs)}, first difference at {at}"
