#!/usr/bin/python3
"""demo.py [--once]: a tiny shop on a private MariaDB, a Binlog server, and mariadb-binlog reading it.

The Binlog server keeps its state in an SQLite file; the shop becomes a tenant by CREATE BINLOG, and the client logs in
for that tenant at the server's port. On the left stands what the shop committed in its database, on the right what the
client decoded from the binlog that Sluice served, as it arrived. --once makes a few orders, checks that they came, and
ends; otherwise Ctrl-C does. All of it lies in one temporary folder and is gone afterwards, processes and all.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "e2e"))
sys.dont_write_bytecode = True

from clients import mariadb_binlog_command  # noqa: E402
from instance import PASSWORD, USER  # noqa: E402
from processes import MARK, SESSION, ProgramFailed  # noqa: E402
from servers import MariaDB  # noqa: E402
from sluiced import ADMIN, ADMIN_PASSWORD, Sluiced  # noqa: E402
from tenants import Tenant  # noqa: E402

ORDERS_ONCE = 12
RECEIVE_SECONDS = 20
LEFT = 58

SHOP = """
CREATE DATABASE shop
CREATE TABLE shop.items (id int primary key, name varchar(30), stock int)
CREATE TABLE shop.orders (id int primary key, customer varchar(30), item int, pieces int)
INSERT INTO shop.items VALUES (1, 'lamp', 900), (2, 'teapot', 900), (3, 'umbrella', 900), (4, 'atlas', 900)
"""
ITEMS = {1: "lamp", 2: "teapot", 3: "umbrella", 4: "atlas"}
CUSTOMERS = ["Ada", "Béla", "Chidi", "Dörte", "Emi", "Farah", "Gustav"]


class Printer:
    """Two columns, one line at a time, from two threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.colour = sys.stdout.isatty()

    def say(self, text=""):
        with self.lock:
            print(text, flush=True)

    def committed(self, text):
        self.say(f"committed  {text}")

    def received(self, text):
        mark = f"received  {text}"
        self.say(" " * LEFT + (f"\033[36m{mark}\033[0m" if self.colour else mark))


class Rows(threading.Thread):
    """Turns the rows that mariadb-binlog -v prints into lines: INSERT shop.orders (1, 'Ada', 3, 2)."""

    def __init__(self, stream, printer):
        super().__init__(daemon=True)
        self.stream = stream
        self.printer = printer
        self.orders = set()  # numbers of the orders whose INSERT arrived
        self.count = 0

    def run(self):
        verb = table = part = ""
        before, after = [], []
        for line in self.stream:
            start = re.match(r"### (INSERT INTO|UPDATE|DELETE FROM) (.*)", line)
            value = re.match(r"###   @\d+=(.*)", line)
            if verb and (start or not line.startswith("###")):
                self._row(verb, table, before, after)
                verb = ""
            if start:
                verb, table, part = start[1].split()[0], start[2].replace("`", ""), ""
                before, after = [], []
            elif line.startswith(("### SET", "### WHERE")):
                part = line[4:].strip()
            elif value:
                (before if part == "WHERE" else after).append(value[1])

    def _row(self, verb, table, before, after):
        self.count += 1
        values = (
            f"({', '.join(before)}) -> ({', '.join(after)})" if verb == "UPDATE" else f"({', '.join(after or before)})"
        )
        self.printer.received(f"{verb} {table} {values}")
        if verb == "INSERT" and table == "shop.orders":
            self.orders.add(int(after[0]))


