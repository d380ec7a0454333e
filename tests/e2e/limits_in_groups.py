"""Limits of instances hold, where the system has control groups of version 2.

pytest does not collect this file by itself: it wants a group in which it may make others, with the controllers cpu and
memory, and root. test_cgroup_limits.py runs it in a virtual machine; where there is such a group it runs alone, too:
SLUICE_TEST_CGROUP=/sys/fs/cgroup/... pytest limits_in_groups.py"""

import contextlib
import json
import os
import subprocess
import time

import pytest

from control_groups import ControlGroup, HostWithGroup
from instance import PROGRAM, mark
from processes import wait_until
from servers import Server
from tenants import Tenant

pytestmark = pytest.mark.bounded(300)

FRESH_DATA = "SLUICE_TEST_MARIADB_DATA"  # names a data directory of MariaDB to copy, which is slow to make in there
_UNIT_TESTS = os.path.join(os.path.dirname(PROGRAM), "supervise_test")
_MEBIBYTE = 1 << 20
_PERCENT = 40  # of one processor, for the instance
_SHARE = _PERCENT / 100
_MEMORY = 128 * _MEBIBYTE
_HOST_PROCESSORS = 1.5
_HOST_MEMORY = 700 * _MEBIBYTE


@pytest.fixture(scope="module")
def root():
    """The group that the tests may use."""
    group = ControlGroup(os.environ["SLUICE_TEST_CGROUP"])
    group.let_children_be_limited()
    return group


@pytest.fixture
def group(root):
    """One for a test."""
    made = root.child("test")
    yield made
    made.remove()


@pytest.fixture(scope="module")
def service(root):
    """What systemd makes of a service with Delegate=yes, whose processors and memory are limited."""
    made = root.child("service")
    made.write("cpu.max", f"{int(_HOST_PROCESSORS * 100000)} 100000")
    made.write("memory.max", str(_HOST_MEMORY))
    made.delegate()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def source(module_workshop):
    if FRESH_DATA in os.environ:
        Server.templates["MariaDB"] = os.environ[FRESH_DATA]
    return module_workshop.server("mariadb")


@pytest.fixture(scope="module")
def tenant(source):
    return Tenant("shop", "orders", source)


@pytest.fixture(scope="module")
def sluiced(service, module_workshop, tenant):
    """A Binlog server in the service's own group (DelegateSubgroup=), with an instance that has limits."""
    server = module_workshop.sluiced(host=HostWithGroup(service.child("sluiced"))).prepare()
    server.create(tenant, instance_cpu_limit_percent=_PERCENT, instance_memory_limit=_MEMORY, seconds=120)
    return server


@pytest.fixture
def instance(sluiced):
    (instance,) = sluiced.instances()
    return instance


@pytest.fixture
def its_group(service, instance):
    """Without making it."""
    group = ControlGroup(os.path.join(service.path, "sluice-instances", instance.name))
    wait_until(lambda: instance.pid in group.pids(), 60, lambda: f"{instance.pid} in {group.pids()}")
    return group


@contextlib.contextmanager
def running_in(group, workshop, *words):
    """A program that runs in a group, ended with the block."""
    process = workshop.keep(group.process(words, workshop.place("program")))
    yield process
    process.kill()


class Use:
    """What a group uses from now on."""

    def __init__(self, group):
        self.group = group
        self.begin = time.monotonic()
        self.before = self._numbers()

    def _numbers(self):
        return [self.group.number("cpu.stat", key) for key in ("usage_usec", "nr_throttled")]

    def until_now(self):
        """(processors, how often it was throttled)."""
        used, throttled = (now - before for now, before in zip(self._numbers(), self.before))
        share = used / 1e6 / (time.monotonic() - self.begin)
        print(f"{share:.3f} processors used of {self.group.read('cpu.max')}, throttled {throttled} times")
        return share, throttled


