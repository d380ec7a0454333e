"""No password is anywhere where somebody could read it: what a server says, logs, stores and is called with."""

import os
import stat
import urllib.request

import pymysql
import pytest

from instance import mark
from processes import command_of, leftovers
from sluiced import ADMIN_PASSWORD
from tenants import Tenant

pytestmark = pytest.mark.bounded(120)
_CAPTURE = "Xcapture-secret-1"
_SUBSCRIBER = "Xsubscriber-secret-2"
_CHANGED = "Xchanged-secret-3"
_BROKEN = "Xbroken-secret-4"
_SECRETS = [_CAPTURE, _SUBSCRIBER, _CHANGED, _BROKEN, ADMIN_PASSWORD]


@pytest.fixture(scope="module")
def sluiced(module_workshop):
    return module_workshop.sluiced().prepare()


@pytest.fixture(scope="module")
def tenant(module_workshop, sluiced):
    source = module_workshop.server("mariadb")
    source.account("hidden", _CAPTURE, source.capture_grants)
    tenant = Tenant("shop", "orders", source, user="hidden", password=_CAPTURE)
    sluiced.create(tenant)
    sluiced.run(
        f"CREATE USER reader IDENTIFIED BY '{_SUBSCRIBER}'",
        f"ALTER USER reader IDENTIFIED BY '{_CHANGED}'",
        f"SET PASSWORD FOR reader = '{_SUBSCRIBER}'",
        f"SET PASSWORD FOR reader = PASSWORD('{_CHANGED}')",
    )
    for statement in _broken_statements(tenant):
        sluiced.error(statement)
    (instance,) = sluiced.instances()
    instance.wait_for(mark(source))
    return tenant


def _broken_statements(tenant):
    right = tenant.create().replace(_CAPTURE, _BROKEN)
    return [
        right,  # is there already
        right.replace("CREATE", "CRAETE"),
        right.replace("WITH CLUSTER", "WITH CLUSTRE"),
        right.replace("shop", "market").replace("mariadb://", "nosuch://"),
        right + ", nosuch_parameter = 5",
        f"CREATE USER reader IDENTIFIED BY '{_BROKEN}'",
        f"CREATE USER other IDENTIFIED WITH nothing BY '{_BROKEN}'",
        f"ALTER USER nobody IDENTIFIED BY '{_BROKEN}'",
        f"SET PASSWORD FOR nobody = '{_BROKEN}'",
        f"SET PASSWORD FRO reader = '{_BROKEN}'",
    ]


def assert_no_secret(where, text):
    text = text if isinstance(text, str) else repr(text)
    for secret in _SECRETS:
        assert secret not in text, f"{where} has {secret!r}"


def test_errors_hide_it(sluiced, tenant):
    for statement in _broken_statements(tenant):
        number, text = sluiced.error(statement)
        assert_no_secret(f"error {number} of {statement}", text)


def test_a_wrong_password_is_not_repeated(sluiced, tenant):
    for user in ("nobody", "reader", tenant.login("reader")):
        with pytest.raises(pymysql.MySQLError) as caught:
            sluiced.connect(user, _BROKEN)
        assert_no_secret("the error", str(caught.value.args))


def test_statements_show_none(sluiced, tenant):
    (instance,) = sluiced.instances()
    for statement in (
        "SHOW NODES",
        tenant.where(),
        "SHOW BINLOG STATUS",
        f"SHOW BINLOG STATUS FOR TENANT {tenant.sql}",
        "SHOW BINLOG HISTORY",
        "SHOW BINLOG INSTANCES",
        "SHOW HISTORY BINLOG INSTANCES",
        "SHOW USERS",
        "SHOW PARAMETERS",
        f"SHOW PARAMETERS FOR TENANT {tenant.sql}",
        f"SHOW PARAMETERS FOR INSTANCE {instance.name}",
        "SHOW FULL PROCESSLIST",
        "SHOW VARIABLES",
        f"SHOW FULL PROCESSLIST FOR INSTANCE {instance.name}",
        f"SHOW FULL BINLOG DUMPLIST FOR INSTANCE {instance.name}",
        f"SHOW VARIABLES FOR INSTANCE {instance.name}",
        f"SHOW STATUS FOR INSTANCE {instance.name}",
    ):
        assert_no_secret(statement, sluiced.result(statement))


def test_files_have_it_for_their_owner_alone(sluiced, tenant):
    """The configuration of an instance has the password of the tenant's account: it captures while nobody else is."""
    found = []
    for folder, _, names in os.walk(sluiced.folder):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                content = file.read()
            held = [secret for secret in _SECRETS if secret.encode() in content]
            if held == [_CAPTURE] and name == "instance.toml":
                assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
            elif held:
                found.append((os.path.relpath(path, sluiced.folder), held))
    assert not found


def test_no_process_is_called_with_it(sluiced, tenant):
    programs = leftovers(sluiced.folder)
    assert any("sluice-instance" in command for _, command in programs)
    for pid, _ in programs:
        assert_no_secret(f"the arguments of {pid}", " ".join(command_of(pid)))
        with open(f"/proc/{pid}/environ", "rb") as environment:
            assert_no_secret(f"the environment of {pid}", environment.read().decode("utf-8", "replace"))


def test_metrics_have_none(sluiced, tenant):
    with open(os.path.join(sluiced.directory, "metrics_port"), encoding="ascii") as file:
        port = int(file.read())
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert_no_secret("the metrics", answer.read().decode())
