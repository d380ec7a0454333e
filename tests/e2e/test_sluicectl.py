"""sluicectl: how it logs in, what it sends, how it shows answers, what it ends with.

What concerns the client alone is tested at a MariaDB, which answers the same protocol and notes in its general log what
it was sent. What needs a Binlog server is skipped until there is a sluiced.
"""

import json
import os
import signal
import subprocess

import pytest

from instance import account_lines
from processes import Process, free_port, wait_until
from scripted_server import ScriptedServer
from servers import CAPTURE_PASSWORD, CAPTURE_USER
from sluicectl import PROGRAM, Sluicectl

PASSWORD = "ctl's \\ pass\"word"
SLUICED = os.path.join(os.path.dirname(PROGRAM), "sluiced")


@pytest.fixture(scope="module")
def server(module_workshop):
    made = module_workshop.server("mariadb")
    made.sql(
        "CREATE USER 'admin'@'%' IDENTIFIED BY 'ctl''s \\\\ pass\"word'",
        "GRANT ALL ON *.* TO 'admin'@'%' WITH GRANT OPTION",
        "SET GLOBAL log_output = 'TABLE'",
        "SET GLOBAL general_log = 1",
    )
    return made


@pytest.fixture
def ctl(server, workshop):
    return Sluicectl(server.port, "admin", PASSWORD, workshop.place("home"))


def sent(server):
    """What clients have sent since the last call, the client's own questions and ours left out."""
    rows = server.sql(
        "SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log "
        "WHERE command_type = 'Query' AND user_host LIKE 'admin%'"
    )
    server.sql("TRUNCATE mysql.general_log")
    return [row[0] for row in rows]


# -- answers -----------------------------------------------------------------------------------------------------------


def test_a_table_is_aligned_and_shows_what_cannot_be_seen(ctl):
    text = ctl.done("sql", "SELECT 7 AS number, '订单' AS name, NULL AS none UNION SELECT 12345, 'a\\nb', ''")
    assert text.splitlines() == ["number  name  none", "     7  订单  -", " 12345  a\\nb"]


def test_json_has_numbers_nulls_and_any_bytes(ctl):
    rows = ctl.json("sql", "SELECT 18446744073709551615 AS n, 1.50 AS d, '7' AS t, NULL AS x, X'61ff' AS b, '订' AS c")
    assert rows == [{"n": 18446744073709551615, "d": 1.5, "t": "7", "x": None, "b": "a\ufffd", "c": "订"}]
    assert ctl.json("sql", "SELECT 1 FROM mysql.user WHERE 0") == []
    assert ctl.json("sql", "DO 1") == []


def test_vertically_and_in_full(ctl):
    statement = "SELECT 1 AS id, REPEAT('x', 100) AS text"
    assert ctl.done("--vertical", "sql", statement) == "*** 1 of 1 ***\n  id: 1\ntext: " + "x" * 100 + "\n"
    assert ctl.done("sql", statement).splitlines()[1] == " 1  " + "x" * 47 + "…"
    assert ctl.done("--full", "sql", statement).splitlines()[1] == " 1  " + "x" * 100


def test_a_statement_without_rows_is_ok_and_its_warnings_are_told(ctl):
    ended = ctl.run("sql", "DROP DATABASE IF EXISTS there_is_none")
    assert (ended.returncode, ended.stdout) == (0, "OK\n")
    assert "Note 1008: Can't drop database 'there_is_none'" in ended.stderr


# -- what it ends with -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [[], ["--json"], ["--vertical"]])
def test_a_refusal_is_1_with_number_state_and_text(ctl, form):
    ended = ctl.run(*form, "sql", "SELECT * FROM mysql.no_such_table")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "error 1146 (42S02): Table 'mysql.no_such_table' doesn't exist" in ended.stderr
    assert "127.0.0.1" in ended.stderr


def test_a_wrong_command_line_is_2(ctl):
    for arguments in [[], ["nonsense"], ["create", "no-tenant", "--url", "mysql://h"], ["set", "a=1"], ["kill", "-1"]]:
        ended = ctl.run(*arguments)
        assert (ended.returncode, ended.stdout) == (2, ""), arguments
        assert ended.stderr