def restart(sluiced, tenant, instance):
    pid = instance.pid
    sluiced.run(f"STOP BINLOG INSTANCE {instance.name}")
    wait_until(lambda: not instance.pid, 60, f"the end of {pid}")
    wait_state(sluiced, instance, "Stop")
    sluiced.run(f"START BINLOG INSTANCE {instance.name}")
    instance.wait_pid(other_than=pid)
    sluiced.wait_served(tenant, 120)


def shown(sluiced, instance):
    return sluiced.rows(f"SHOW BINLOG INSTANCE {instance.name}")[0]


def wait_state(sluiced, instance, state):
    wait_until(
        lambda: shown(sluiced, instance)["state"] == state, 90, lambda: f"{state}, not {shown(sluiced, instance)}"
    )


# -- the unit tests that need real groups ----------------------------------------------------------------------------


def run_unit_tests(group, *before):
    """Those of groups and of the node, in a group of their own beside which they make theirs."""
    place = group.child("tests")
    command = [*before, _UNIT_TESTS, "--gtest_filter=LimitGroups*:Node*", "--gtest_brief=1"]
    enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
    done = subprocess.run(
        ["/bin/sh", "-c", enter, place.path, *command],
        env={**os.environ, "SLUICE_TEST_CGROUP": group.path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NO CONTROL GROUP" not in done.stdout and "[  PASSED  ]" in done.stdout, done.stdout
    print(done.stdout)


def test_the_unit_tests_of_real_groups_pass(group):
    run_unit_tests(group)


def test_they_pass_for_a_user_to_whom_the_group_was_given(group):
    """systemd gives these to the service's User=."""
    group.child("tests")
    for name in ("", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads"):
        os.chown(os.path.join(group.path, name), 65534, 65534)
    os.chown(os.path.join(group.path, "tests", "cgroup.procs"), 65534, 65534)
    run_unit_tests(group, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


# -- a Binlog server and its instance --------------------------------------------------------------------------------


def test_a_delegated_group_is_found_and_limits_are_told_to_be_enforced(sluiced):
    (node,) = sluiced.rows("SHOW NODES")
    told = json.loads(node["node_config"])
    assert told["limits_enforced"] is True and told["limits_reason"] == "", told
    assert "not enforced" not in sluiced.log_text()


def test_an_instance_is_in_its_group_with_the_limits_it_was_created_with(instance, its_group):
    assert its_group.pids() == [instance.pid]
    with open(f"/proc/{instance.pid}/cgroup", encoding="ascii") as file:
        assert file.read().strip().endswith(f"/service/sluice-instances/{instance.name}")
    assert its_group.read("cpu.max") == f"{_PERCENT * 1000} 100000"
    assert its_group.read("memory.max") == str(_MEMORY)


def test_a_busy_group_gets_no_more_than_its_share_of_processors(workshop, its_group):
    with running_in(its_group, workshop, "/bin/sh", "-c", "while :; do :; done"):
        use = Use(its_group)
        time.sleep(6)
        share, throttled = use.until_now()
    # Less than its share is what a busy machine leaves to all of the virtual one.
    assert 0.2 * _SHARE < share < 1.15 * _SHARE
    assert throttled > 5


def test_an_instance_that_has_much_to_do_is_throttled_and_captures_all(source, instance, its_group):
    use = Use(its_group)
    source.sql(
        "CREATE DATABASE d",
        "CREATE TABLE d.t (a int primary key, b varchar(200))",
        *(f"INSERT INTO d.t SELECT seq, repeat('x', 200) FROM d.seq_{n}0000_to_{n}9999" for n in range(1, 9)),
    )
    instance.wait_for(mark(source))
    share, throttled = use.until_now()
    assert share < 1.15 * _SHARE
    assert throttled > 0


def test_what_takes_more_memory_is_ended_and_the_group_stays_below(source, workshop, instance, its_group):
    pid, kills = instance.pid, its_group.number("memory.events", "oom_kill")
    take = f"held = bytearray({2 * _MEMORY}); print(len(held))"
    with running_in(its_group, workshop, "/usr/bin/python3", "-c", take) as greedy:
        assert greedy.wait(240) == -9
    assert its_group.number("memory.events", "oom_kill") == kills + 1
    peak = int(its_group.read("memory.peak"))
    print(f"{peak} bytes of {_MEMORY} at most, {kills + 1} killed")
    page = 4096  # the kernel counts one before it refuses it
    assert 0.9 * _MEMORY < peak <= _MEMORY + 16 * page
    assert instance.pid == pid, "the system ends the one that took most"
    instance.wait_for(mark(source))


def test_altered_limits_hold_from_the_next_start(sluiced, tenant, instance, its_group):
    sluiced.run(
        f"ALTER BINLOG INSTANCE {instance.name} SET instance_cpu_limit_percent = 60, instance_memory_limit = 192M"
    )
    restart(sluiced, tenant, instance)
    assert its_group.read("cpu.max") == "60000 100000"
    assert its_group.read("memory.max") == str(192 * _MEBIBYTE)
    assert its_group.pids() == [instance.pid]


def test_an_instance_goes_on_in_its_limits_when_its_server_is_away(sluiced, instance, its_group):
    pid = instance.pid
    sluiced.restart()
    assert its_group.pids() == [pid]
    killed = instance.kill()
    instance.wait_pid(other_than=killed)
    wait_state(sluiced, instance, "Running")
    assert its_group.pids() == [instance.pid], "what is started again is placed again"


def test_an_instance_that_needs_more_memory_than_it_may_have_fails_and_says_so(source, sluiced, tenant, instance):
    sluiced.run(f"ALTER BINLOG INSTANCE {instance.name} SET instance_memory_limit = 2M")
    sluiced.run(f"STOP BINLOG INSTANCE {instance.name}")
    wait_state(sluiced, instance, "Stop")
    sluiced.run(f"START BINLOG INSTANCE {instance.name}")
    wait_state(sluiced, instance, "Failed")
    reason = shown(sluiced, instance)["reason"]
    print(reason)
    assert "signal 9" in reason, reason
    sluiced.run(f"ALTER BINLOG INSTANCE {instance.name} SET instance_memory_limit = DEFAULT")
    sluiced.run(f"START BINLOG INSTANCE {instance.name}")
    sluiced.wait_served(tenant, 120)
    instance.wait_for(mark(source))


def test_an_instance_whose_limits_cannot_be_set_runs_and_its_server_says_so(service, sluiced, tenant, instance):
    groups = ControlGroup(os.path.join(service.path, "sluice-instances"))
    sluiced.run(f"STOP BINLOG INSTANCE {instance.name}")
    wait_state(sluiced, instance, "Stop")
    groups.write("cgroup.subtree_control", "-memory")
    sluiced.run(f"START BINLOG INSTANCE {instance.name}")
    sluiced.wait_served(tenant, 120)
    groups.let_children_be_limited()
    assert f"instance {instance.name} runs without its limits" in sluiced.log_text()
    assert "memory.max" in sluiced.log_text()
    restart(sluiced, tenant, instance)
    assert ControlGroup(os.path.join(groups.path, instance.name)).pids() == [instance.pid]


def test_a_node_is_what_its_group_may_use(sluiced):
    def metric():
        (node,) = sluiced.rows("SHOW NODES")
        return json.loads(node["metric"])

    told = wait_until(lambda: metric() if "cpu_used" in metric() else None, 30, metric)
    print(told)
    assert told["cpu_scope"] == told["memory_scope"] == "group"
    assert told["cpu_count"] == _HOST_PROCESSORS and 0 <= told["cpu_used"] <= _HOST_PROCESSORS
    assert told["memory_total"] == _HOST_MEMORY and 0 < told["memory_used"] < _HOST_MEMORY


def test_the_group_of_an_instance_goes_with_it(service, sluiced, tenant, instance):
    group = os.path.join(service.path, "sluice-instances", instance.name)
    assert os.path.isdir(group)
    sluiced.run(tenant.drop())
    wait_until(lambda: not os.path.exists(group), 30, f"{group} to be removed")
