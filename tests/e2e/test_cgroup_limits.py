"""Limits of instances hold, seen in a virtual machine, whose kernel has control groups of version 2 whatever the
machine around it has. The tests themselves are those of limits_in_groups.py; all run in one virtual machine."""

import os
import xml.etree.ElementTree

import pytest

import limits_in_groups
import virtual_machine
from processes import REPOSITORY, ProgramFailed

pytestmark = [pytest.mark.bounded(600), pytest.mark.slow]

_LIMIT = 540  # seconds, for the virtual machine; it takes one or two minutes where nothing else runs
_RESULTS = "results.xml"
_NAMES = [name for name in vars(limits_in_groups) if name.startswith("test_")]


@pytest.fixture(scope="module")
def results(module_workshop):
    """What the tests came to in there, by name, as JUnit's XML has it."""
    if virtual_machine.unavailable():
        pytest.skip("SKIPPED, NO LIMIT OF AN INSTANCE WAS SEEN TO HOLD: " + virtual_machine.unavailable())
    source = module_workshop.server("mariadb", start=False)
    source.make_data()
    folder = module_workshop.place("machine")
    command = ["/usr/bin/python3", "-m", "pytest", "-o", "junit_logging=system-out", f"--junitxml=/shared/{_RESULTS}"]
    command.append(os.path.join(REPOSITORY, "tests", "e2e", "limits_in_groups.py"))
    environment = {
        limits_in_groups.FRESH_DATA: source.data,
        "SLUICE_TEST_CGROUP": "/sys/fs/cgroup/sluice",
        "SLUICE_PRESET": os.environ.get("SLUICE_PRESET", "release"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    _, said = virtual_machine.run(command, folder, _LIMIT, environment, lent=[source.data])
    path = virtual_machine.shared_file(folder, _RESULTS)
    if not os.path.exists(path):
        raise ProgramFailed(f"the tests in the virtual machine left no results:\n{said}")
    return {case.get("name"): case for case in xml.etree.ElementTree.parse(path).iter("testcase")}


@pytest.mark.parametrize("name", _NAMES)
def test_in_a_virtual_machine(results, name):
    result = results.get(name)
    if result is None:
        pytest.fail("it did not run")
    print(f"{float(result.get('time')):.1f} s", result.findtext("system-out") or "")
    for kind in ("failure", "error", "skipped"):
        if (found := result.find(kind)) is not None:
            pytest.fail(f"{kind}: {found.get('message')}\n{found.text}", pytrace=False)