class Demo:
    def __init__(self, once):
        self.once = once
        self.printer = Printer()
        self.folder = tempfile.mkdtemp(prefix="sluice-demo-")
        self.ended = []  # what ends each thing that was started, in order

    def run(self):
        say = self.printer.say
        say("A private MariaDB, the business database ...")
        database = MariaDB(os.path.join(self.folder, "mariadb"))
        self.ended.append(lambda: database.process and database.process.kill())
        database.start()
        database.sql(*SHOP.strip().splitlines())

        say("sluiced, a Binlog server with an SQLite file as its MetaDB ...")
        server = Sluiced(os.path.join(self.folder, "sluice"))
        self.ended.append(server.close)
        server.start()
        server.prepare()

        tenant = Tenant("demo", "shop", database)
        say(f"  {tenant.create().replace(tenant.password, '******')}")
        server.create(tenant)

        say("mariadb-binlog, a client of MySQL that knows nothing of Sluice ...")
        client = self._client(server.source(tenant))
        rows = Rows(client.stdout, self.printer)
        rows.start()
        self._explain(database, server, tenant)
        return self._shop(database, client, rows)

    def _client(self, source):
        command = mariadb_binlog_command(
            source, "--stop-never", "-v", "--base64-output=decode-rows", "mysql-bin.000001"
        )
        errors = os.path.join(self.folder, "client.errors")
        with open(errors, "wb") as file:
            client = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=file,
                encoding="utf-8",
                errors="replace",
                env={**os.environ, MARK: SESSION},
            )
        client.errors = errors
        self.ended.append(client.kill)
        return client

    def _explain(self, database, server, tenant):
        say = self.printer.say
        here = f"--host=127.0.0.1 --port={server.port}"
        subscriber = f"{here} --user='{tenant.login(USER)}' --password='{PASSWORD}'"
        say()
        say("Look for yourself, from another terminal:")
        say(f"  the database   mariadb --socket={database.socket} shop")
        say(f"  the cluster    SLUICE_PASSWORD='{ADMIN_PASSWORD}' \\")
        say(f"                   build/release/src/sluicectl {here} --user={ADMIN} status")
        say(f"  the same, SQL  mariadb {here} --user={ADMIN} --password='{ADMIN_PASSWORD}' \\")
        say("                   -e 'SHOW NODES; SHOW BINLOG INSTANCES; SHOW BINLOG HISTORY'")
        say(f"  the tenant     mariadb {subscriber} -e 'SHOW MASTER STATUS'")
        say(f"  its log        mariadb-binlog -v --read-from-remote-server {here} \\")
        say(f"                   --user='{tenant.login(USER)}' --password='{PASSWORD}' mysql-bin.000001")
        say(f"  its files      {server.directory}/instances/*/data/binlog")
        say("" if self.once else "Ctrl-C ends it.\n")

    def _shop(self, database, client, rows):
        """Makes orders, for ever or for a while; then waits for the last. True if all arrived."""
        chance = random.Random(2026)
        number = 0
        with database.connect(autocommit=False) as connection, connection.cursor() as cursor:
            while not self.once or number < ORDERS_ONCE:
                number += 1
                customer, item, pieces = chance.choice(CUSTOMERS), chance.choice(list(ITEMS)), chance.randint(1, 3)
                cursor.execute("INSERT INTO shop.orders VALUES (%s, %s, %s, %s)", (number, customer, item, pieces))
                cursor.execute("UPDATE shop.items SET stock = stock - %s WHERE id = %s", (pieces, item))
                connection.commit()
                self.printer.committed(f"order {number}: {customer} buys {pieces} x {ITEMS[item]}")
                if client.poll() is not None:
                    break
                time.sleep(0.05 if self.once else chance.uniform(0.2, 0.6))
        deadline = time.monotonic() + RECEIVE_SECONDS
        while len(rows.orders) < number and client.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if rows.orders == set(range(1, number + 1)):
            self.printer.say(f"\nAll {number} orders came out of the binlog client, {rows.count} rows in all.")
            return True
        with open(client.errors, encoding="utf-8", errors="replace") as errors:
            self.printer.say(
                f"\nOnly {len(rows.orders)} of {number} orders arrived within {RECEIVE_SECONDS} s. "
                f"The client said: {errors.read() or 'nothing'}"
            )
        return False

    def close(self):
        for end in reversed(self.ended):
            end()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--once", action="store_true", help="make a few orders, check that they came, end")
    arguments = parser.parse_args()

    def interrupted(_signal, _frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    demo = Demo(arguments.once)
    try:
        return 0 if demo.run() else 1
    except KeyboardInterrupt:
        demo.printer.say("\nEnded.")
        return 0
    except ProgramFailed as failed:
        print(f"The demo failed: {failed}", file=sys.stderr)
        return 1
    finally:
        demo.close()


if __name__ == "__main__":
    sys.exit(main())
