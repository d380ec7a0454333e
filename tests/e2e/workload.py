"""A seeded workload: the same seed and pair give the same statements, so that any difference can be run again."""

import random as random_module

from column_types import COMPRESSED, types_for, quote
from workload_ddl import SchemaChanges
from workload_tables import name

# How often each kind of step comes, of 1000.
_STEPS = {
    "one_statement": 330,
    "transaction": 200,
    "rolled_back": 60,
    "savepoint": 90,
    "joined": 40,
    "myisam": 50,
    "mixed_engines": 20,
    "xa": 50,
    "temporary": 30,
    "large": 10,
    "cascade": 30,
    "schema": 90,
}


class Workload(SchemaChanges):
    """Runs on a server of the pair's source kind, with `prefix` before the names of its two databases."""

    def __init__(self, server, pair, seed, prefix="shop"):
        self.server = server
        self.pair = pair
        self.random = random_module.Random(f"{seed}/{pair}")
        self.types = types_for(pair)
        self.databases = [prefix, prefix + " größe 表"]
        self.tables = []
        self.serial = 0
        self.xa_serial = 0
        self.steps_done = []
        self.connection = self._open()
        self.other = self._open()  # for work between XA PREPARE and XA COMMIT

    def close(self):
        self.connection.close()
        self.other.close()

    def _open(self):
        connection = self.server.connect()
        with connection.cursor() as cursor:
            cursor.execute(f"SET NAMES utf8mb4 COLLATE {self.pair.collation}")
        return connection

    def run(self, *statements, connection=None):
        with (connection or self.connection).cursor() as cursor:
            for statement in statements:
                try:
                    cursor.execute(statement)
                except Exception as error:
                    raise AssertionError(f"the workload itself failed: {error}\n{statement[:600]}") from error

    # -- the beginning -------------------------------------------------------------------------------------------

    def prepare(self):
        """Databases, and tables that together have every column type there is, with a few rows each."""
        for database in self.databases:
            self.run(f"CREATE DATABASE {name(database)} CHARACTER SET utf8mb4 COLLATE {self.pair.collation}")
        kinds = list(self.types)
        self.random.shuffle(kinds)
        compressed = [kind for kind in kinds if kind.needs == COMPRESSED]
        for start in range(0, len(kinds), 12):
            # Whoever makes such a column plain has to find it among those of every other type.
            one_more = self.random.sample(compressed, 1) if compressed else []
            table = self.new_table(kinds[start : start + 12] + one_more)
            self.run(table.insert(self.random, 4))
            self.run(f"INSERT INTO {table.path} (id) VALUES (0)")  # all NULL
            self.run(table.update(self.random))
        self.new_table(self.pick_types(5), engine="MyISAM")
        self.new_table(self.pick_types(4), keyless=True)
        first = name(self.databases[0])
        self.run(
            f"CREATE TABLE {first}.parent (id int primary key, note varchar(20)) ENGINE=InnoDB",
            f"CREATE TABLE {first}.child (id int primary key, parent int, FOREIGN KEY (parent) REFERENCES "
            f"{first}.parent (id) ON DELETE CASCADE) ENGINE=InnoDB",
            f"CREATE TABLE {first}.audit (id int auto_increment primary key, what varchar(20)) ENGINE=InnoDB",
            f"CREATE TRIGGER {first}.parent_added AFTER INSERT ON {first}.parent FOR EACH ROW "
            f"INSERT INTO {first}.audit (what) VALUES (CONCAT('parent ', NEW.id))",
        )
        self.cascade_id = 1

    def steps(self, count, without=()):
        """`without`: kinds of steps that one statement takes the place of."""
        names, weights = zip(*_STEPS.items())
        for kind in self.random.choices(names, weights, k=count):
            if kind in without or (kind in ("xa", "mixed_engines") and not self.pair.allows(kind)):
                kind = "one_statement"
            self.steps_done.append(kind)
            getattr(self, "step_" + kind)()

    # -- steps ---------------------------------------------------------------------------------------------------

    def table(self, engine="InnoDB", keyed=False):
        fitting = [
            one for one in self.tables if one.engine == engine and one.settable() and not (keyed and one.keyless)
        ]
        return self.random.choice(fitting) if fitting else self.new_table(self.pick_types(4), engine=engine)

    def change(self, table):
        choice = self.random.random()
        if not table.ids or choice < 0.45:
            return table.insert(self.random, self.random.choice([1, 1, 2, 5, 30]))
        if choice < 0.75:
            return table.update(self.random)
        if choice < 0.9 or table.keyless:
            return table.delete(self.random)
        return table.replace(self.random)

    def step_one_statement(self):
        self.run(self.change(self.table()))

    def step_transaction(self):
        self.run("BEGIN", *[self.change(self.table()) for _ in range(self.random.randint(1, 8))], "COMMIT")

    def step_rolled_back(self):
        kept = [(table, list(table.ids)) for table in self.tables]
        self.run("BEGIN", *[self.change(self.table()) for _ in range(3)], "ROLLBACK")
        self._restore(kept)

    def step_savepoint(self):
        self.run("BEGIN", self.change(self.table()), "SAVEPOINT `first one`")
        kept = [(table, list(table.ids)) for table in self.tables]
        self.run(self.change(self.table()), "SAVEPOINT second", self.change(self.table()))
        if self.random.random() < 0.7:
            self.run("ROLLBACK TO SAVEPOINT `first one`")
            self._restore(kept)
        self.run(self.change(self.table()), "COMMIT")

    def _restore(self, kept):
        for table, ids in kept:
            table.ids = ids

    def step_joined(self):
        """One statement over two tables."""
        one, other = self.table(keyed=True), self.table(keyed=True)
        if one is other:
            return self.run(self.change(one))
        mine, theirs = self.random.choice(one.settable()), self.random.choice(other.settable())
        self.run(
            f"UPDATE {one.path} a JOIN {other.path} b ON a.id = b.id SET a.{name(mine.title)} = "
            f"{mine.kind.make(self.random)}, b.{name(theirs.title)} = {theirs.kind.make(self.random)} WHERE a.id < 20"
        )

    def step_myisam(self):
        self.run(self.change(self.table("MyISAM")))

    def step_mixed_engines(self):
        self.run(
            "BEGIN", self.change(self.table()), self.change(self.table("MyISAM")), self.change(self.table()), "COMMIT"
        )

    def step_xa(self):
        self.xa_serial += 1
        xid = f"'transaction {self.xa_serial}', 'branch ü', {self.random.randint(1, 99)}"
        one = self.table()
        kept = list(one.ids)
        # The other connection must not wait for locks of the prepared one, so it stays away from its table.
        others = [table for table in self.tables if table is not one and table.engine == "InnoDB" and table.settable()]
        self.run(f"XA START {xid}", self.change(one), self.change(one), f"XA END {xid}")
        if self.random.random() < 0.15:
            return self.run(f"XA COMMIT {xid} ONE PHASE")
        self.run(f"XA PREPARE {xid}")
        if others:
            self.run(self.change(self.random.choice(others)), connection=self.other)
        if self.random.random() < 0.75:
            self.run(f"XA COMMIT {xid}")
        else:
            self.run(f"XA ROLLBACK {xid}")
            one.ids = kept
        return None

    def step_temporary(self):
        self.serial += 1
        temporary = f"{name(self.databases[0])}.`temporary {self.serial}`"
        note = f"{name(self.databases[0])}.audit"
        self.run(
            f"CREATE TEMPORARY TABLE {temporary} (a int, b varchar(20))",
            f"INSERT INTO {temporary} VALUES (1, 'one'), (2, 'two')",
            f"INSERT INTO {note} (what) SELECT b FROM {temporary}",
            f"DROP TEMPORARY TABLE {temporary}",
        )

    def step_large(self):
        table = self.large_table()
        size = self.random.randint(1 << 20, 5 << 20)
        self.run(
            f"INSERT INTO {table} (body, bytes) VALUES (REPEAT('größer ', {size // 8}), "
            f"REPEAT({quote(chr(self.random.randint(65, 90)))}, {size}))"
        )
        if self.random.random() < 0.5:
            self.run(f"UPDATE {table} SET body = CONCAT(body, 'end') ORDER BY id DESC LIMIT 1")

    def large_table(self):
        path = f"{name(self.databases[0])}.`large rows`"
        self.run(
            f"CREATE TABLE IF NOT EXISTS {path} (id int auto_increment primary key, body longtext character set "
            "utf8mb4, bytes longblob) ENGINE=InnoDB"
        )
        return path

    def step_cascade(self):
        """Foreign keys delete rows that no event names; triggers insert rows that are events of their own."""
        first = name(self.databases[0])
        number = self.cascade_id
        self.cascade_id += 1
        self.run(
            f"INSERT INTO {first}.parent VALUES ({number}, 'note {number}')",
            f"INSERT INTO {first}.child VALUES ({number * 10}, {number}), ({number * 10 + 1}, {number})",
        )
        if self.random.random() < 0.5:
            self.run(f"DELETE FROM {first}.parent WHERE id = {number}")

    def step_schema(self):
        self.change_schema()


def run_workload(server, pair, seed, steps=150, prefix="shop"):
    """All of it on one server; returns the databases it used."""
    work = Workload(server, pair, seed, prefix)
    try:
        work.prepare()
        work.steps(steps)
        return work.databases
    finally:
        work.close()
