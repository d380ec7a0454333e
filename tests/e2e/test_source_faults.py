"""A source that goes away, changes, lies or says no."""

import os
import subprocess
import time

import pytest

import clients
import variants
from instance import mark
from load import Load
from pairs import Pair
from processes import wait_until
from same_files import assert_same_files
from servers import CAPTURE_PASSWORD, CAPTURE_USER

ALL = ["mariadb", "mysql56", "mysql97"]
_LOG = {"max_binlog_size": 1 << 20}
each_kind = pytest.mark.parametrize("kind", ALL)


def final_error(instance, *words, seconds=30):
    """The line of the log with which capture stops for good; what is stored is not touched by it."""
    return instance.wait_log("stopped", *words, seconds=seconds)


def refused(workshop, server, /, *words, final=False, **sections):
    """Starts an instance that must say all the words in one line, and capture nothing. Final: and not try again."""
    instance = workshop.instance(server, start=False, **sections).launch()
    line = final_error(instance, *words) if final else instance.wait_log(*words)
    assert CAPTURE_PASSWORD not in instance.log_text()
    server.sql("CREATE DATABASE IF NOT EXISTS unseen")
    time.sleep(0.5)
    assert not instance.holds("unseen")
    return line


def same_as_undisturbed(workshop, source, instance):
    """An instance that nothing happened to writes the same files."""
    undisturbed = workshop.instance(source, log=_LOG)
    token = instance.catch_up(source)
    undisturbed.wait_for_mark(token)
    assert_same_files(instance, undisturbed)


# -- it goes away and comes back ---------------------------------------------------------------------------------------


@each_kind
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_source_restarted(workshop, kind, how):
    pair = Pair(kind)
    source = workshop.server(kind, {"collation_server": pair.collation})
    instance = workshop.instance(source, log=_LOG)
    for round_number in range(3):
        load = Load(source, pair, seed=round_number, prefix=f"r{round_number}", without=("large", "xa"))
        time.sleep(0.7)
        load.stop()
        source.stop() if how == "stop" else source.kill()
        time.sleep(0.5)
        source.start()
        instance.catch_up(source)
    same_as_undisturbed(workshop, source, instance)


def test_source_not_there_at_first(workshop):
    source = workshop.server("mariadb")
    source.stop()
    instance = workshop.instance(source, start=False).launch()
    instance.wait_log(str(source.port))
    source.start()
    instance.wait_ready()
    instance.catch_up(source)


def test_silent_source_is_noticed(workshop):
    """A connection that stays open and says nothing, not even a heartbeat, is given up and made anew."""
    source = workshop.server("mariadb")
    gate = workshop.gate(source.port)
    instance = workshop.instance(f"127.0.0.1:{gate.port}", kind="mariadb", source={"heartbeat_seconds": 1})
    instance.catch_up(source)
    gate.delay = 3600  # what comes from the source now gets stuck; connections made later as well
    token = mark(source)
    time.sleep(1)
    gate.delay = 0
    before = gate.connections
    wait_until(lambda: gate.connections > before, 40, "a new connection to the source")
    instance.wait_for_mark(token)


def test_corrupt_bytes_from_the_source_are_not_stored(workshop):
    """One byte changed on the way: the checksum tells, the event is fetched again."""
    source = workshop.server("mariadb")
    gate = workshop.gate(source.port)
    instance = workshop.instance(f"127.0.0.1:{gate.port}", kind="mariadb", log=_LOG)
    instance.catch_up(source)
    for number in range(5):
        source.sql(f"CREATE DATABASE c{number}", f"CREATE TABLE c{number}.t (a longblob)")
        instance.catch_up(source)
        gate.fault_from_now("corrupt", 60_000 + number * 7919)  # in the body of the next event
        source.sql(f"INSERT INTO c{number}.t VALUES (REPEAT('x', 200000))")
        instance.catch_up(source)
        assert not gate.faults
    same_as_undisturbed(workshop, source, instance)


