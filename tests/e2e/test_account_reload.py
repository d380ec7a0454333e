"""Accounts and trusted addresses that change while the instance runs: SIGHUP reads them again."""

import os
import signal

import pymysql
import pytest

from instance import ADMIN, PASSWORD, RELAY, USER
from processes import wait_until
from raw_client import Dump, connect

pytestmark = pytest.mark.bounded(200)
OTHER, NEW_PASSWORD = "other", "another 8"
ACCESS_DENIED = 1045
TOLD = "accounts: "


@pytest.fixture(scope="module")
def source(module_workshop):
    source = module_workshop.server("mariadb")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key)")
    return source


@pytest.fixture
def instance(workshop, source):
    instance = workshop.instance(source, start=False)
    instance.accounts[OTHER] = PASSWORD
    return instance.start()


def hang_up(instance, expected):
    """Sends SIGHUP and waits for what the log says then, which it returns."""
    said = len(instance.log_text())
    os.kill(instance.process.pid, signal.SIGHUP)

    def look():
        return next((line for line in instance.log_text()[said:].splitlines() if expected in line), None)

    return wait_until(look, 20, lambda: f"'{expected}' in\n{instance.log_text()[said:]}")


def change(instance, expected=TOLD):
    instance.write_configuration()
    return hang_up(instance, expected)


def greets(instance, user=USER, password=PASSWORD, **how):
    """1 if this log-in is let in, else the number it is refused with."""
    try:
        with connect(instance, user=user, password=password, **how) as connection:
            return value(connection, "SELECT 1")
    except pymysql.MySQLError as refused:
        return refused.args[0]


def value(connection, question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def is_cut(connection):
    def look():
        try:
            value(connection, "SELECT 1")
        except pymysql.MySQLError as error:
            assert error.args[0] in (2006, 2013), error
            return True
        return False

    return wait_until(look, 10, "the connection's end")


def test_an_account_that_is_new(instance):
    assert greets(instance, "new") == ACCESS_DENIED
    instance.accounts["new"] = NEW_PASSWORD
    told = change(instance)
    assert "1 added ('new'), none removed, none changed" in told
    assert "trusted addresses: as before" in told
    for plugin in ("mysql_native_password", "caching_sha2_password"):
        assert greets(instance, "new", NEW_PASSWORD, plugin=plugin, tls=True) == 1


def test_an_account_that_is_removed_is_cut_and_the_others_go_on(instance, source):
    with connect(instance, user=OTHER) as removed, connect(instance, user=OTHER + "@orders#shop") as in_full, connect(
        instance
    ) as kept, connect(instance, user=ADMIN) as admin, Dump(instance) as dump, Dump(instance, user=OTHER) as cut:
        for one in (dump, cut):
            assert one.at(*instance.position()).first(2)
        del instance.accounts[OTHER]
        assert "none added, 1 removed ('other')" in change(instance)
        assert is_cut(removed)
        assert is_cut(in_full)
        with pytest.raises(pymysql.MySQLError):
            while True:
                cut.event()
        assert greets(instance, OTHER) == ACCESS_DENIED

        source.sql("INSERT INTO d.t VALUES (1)")
        while b"d" not in (body := dump.event().body) or b"t\x00" not in body:
            pass
        assert value(kept, "SELECT CONNECTION_ID()") == kept.thread_id()
        with admin.cursor() as cursor:
            cursor.execute("SET GLOBAL wait_timeout = 28800")
    instance.wait_log(f"of '{OTHER}' ends", "removed")


def test_whom_a_server_relays_is_cut_with_its_account_or_with_the_servers(instance):
    def relayed(user):
        named = {"_sluice_user": user, "_sluice_host": "198.51.100.9", "_sluice_challenge": "41" * 20}
        return connect(instance, user=RELAY, attributes=named)

    with relayed(OTHER) as removed, relayed(USER) as kept, relayed("stranger") as stranger:
        del instance.accounts[OTHER]
        change(instance)
        assert is_cut(removed)
        assert value(kept, "SELECT 1") == value(stranger, "SELECT 1") == 1
        del instance.accounts[RELAY]
        change(instance)
        assert is_cut(kept)
        assert is_cut(stranger)


def test_a_password_that_changes(instance):
    with connect(instance) as before:
        instance.accounts[USER] = NEW_PASSWORD
        assert "1 changed ('repl')" in change(instance)
        assert greets(instance) == ACCESS_DENIED
        assert greets(instance, password=NEW_PASSWORD) == 1
        assert value(before, "SELECT 1") == 1, "a new password ends no connection"


def test_what_was_learnt_of_a_password_is_kept(instance):
    """A client that the server could not yet check has to ask for its key, without TLS, and to send the password."""
    assert greets(instance, plugin="caching_sha2_password", tls=True) == 1
    instance.accounts["new"] = NEW_PASSWORD
    change(instance)
    with connect(instance, plugin="caching_sha2_password") as connection:
        assert connection.server_public_key is None
    with connect(instance, user="new", password=NEW_PASSWORD, plugin="caching_sha2_password") as connection:
        assert connection.server_public_key is not None


def test_addresses_that_are_trusted(instance):
    assert greets(instance, "anybody", "anything") == ACCESS_DENIED
    instance.sections["listen"]["trusted"] = ["127.0.0.0/8"]
    assert "trusted addresses: changed" in change(instance)
    with connect(instance, user="anybody", password="anything") as anybody:
        del instance.sections["listen"]["trusted"]
        change(instance)
        assert greets(instance, "anybody", "anything") == ACCESS_DENIED
        assert value(anybody, "SELECT 1") == 1


BROKEN = {
    "no TOML": ("[[account]\n", "line "),
    "no account": (None, "[[account]] is missing"),
    "unknown key": ("\n[surprise]\na = 1\n", "surprise is not a known key"),
    "two of a name": (f'\n[[account]]\nname = "{USER}"\nnative = "*{"A" * 40}"\n', "'repl' is there twice"),
    "no hash": ('\n[[account]]\nname = "x"\nnative = "*12"\n', "account 'x': native has to be"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_changes_nothing(instance, name):
    more, expected = BROKEN[name]
    with connect(instance, user=OTHER) as other:
        del instance.accounts[OTHER]
        instance.accounts["new"] = PASSWORD
        if more is None:
            instance.accounts = {}
        path = instance.write_configuration()
        with open(path, "a", encoding="utf-8") as file:
            file.write(more or "")
        told = hang_up(instance, "refused")
        assert expected in told
        assert "everything stays as it was" in told
        assert PASSWORD not in told
        assert value(other, "SELECT 1") == 1
    assert greets(instance, OTHER) == 1
    assert greets(instance, "new") == ACCESS_DENIED


def test_nothing_else_is_taken_over(instance):
    instance.sections["listen"]["version"] = "8.0.99"
    instance.sections["parameters"]["wait_timeout"] = 77
    change(instance)
    assert instance.value("SELECT @@global.wait_timeout") == 28800
    assert instance.value("SELECT VERSION()") != "8.0.99"
    instance.restart()
    assert instance.value("SELECT @@global.wait_timeout") == 77


def test_many_hang_ups_end_nothing(instance):
    with connect(instance) as connection:
        for _ in range(50):
            os.kill(instance.process.pid, signal.SIGHUP)
        hang_up(instance, TOLD)
        assert value(connection, "SELECT 1") == 1
    instance.stop()
