"""Background load on a source, from a thread, while a test kills and cuts."""

import threading

from workload import Workload

_LARGE = ("medium", "long", "text", "blob", "varchar(4000)")


class Load:
    """Runs workload steps until stop(); an error of its own is raised there. `pause`: seconds between steps. `small`:
    without columns whose values take kilobytes."""

    def __init__(self, server, pair, seed, prefix="load", pause=0.0, without=(), small=False):
        self.work = Workload(server, pair, seed, prefix)
        if small:
            self.work.types = [kind for kind in self.work.types if not kind.definition.startswith(_LARGE)]
        self.work.prepare()
        self.pause = pause
        self.without = without
        self.steps = 0
        self._error = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            while not self._ending.wait(self.pause):
                self.work.steps(1, self.without)
                self.steps += 1
        except Exception as error:  # handed on by stop()
            self._error = error

    def stop(self):
        self._ending.set()
        self._thread.join(60)
        self.work.close()
        if self._error:
            raise self._error
        assert not self._thread.is_alive(), "the load did not end"
        return self.steps
