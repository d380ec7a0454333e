"""Folders, fixtures and bounds shared by all end to end tests."""

import os
import shutil
import signal
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cluster import Cluster  # noqa: E402
from processes import FOLDER_PREFIX, leftovers  # noqa: E402
from servers import Server  # noqa: E402
from workshop import Workshop  # noqa: E402

_BOUND = 120
# The files that take the longest, which several at once had better begin with.
_LONGEST = ("test_matrix.py", "test_large.py", "test_resume.py", "test_source_faults.py", "test_cluster_failover.py")


def _temporary_folder(config):
    if not hasattr(config, "sluice_folder"):
        config.sluice_folder = tempfile.mkdtemp(prefix=FOLDER_PREFIX)
        for kind in ("MariaDB", "MySQL56", "MySQL97"):
            Server.templates[kind] = os.path.join(config.sluice_folder, "template-" + kind)
    return config.sluice_folder


# -- fixtures --------------------------------------------------------------------------------------------------------


def _workshop(request, name):
    workshop = Workshop(os.path.join(_temporary_folder(request.config), name))
    yield workshop
    workshop.close()


@pytest.fixture
def workshop(request):
    """Servers and instances for one test."""
    yield from _workshop(request, "test")


@pytest.fixture(scope="module")
def module_workshop(request):
    """The same for all tests of a file."""
    yield from _workshop(request, "module")


@pytest.fixture(scope="session")
def session_workshop(request):
    """The same for the whole run: only for servers that no test harms."""
    yield from _workshop(request, "session")


# -- no test runs for ever -------------------------------------------------------------------------------------------


class TookTooLong(BaseException):
    """Raised in the test by the alarm; no test catches it by accident."""


def _bounded(item):
    mark = item.get_closest_marker("bounded")
    seconds = mark.args[0] if mark else _BOUND

    def ring(_signal, _frame):
        raise TookTooLong(f"longer than the {seconds} s that bounded() gives it")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    yield from _bounded(item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    yield from _bounded(item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item):
    yield from _bounded(item)


def pytest_collection_modifyitems(items):
    place = {name: number for number, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


# -- what a failure shows, what a session leaves ---------------------------------------------------------------------


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, (Workshop, Cluster)):
                report.sections += [("end of " + name, text) for name, text in value.logs()]


def pytest_sessionfinish(session):
    folder = getattr(session.config, "sluice_folder", None)
    left = leftovers(folder)
    for pid, command in left:
        print(f"\nstill running at the end: pid {pid}: {command}", file=sys.stderr)
        os.kill(pid, signal.SIGKILL)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    if left and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_configure():
    def ended(_signal, _frame):
        raise KeyboardInterrupt  # SIGTERM cleans up as Ctrl-C does

    signal.signal(signal.SIGTERM, ended)
