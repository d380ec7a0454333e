"""Log-ins that name the tenant, come from a trusted proxy, or from a server that relays its clients."""

import pymysql
import pytest

from c_client import CClient, Refused
from clients import Source
from instance import ADMIN, PASSWORD, RELAY, USER
from raw_client import Dump, connect

pytestmark = pytest.mark.bounded(200)
CHALLENGE = "41" * 20


@pytest.fixture(scope="module")
def source(module_workshop):
    return module_workshop.server("mariadb")


@pytest.fixture(scope="module")
def instance(module_workshop, source):
    return module_workshop.instance(source, listen={"trusted": ["192.0.2.0/24"]})


def value(connection, question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def refusal(*arguments, **named):
    with pytest.raises(pymysql.MySQLError) as caught:
        connect(*arguments, **named)
    return caught.value.args[0]


def relayed(user, host="198.51.100.9", challenge=CHALLENGE):
    named = {"_sluice_user": user, "_sluice_host": host, "_sluice_challenge": challenge}
    return {name: text for name, text in named.items() if text is not None}


@pytest.mark.parametrize("plugin", ["mysql_native_password", "caching_sha2_password"])
@pytest.mark.parametrize("name", [f"{USER}@orders#shop", f"{USER}@orders", f"shop:orders:{USER}"])
def test_a_name_that_says_the_tenant(instance, name, plugin):
    with connect(instance, user=name, plugin=plugin, tls=True) as connection:
        assert value(connection, "SELECT 1") == 1
    assert refusal(instance, user=name, password="wrong", plugin=plugin, tls=True) == 1045


@pytest.mark.parametrize(
    "name", [f"{USER}@orders#other", f"{USER}@other", f"other:orders:{USER}", "nobody@orders#shop"]
)
def test_a_name_that_says_another_tenant(instance, name):
    assert refusal(instance, user=name) == 1045


def test_a_proxy_that_is_not_trusted(instance):
    assert refusal(instance, user="anybody", password="anything") == 1045


def test_a_trusted_proxy_needs_no_password(workshop, source):
    instance = workshop.instance(source, listen={"trusted": ["127.0.0.0/8"]})
    for name, password in (("anybody@orders#shop", "anything"), (USER, ""), (ADMIN, "wrong")):
        with connect(instance, user=name, password=password) as connection:
            assert value(connection, "SELECT 1") == 1
            with pytest.raises(pymysql.MySQLError) as caught:
                value(connection, "SET GLOBAL wait_timeout = 5")
            assert caught.value.args[0] == 1227, "it may be anybody"
    with Dump(instance) as dump:
        assert dump.at("mysql-bin.000001").first(3)
    # A server speaks for others: it has to prove who it is, wherever it comes from.
    assert refusal(instance, user=RELAY, password="wrong", attributes=relayed(ADMIN)) == 1045
    with connect(instance, user=RELAY, attributes=relayed(USER)) as connection:
        assert value(connection, "SELECT USER()") == f"{USER}@198.51.100.9"
    with CClient(Source(instance.port, RELAY, PASSWORD), relayed(USER)) as client, pytest.raises(Refused) as caught:
        client.change_user("anybody", "anything")
    assert caught.value.args[0] == 1045, "the client is not the server that relays it"


def test_a_server_relays_whom_it_has_let_in(instance):
    with connect(instance, user=RELAY, attributes=relayed(f"{USER}@orders#shop")) as connection:
        assert value(connection, "SELECT USER()") == f"{USER}@orders#shop@198.51.100.9"
        with pytest.raises(pymysql.MySQLError):
            value(connection, "SET GLOBAL wait_timeout = 5")
        with connection.cursor(pymysql.cursors.DictCursor) as cursor:
            cursor.execute("SHOW PROCESSLIST")
            row = next(row for row in cursor.fetchall() if row["Id"] == connection.thread_id())
        assert row["User"] == f"{USER}@orders#shop"
    with connect(instance, user=RELAY, attributes=relayed(ADMIN)) as connection:
        assert value(connection, "SELECT @@wait_timeout") > 0
        with connection.cursor() as cursor:
            cursor.execute("SET GLOBAL wait_timeout = 28800")


@pytest.mark.parametrize(
    "attributes",
    [{}, relayed(None), relayed(""), relayed(USER, host=None), relayed(USER, challenge="41")],
)
def test_a_server_that_does_not_say_for_whom_is_sent_away(instance, attributes):
    with pytest.raises(pymysql.MySQLError):
        value(connect(instance, user=RELAY, attributes=attributes), "SELECT 1")
    instance.wait_log("did not say for whom")


def test_others_cannot_pass_for_somebody_else(instance):
    with connect(instance, attributes=relayed(ADMIN)) as connection:
        assert value(connection, "SELECT USER()").startswith(f"{USER}@127.0.0.1")
    assert refusal(instance, user=RELAY, password=PASSWORD + "x", attributes=relayed(ADMIN)) == 1045