def test_a_server_that_cannot_be_reached_is_3(ctl):
    ended = ctl.run("nodes", at=["--port", str(free_port())])
    assert ended.returncode == 3 and "Connection refused" in ended.stderr


def test_an_answer_that_takes_too_long_is_3(ctl):
    ended = ctl.run("--timeout", "1", "sql", "SELECT SLEEP(20)")
    assert ended.returncode == 3 and "--timeout" in ended.stderr


def test_a_connection_that_is_lost_is_3(ctl, server, workshop):
    gate = workshop.gate(server.port)
    command = subprocess.Popen(
        [PROGRAM, "--port", str(gate.port), "--user", "admin", "sql", "SELECT SLEEP(30)"],
        env=ctl.environment(PASSWORD),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        waiting = "SELECT COUNT(*) FROM information_schema.processlist WHERE info = 'SELECT SLEEP(30)'"
        wait_until(lambda: server.value(waiting), 20, "the statement never ran")
        gate.cut()
        assert command.wait(20) == 3
        assert "may have been carried out or not" in command.stderr.read()
    finally:
        command.kill()
        command.wait()


def test_output_that_cannot_be_written_is_no_success(ctl):
    with open("/dev/full", "w", encoding="utf-8") as full:
        ended = subprocess.run(
            [PROGRAM, *ctl.arguments, "sql", "SELECT 1"],
            env=ctl.environment(PASSWORD),
            stdout=full,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1


# -- who logs in -------------------------------------------------------------------------------------------------------


def test_a_refused_log_in_is_1_and_shows_no_password(ctl):
    ended = ctl.run("nodes", password="wrong s3cret")
    assert ended.returncode == 1 and "1045" in ended.stderr and "s3cret" not in ended.stderr


def test_the_password_comes_from_a_file_first(ctl, workshop):
    file = workshop.place("password")
    with open(file, "w", encoding="utf-8") as content:
        content.write(PASSWORD + "\n")
    assert ctl.done("--password-file", file, "sql", "DO 1", password="wrong") == "OK\n"
    assert ctl.run("--password-file", file + ".none", "sql", "DO 1").returncode == 2


def test_a_password_file_may_be_a_pipe(ctl):
    reader, writer = os.pipe()
    os.write(writer, PASSWORD.encode())
    os.close(writer)
    try:
        ended = subprocess.run(
            [PROGRAM, *ctl.arguments, "--password-file", f"/dev/fd/{reader}", "sql", "DO 1"],
            env=ctl.environment(None),
            pass_fds=[reader],
            timeout=60,
            check=False,
        )
        assert ended.returncode == 0
    finally:
        os.close(reader)


def test_the_defaults_of_the_home_directory(ctl, server):
    with open(os.path.join(ctl.home, "secret"), "w", encoding="utf-8") as file:
        file.write(PASSWORD)
    with open(os.path.join(ctl.home, ".sluicectl.toml"), "w", encoding="utf-8") as file:
        file.write(f'host = "localhost"\nport = {server.port}\nuser = "admin"\npassword_file = "secret"\n')
    assert ctl.done("sql", "DO 1", at=[], password=None) == "OK\n"
    assert ctl.run("sql", "DO 1", at=["--port", str(free_port())], password=None).returncode == 3


def test_the_password_is_asked_for_without_echo(ctl):
    code, shown = ctl.at_terminal("sql", "SELECT 6 * 7 AS answer", typed=[("Password of admin", PASSWORD + "\n")])
    assert code == 0 and "42" in shown and PASSWORD not in shown


def test_who_is_asked_may_leave(ctl):
    code, shown = ctl.at_terminal("sql", "DO 1", typed=[("Password of admin", "half\x03")])
    assert code == -signal.SIGINT and "half" not in shown


def test_without_terminal_and_password_nothing_is_asked(ctl):
    ended = ctl.run("nodes", password=None)
    assert ended.returncode == 2 and "SLUICE_PASSWORD" in ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--password", "s3cret", "nodes"],
        ["nodes", "-ps3cret"],
        ["--password=s3cret", "nodes"],
        ["password", "admin", "s3cret"],
        ["create-user", "u", "--new-password=s3cret"],
        ["create", "a.b", "--url", "mysql://h", "--account-password", "s3cret"],
    ],
)
def test_a_password_on_the_command_line_is_refused_and_not_shown(ctl, arguments):
    ended = ctl.run(*arguments)
    assert ended.returncode == 2 and "s3cret" not in ended.stdout + ended.stderr


