"""A source that commits all the time, and subscribers that know when each commit reached them."""

import re
import threading
import time

from copies import Following

_PAUSE = 0.02  # seconds between commits: how exactly a gap can be told
_WRITE_ROWS = 30
_TICK = re.compile(rb"tick-(\d{9})")


class Ticker:
    """Commits numbered rows from a thread until close(). An error of its own is raised there."""

    def __init__(self, source):
        source.sql("CREATE DATABASE IF NOT EXISTS d", "CREATE TABLE d.ticks (b VARCHAR(20))")
        self._source = source
        self._begun = []  # monotonic time at which the commit of this number began
        self._error = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            with self._source.connect() as connection, connection.cursor() as cursor:
                while not self._ending.wait(_PAUSE):
                    number = len(self._begun)
                    self._begun.append(time.monotonic())
                    cursor.execute(f"INSERT INTO d.ticks VALUES ('tick-{number:09}')")
        except Exception as error:  # pylint: disable=broad-except  # handed on by close()
            self._error = error

    def count(self):
        return len(self._begun)

    def first_since(self, moment):
        """The number of the first commit that began then or later; none yet is None."""
        number = len(self._begun)
        while number > 0 and self._begun[number - 1] >= moment:
            number -= 1
        return number if number < len(self._begun) else None

    def longest_pause(self, since):
        """Between two commits since then, in seconds: how long the machine itself kept a process waiting."""
        times = [moment for moment in self._begun if moment >= since]
        return max((after - before for before, after in zip(times, times[1:])), default=0)

    def close(self):
        self._ending.set()
        self._thread.join(30)
        if self._error:
            raise self._error


class TickReader(Following):
    """A subscriber by file and position that checks every byte's place, and knows when each tick came. As real ones
    it is patient: it comes back when its connection is ended, not when it hears nothing for some seconds."""

    patience = 30

    def __init__(self, source, folder):
        self.arrived = {}  # number -> monotonic time
        super().__init__(source, folder, by_gtid=False)

    def _take(self, event, data):
        super()._take(event, data)
        found = _TICK.search(data) if event.kind == _WRITE_ROWS else None
        if found:
            self.arrived.setdefault(int(found[1]), time.monotonic())