def test_slow_source(workshop):
    source = workshop.server("mariadb")
    gate = workshop.gate(source.port, rate=300_000, delay=0.01)
    instance = workshop.instance(f"127.0.0.1:{gate.port}", kind="mariadb")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a longblob)", "INSERT INTO d.t VALUES (REPEAT('x', 1500000))")
    instance.catch_up(source)


@each_kind
def test_source_rotates_and_purges_behind_us(workshop, kind):
    source = workshop.server(kind)
    instance = workshop.instance(source)
    for _ in range(5):
        source.sql("CREATE DATABASE IF NOT EXISTS d", "FLUSH LOGS")
        instance.catch_up(source)
        source.sql(f"PURGE BINARY LOGS TO '{source.binlogs()[-1]}'")
        instance.restart()
    instance.catch_up(source)


def test_an_idle_source_read_by_position_rotates_and_purges(workshop):
    """Nothing was lost, so nothing may be missed at a restart: not even after a kill."""
    source = workshop.server("mysql56", gtid=False)
    instance = workshop.instance(source)
    source.sql("CREATE DATABASE d")
    instance.catch_up(source)
    for end in (instance.kill, instance.stop):
        source.sql("FLUSH LOGS", "FLUSH LOGS")
        time.sleep(1.5)
        purge(source, source.binlogs()[-1])
        end()
        instance.start()
        instance.catch_up(source)


# -- what a person has to decide ---------------------------------------------------------------------------------------


def purge(source, kept):
    """MariaDB keeps a file until its engines say, a little later, that they need it no more."""

    def purged():
        source.sql(f"PURGE BINARY LOGS TO '{kept}'")
        return source.binlogs()[0] == kept

    wait_until(purged, 30, f"{kept} is the oldest binlog file", every=0.2)


@each_kind
def test_start_point_purged(workshop, kind):
    source = workshop.server(kind)
    first = source.position()
    for _ in range(3):
        source.sql("CREATE DATABASE IF NOT EXISTS d", "FLUSH LOGS")
    kept = source.binlogs()[-1]
    purge(source, kept)
    line = refused(workshop, source, kept, final=True, source={"start": f"file:{first[0]}:{first[1]}"})
    assert kept in line, "it names what the source still has"
    if kind == "mysql97":
        uuid = source.value("SELECT @@server_uuid")
        refused(workshop, source, "purged", final=True, source={"start": f"gtid:{uuid}:1"})


@each_kind
def test_purged_while_we_were_away(workshop, kind):
    source = workshop.server(kind)
    instance = workshop.instance(source)
    instance.catch_up(source)
    instance.stop()
    for number in range(3):
        source.sql(f"CREATE DATABASE missed{number}", "FLUSH LOGS")
    kept = source.binlogs()[-1]
    purge(source, kept)
    instance.launch()
    final_error(instance, kept)
    source.sql("CREATE DATABASE later")
    time.sleep(0.5)
    assert not instance.holds("missed") and not instance.holds("later"), "no gap is stored"
    instance.wait_ready()  # what there is goes on being served
    assert instance.rows("SHOW BINARY LOGS")


@each_kind
@pytest.mark.parametrize(
    "options, words",
    [
        ({"binlog_format": "STATEMENT"}, ("binlog_format", "ROW")),
        ({"binlog_format": "MIXED"}, ("binlog_format", "ROW")),
        ({"binlog_row_image": "MINIMAL"}, ("binlog_row_image", "FULL")),
        (
            {
                "log_bin": None,
                "skip_log_bin": "",
                "log_slave_updates": None,
                "gtid_mode": None,
                "enforce_gtid_consistency": None,
            },
            ("log_bin",),
        ),
    ],
    ids=["statement", "mixed", "minimal", "no-log"],
)
def test_setting_that_cannot_be(workshop, kind, options, words):
    if kind == "mysql97" and "log_bin" in words:
        options = {"log_bin": None, "skip_log_bin": ""}
    source = workshop.server(kind, options)
    refused(workshop, source, *words)