# -- what is sent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, statement",
    [
        (["nodes"], "SHOW NODES"),
        (["nodes", "--zone", "z'1"], "SHOW NODES FROM ZONE 'z''1'"),
        (["instances"], "SHOW BINLOG INSTANCES"),
        (["instances", "a", "b`c", "--limit", "2"], "SHOW BINLOG INSTANCES `a`, `b``c` LIMIT 2"),
        (["instances", "--tenant", "c.t", "--history"], "SHOW HISTORY BINLOG INSTANCES FOR `c`.`t`"),
        (["history", "--tenant", "`a.b`.c.d", "--limit", "5"], "SHOW BINLOG HISTORY FOR TENANT `a.b`.`c.d` LIMIT 5"),
        (["parameters"], "SHOW PARAMETERS FOR CLUSTER"),
        (["parameters", "--like", "throttle%", "--instance", "i"], "SHOW PARAMETERS LIKE 'throttle%' FOR INSTANCE `i`"),
        (["set", "a=1", "b=x=y", "c=", "d=DEFAULT", "--cluster"],
         "ALTER BINLOG CLUSTER SET `a` = '1', `b` = 'x=y', `c` = '', `d` = DEFAULT"),
        (["set", "a=[1,2]", "--tenant", "c.t"], "ALTER BINLOG `c`.`t` SET `a` = '[1,2]'"),
        (["create", "c.t", "--url", "mysql://h:1,g:2", "--from", "gtid:0-1-2", "--replicas", "2", "--option", "zone=z",
          "--option", "x=[a,b]", "--if-not-exists"],
         "CREATE BINLOG IF NOT EXISTS FOR TENANT `c`.`t` FROM GTID '0-1-2' WITH CLUSTER URL 'mysql://h:1,g:2', "
         "REPLICATE NUM 2, `zone` = 'z', `x` = '[a,b]'"),
        (["drop", "c.t", "--defer", "60", "--if-exists"], "DROP BINLOG IF EXISTS FOR TENANT `c`.`t` DEFER 60"),
        (["start", "i"], "START BINLOG INSTANCE `i`"),
        (["stop", "i"], "STOP BINLOG INSTANCE `i`"),
        (["create-instance", "i", "--tenant", "c.t", "--option", "ip=1.2.3.4"],
         "CREATE BINLOG INSTANCE `i` FOR `c`.`t` `ip` = '1.2.3.4'"),
        (["drop-instance", "i", "--force", "--now"], "DROP BINLOG INSTANCE `i` FORCE NOW"),
        (["switch", "i", "--tenant", "c.t", "--full"], "SWITCH MASTER INSTANCE TO `i` FOR TENANT `c`.`t` FULL"),
        (["rebalance", "--dry-run"], "REBALANCE BINLOG DRY RUN"),
        (["processes", "i"], "SHOW PROCESSLIST FOR INSTANCE `i`"),
        (["dumps", "i", "--full"], "SHOW FULL BINLOG DUMPLIST FOR INSTANCE `i`"),
        (["kill", "7", "--instance", "i", "--query"], "KILL QUERY 7 FOR INSTANCE `i`"),
        (["purge", "--instance", "i", "--to", "mysql-bin.000002"],
         "PURGE BINARY LOGS TO 'mysql-bin.000002' FOR INSTANCE `i`"),
        (["purge", "--instance", "i", "--before", "2026-11-22 10:00:00"],
         "PURGE BINARY LOGS BEFORE '2026-11-22 10:00:00' FOR INSTANCE `i`"),
        (["users"], "SHOW USERS"),
        (["drop-user", "a", "b'"], "DROP USER 'a', 'b'''"),
        (["sql", "SELECT  1 /* as it is */"], "SELECT  1 /* as it is */"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_is_one_statement(ctl, server, arguments, statement):
    sent(server)
    ended = ctl.run(*arguments)
    assert ended.returncode in (0, 1), ended.stderr  # a MariaDB refuses most of them
    assert sent(server) == [statement]


def test_passwords_of_accounts_are_asked_for_twice(ctl, server):
    typed = [("Password of admin", PASSWORD + "\n"), ("New password of sub", "a 'b\n"), ("again", "a 'b\n")]
    code, shown = ctl.at_terminal("create-user", "sub", typed=typed)
    assert code == 0 and "OK" in shown and "'b" not in shown
    assert ctl.done("sql", "DO 1", at=["--port", str(server.port), "--user", "sub"], password="a 'b") == "OK\n"
    code, shown = ctl.at_terminal("password", "sub", typed=[*typed[:2], ("again", "another\n")])
    assert code == 2 and "not the same" in shown
    assert ctl.done("drop-user", "sub") == "OK\n"


# -- a whole cluster ---------------------------------------------------------------------------------------------------

NODE = {"id": "n1", "ip": "10.0.0.1", "port": 2983, "zone": "z", "region": "r", "group": "", "state": "ONLINE"}
RUNNING = {"name": "i1", "ob_cluster": "c", "ob_tenant": "t", "ip": "10.0.0.1", "port": 8100, "state": "Running"}
PRIMARY = {"cluster": "c", "tenant": "t", "ip": "10.0.0.1", "port": 8100, "status": "OK", "cause": None}
NO_PRIMARY = (1236, "tenant has no master service instance")
WHERE = "SHOW BINLOG SERVER FOR TENANT `c`.`t`"
CREATE = "CREATE BINLOG FOR TENANT `c`.`t` WITH CLUSTER URL 'mysql://h'"


@pytest.fixture
def scripted(workshop):
    """(answers to change, a command line for the server that gives them)"""
    answers = {"SHOW NODES": [NODE], "SHOW BINLOG INSTANCES": [RUNNING], WHERE: [PRIMARY]}
    made = workshop.keep(ScriptedServer(answers))
    return answers, Sluicectl(made.port, "admin", PASSWORD, workshop.place("home"))


def test_status_of_a_cluster_that_is_well(scripted):
    status = scripted[1].json("status")
    assert (status["well"], status["troubles"], status["not_running"]) == (True, [], [])
    assert status["nodes"] == [NODE]
    assert status["tenants"] == scripted[1].json("tenants")
    assert status["tenants"][0]["primary"] == "i1" and status["tenants"][0]["running"] == 1


def test_status_of_a_cluster_that_is_not_well_is_1(scripted):
    scripted[0]["SHOW NODES"] = [NODE, {**NODE, "id": "n2", "ip": "10.0.0.2", "state": "OFFLINE"}]
    scripted[0]["SHOW BINLOG INSTANCES"] = [{**RUNNING, "state": "Failed"}]
    scripted[0][WHERE] = NO_PRIMARY
    ended = scripted[1].run("status")
    assert ended.returncode == 1 and "Instances not running" in ended.stdout
    assert ended.stdout.endswith(
        "Not well:\n  server 10.0.0.2:2983 is OFFLINE\n  instance i1 of c.t is in state Failed\n"
        "  tenant c.t has no primary: tenant has no master service instance\n"
    )
    ended = scripted[1].run("--json", "status")
    assert ended.returncode == 1 and len(json.loads(ended.stdout)["troubles"]) == 3


def test_status_of_what_is_no_binlog_server(ctl):
    ended = ctl.run("status")
    assert ended.returncode == 1 and "1064" in ended.stderr


def test_create_waits_until_the_primary_runs(scripted):
    create = ["create", "c.t", "--url", "mysql://h", "--wait"]
    scripted[0][CREATE] = None
    soon = iter([NO_PRIMARY, NO_PRIMARY, [{**PRIMARY, "status": "STARTING", "cause": "not yet"}]])
    scripted[0][WHERE] = lambda: next(soon, [PRIMARY])
    idle = {**RUNNING, "role": "primary", "convert_running": "0", "reason": None}
    begins = iter([[idle], [{**idle, "convert_running": "1"}]])
    scripted[0]["SHOW BINLOG INSTANCES FOR `c`.`t`"] = lambda: next(begins)
    assert scripted[1].done(*create, "30") == "OK\n"
    assert next(soon, None) is None and next(begins, None) is None
    scripted[0]["SHOW BINLOG INSTANCES FOR `c`.`t`"] = [{**idle, "reason": "Access denied"}]
    ended = scripted[1].run(*create, "1")
    assert ended.returncode == 1 and "captures nothing after 1 s: Access denied" in ended.stderr
    scripted[0][WHERE] = NO_PRIMARY
    ended = scripted[1].run(*create, "1")
    assert ended.returncode == 1
    assert "after 1 s: tenant has no master service instance" in ended.stderr
    assert "sluicectl instances --tenant c.t" in ended.stderr


def test_create_that_is_refused_does_not_wait(scripted):
    scripted[0][CREATE] = (1236, "no room \x1b[2J left")
    ended = scripted[1].run("create", "c.t", "--url", "mysql://h", "--wait", "60", seconds=20)
    assert ended.returncode == 1
    assert "error 1236 (HY000): no room" in ended.stderr and "\x1b" not in ended.stderr


def test_the_password_of_the_source_is_sent_and_not_shown(scripted, workshop):
    file = workshop.place("password")
    with open(file, "w", encoding="utf-8") as content:
        content.write("s3cret'\n")
    create = ["create", "c.t", "--url", "mysql://h", "--account", "u", "--account-password-file", file]
    ended = scripted[1].run(*create)
    assert ended.returncode == 1 and "s3cret" not in ended.stdout + ended.stderr
    account = "TENANT `c`.`t` TO USER 'u' PASSWORD 's3cret''' WITH"
    scripted[0][CREATE.replace("TENANT `c`.`t` WITH", account)] = None
    assert scripted[1].done(*create) == "OK\n"


# -- at a Binlog server ------------------------------------------------------------------------------------------------


class BinlogServer:
    """A sluiced with an SQLite MetaDB, a cluster by itself, and a command line for it."""

    def __init__(self, folder):
        self.directory = os.path.join(folder, "data")
        self.log = os.path.join(folder, "sluiced.log")
        os.makedirs(self.directory)
        configuration = os.path.join(folder, "sluiced.toml")
        first_port = free_port()
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(
                f'[server]\ndirectory = "{self.directory}"\naddress = "127.0.0.1"\nlisten = "127.0.0.1"\nport = 0\n'
                f'[metadb]\nkind = "sqlite"\n'
                f"[instances]\nfirst_port = {first_port}\nlast_port = {first_port + 20}\n"
                f'[metrics]\nport = 0\n[administrator]\nname = "admin"\n{account_lines(PASSWORD)}\n'
            )
        self.process = Process([SLUICED, "--config", configuration], self.log)
        port_file = os.path.join(self.directory, "port")
        wait_until(lambda: os.path.exists(port_file) or not self.process.running, 60, "sluiced wrote no port")
        self.process.expect_running()
        with open(port_file, encoding="utf-8") as file:
            self.ctl = Sluicectl(int(file.read()), "admin", PASSWORD, os.path.join(folder, "home"))

    def stop(self):
        self.process.terminate()


@pytest.fixture
def cluster(workshop):
    if not os.path.exists(SLUICED):
        pytest.skip(f"SLUICECTL WAS NOT TESTED WITH A BINLOG SERVER: {SLUICED} is not there (./run build)")
    made = BinlogServer(workshop.place("sluiced"))
    workshop.keep(made)
    # What is free on the machine that runs the tests shall decide nothing.
    made.ctl.done("set", "enable_resource_check=OFF", "--cluster")
    yield made.ctl
    if made.process.running:
        for row in made.ctl.json("tenants"):
            made.ctl.run("drop", f"`{row['cluster']}`.`{row['tenant']}`", "--now")
        wait_until(lambda: made.ctl.json("instances") == [], 60, "the instances were not dropped")


@pytest.fixture
def created(cluster, workshop):
    """A cluster with a tenant that has points in its names, whose primary runs."""
    source = workshop.server("mariadb")
    file = workshop.place("password")
    with open(file, "w", encoding="utf-8") as content:
        content.write(CAPTURE_PASSWORD)
    cluster.done(
        *["create", "`a.b`.`c.d`", "--url", f"mariadb://127.0.0.1:{source.port}", "--wait", "60"],
        *["--account", CAPTURE_USER, "--account-password-file", file],
    )
    return cluster


def test_status_of_an_empty_cluster(cluster):
    status = json.loads(cluster.done("--json", "status"))
    assert status["well"] and status["tenants"] == [] and [node["state"] for node in status["nodes"]] == ["ONLINE"]
    assert "All is well." in cluster.done("status")
    assert len(cluster.json("nodes")) == 1 and cluster.json("nodes", "--zone", "nowhere") == []


def test_a_tenant_from_create_to_drop(created):
    (tenant,) = created.json("tenants")
    assert (tenant["cluster"], tenant["tenant"], tenant["running"]) == ("a.b", "c.d", 1)
    (instance,) = created.json("instances", "--tenant", "`a.b`.`c.d`")
    assert instance["name"] == tenant["primary"] and instance["state"] == "Running"
    assert [row["name"] for row in created.json("instances", instance["name"])] == [instance["name"]]
    assert created.json("history", "--tenant", "`a.b`.`c.d`")
    assert created.done("drop", "`a.b`.`c.d`", "--now") == "OK\n"
    wait_until(lambda: created.json("instances") == [], 60, "the instance was not dropped")
    assert created.json("instances", "--history")[0]["state"] == "Drop"


def test_what_a_person_stopped_is_listed_and_well(created):
    name = created.json("tenants")[0]["primary"]
    created.done("stop", name)
    wait_until(lambda: created.json("instances")[0]["state"] == "Stop", 30, "it was not stopped")
    ended = created.run("status")
    assert ended.returncode == 0 and name in ended.stdout and "Instances not running" in ended.stdout
    created.done("start", name)
    wait_until(lambda: created.json("instances")[0]["state"] == "Running", 30, "it was not started")


def test_parameters_of_an_instance(created):
    name = created.json("tenants")[0]["primary"]
    created.done("set", "throttle_dump_conn=7", "--instance", name)
    (row,) = created.json("parameters", "--like", "throttle_dump_conn", "--instance", name)
    assert "7" in [str(value) for value in row.values()]
    ended = created.run("set", "throttle_dump_conn=-1", "--instance", name)
    assert ended.returncode == 1 and "throttle_dump_conn" in ended.stderr


def test_accounts(created, workshop):
    file = workshop.place("new")
    with open(file, "w", encoding="utf-8") as content:
        content.write(PASSWORD)
    created.done("create-user", "sub'", "--new-password-file", file)
    assert any("sub'" in map(str, row.values()) for row in created.json("users"))
    assert created.run("create-user", "sub'", "--new-password-file", file).returncode == 1
    created.done("drop-user", "sub'")


def test_a_statement_that_the_server_refuses(cluster):
    ended = cluster.run("stop", "there_is_none")
    assert ended.returncode == 1 and "error 1236 (HY000)" in ended.stderr
    assert cluster.run("drop", "no.tenant", "--now").returncode == 1
    assert cluster.done("drop", "no.tenant", "--now", "--if-exists") == "OK\n"


def test_to_wait_in_vain_is_1_and_says_why(cluster, workshop):
    file = workshop.place("any")
    with open(file, "w", encoding="utf-8") as content:
        content.write("any")
    create = ["create", "a.b", "--url", f"mariadb://127.0.0.1:{free_port()}", "--wait", "1"]
    ended = cluster.run(*create, "--account", "any", "--account-password-file", file)
    assert ended.returncode == 1
    assert "sluicectl instances --tenant a.b" in ended.stderr
    wait_until(lambda: "captures nothing" in cluster.run("status").stdout, 30, "status tells that it captures nothing")