@each_kind
@pytest.mark.parametrize("grants, word", [("SELECT", "REPLICATION SLAVE")])
def test_missing_privilege(workshop, kind, grants, word):
    source = workshop.server(kind)
    source.account("poor", "poor one", grants)
    line = refused(workshop, source, "GRANT", source={"user": "poor", "password": "poor one"})
    assert word in line or "REPLICATION REPLICA" in line


@each_kind
def test_wrong_password(workshop, kind):
    source = workshop.server(kind)
    instance = workshop.instance(source, start=False, source={"password": "not it"}).launch()
    line = instance.wait_log("access denied")
    assert CAPTURE_USER in line and "not it" not in instance.log_text()


@each_kind
def test_server_id_clash(workshop, kind):
    """Ours as a replica must not be the source's own."""
    source = workshop.server(kind)
    refused(workshop, source, "server_id", source={"server_id": source.server_id})


def test_wrong_kind_of_source(workshop):
    """Told at once, not at the first event that makes no sense."""
    source = workshop.server("mariadb")
    refused(workshop, source, "mariadb", source={"kind": "mysql"})


def test_another_database_behind_the_address(workshop):
    """The log cannot be continued from a server that never had these transactions."""
    source = workshop.server("mysql97")
    instance = workshop.instance(source)
    source.sql("CREATE DATABASE ours")
    instance.catch_up(source)
    instance.stop()
    stranger = workshop.server("mysql97")
    stranger.sql("CREATE DATABASE theirs", "CREATE DATABASE theirs2")
    instance.sections["source"]["addresses"] = [f"127.0.0.1:{stranger.port}"]
    instance.launch()
    time.sleep(3)
    assert not instance.holds("theirs")
    assert "error" in instance.log_text().lower() or "warning" in instance.log_text().lower()


# -- TLS to the source -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", ["off", "preferred", "required", "verify-ca"])
def test_tls_modes(workshop, tls):
    """MySQL 9.7 offers TLS; its account needs the RSA key where there is none."""
    source = workshop.server("mysql97")
    extra = {"tls_ca": source.data + "/ca.pem"} if tls == "verify-ca" else {}
    instance = workshop.instance(source, source={"tls": tls, **extra})
    instance.catch_up(source)
    encrypted = source.sql("SHOW GLOBAL STATUS LIKE 'Ssl_finished_accepts'")
    assert (int(encrypted[0][1]) > 0) == (tls != "off")


def test_tls_required_of_a_source_without(workshop):
    source = workshop.server("mariadb")
    instance = workshop.instance(source, start=False, source={"tls": "required"}).launch()
    instance.wait_log("TLS")
    assert not instance.holds("CREATE")


def test_certificate_of_another_authority(workshop):
    source = workshop.server("mysql97")
    other = os.path.join(workshop.folder, "other-ca.pem")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other", "-keyout", other + ".key"]
    subprocess.run(made + ["-out", other], check=True, capture_output=True, timeout=60)
    instance = workshop.instance(source, start=False, source={"tls": "verify-ca", "tls_ca": other}).launch()
    instance.wait_log("certificate")
    assert not instance.holds("CREATE")


# -- a replica set -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", ["mysql97", "mysql97-compressed"])
def test_goes_on_at_the_next_address_by_gtid(workshop, variant):
    what = variants.VARIANTS[variant]
    first = workshop.server(what.kind, what.options)
    second = workshop.server(what.kind, {**what.options, **clients.replica_options("mysql97")})
    replica = clients.MySQLReplica(second).follow(first)
    instance = workshop.instance([first, second], log=_LOG)
    load = Load(first, Pair(what.kind), seed=2, without=("xa",))
    time.sleep(2)
    load.stop()
    replica.wait_for(mark(first))
    instance.catch_up(first)
    first.kill()
    second.sql("STOP REPLICA")
    load = Load(second, Pair(what.kind), seed=3, prefix="second", without=("xa",))
    time.sleep(1)
    load.stop()
    instance.catch_up(second, seconds=60)
    executed, ours = second.gtid(), instance.gtid()
    assert second.value(f"SELECT GTID_SUBSET('{executed}', '{ours}') AND GTID_SUBSET('{ours}', '{executed}')") == 1
