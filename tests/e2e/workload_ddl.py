"""The part of the workload that changes the schema."""

from column_types import ColumnType, quote
from workload_tables import Column, Table, name

# (before, after): types whose values survive the change in every product.
_WIDENED = [
    ("int", "bigint"),
    ("smallint", "int"),
    ("tinyint unsigned", "int unsigned"),
    ("tinytext character set latin1", "text character set latin1"),
    ("varchar(255) character set latin1", "varchar(300) character set latin1"),
    ("varbinary(300)", "varbinary(500)"),
]
_ODD_TITLES = ["größe", "back`tick", "a b", "名前", "select", "UPPER", "ключ"]
_CHANGES = [
    "create",
    "add",
    "add_first",
    "drop_column",
    "rename_column",
    "widen",
    "index",
    "drop_index",
    "truncate",
    "drop",
    "rename_table",
    "comment",
    "like",
    "create_select",
    "view",
    "database",
    "several",
]


class SchemaChanges:
    """Mixed into Workload, whose attributes it uses."""

    def pick_types(self, count):
        return self.random.sample(self.types, count)

    def new_table(self, kinds, engine="InnoDB", keyless=False):
        self.serial += 1
        title = f"t{self.serial}"
        if self.random.random() < 0.4:
            title += " " + self.random.choice(_ODD_TITLES)
        columns = [Column(self._title(i), kind) for i, kind in enumerate(kinds)]
        if engine == "InnoDB" and self.pair.allows("generated") and self.random.random() < 0.5:
            columns.insert(
                self.random.randint(0, len(columns)),
                Column("computed", None, self.random.choice(["stored", "virtual"])),
            )
        table = Table(self.random.choice(self.databases), title, columns, engine, keyless)
        self.run(table.create())
        self.tables.append(table)
        return table

    def _title(self, number):
        return f"c{number} {self.random.choice(_ODD_TITLES)}" if self.random.random() < 0.3 else f"c{number}"

    def change_schema(self):
        getattr(self, "ddl_" + self.random.choice(_CHANGES))(self.random.choice(self.tables))

    def ddl_create(self, _table):
        self.new_table(self.pick_types(self.random.randint(1, 6)), keyless=self.random.random() < 0.1)

    def ddl_add(self, table):
        self.serial += 1
        column = Column(f"added{self.serial}", self._small_type())
        table.columns.append(column)
        self.run(f"ALTER TABLE {table.path} ADD COLUMN {column.definition()}")

    def ddl_add_first(self, table):
        self.serial += 1
        column = Column(f"first{self.serial}", self._small_type())
        table.columns.insert(0, column)
        self.run(f"ALTER TABLE {table.path} ADD COLUMN {column.definition()} FIRST")

    def _small_type(self):
        """A type that adds little to the row, which the servers limit."""
        return self.random.choice(
            [kind for kind in self.types if not kind.definition.startswith(("varchar", "char", "var"))]
        )

    def ddl_drop_column(self, table):
        plain = [column for column in table.settable() if column.title not in table.indexes]
        if len(plain) < 2:
            return self.ddl_add(table)
        column = self.random.choice(plain)
        table.columns.remove(column)
        self.run(f"ALTER TABLE {table.path} DROP COLUMN {name(column.title)}")

    def ddl_rename_column(self, table):
        column = self.random.choice(table.settable())
        old = column.title
        self.serial += 1
        column.title = f"renamed{self.serial} {self.random.choice(_ODD_TITLES)}"
        table.indexes = [column.title if one == old else one for one in table.indexes]
        self.run(f"ALTER TABLE {table.path} CHANGE COLUMN {name(old)} {column.definition()}")

    def ddl_widen(self, table):
        wider = dict(_WIDENED)
        for column in table.settable():
            if column.kind.definition in wider:
                column.kind = ColumnType(wider[column.kind.definition], column.kind.make)
                return self.run(f"ALTER TABLE {table.path} MODIFY COLUMN {column.definition()}")
        return self.ddl_add(table)

    def ddl_index(self, table):
        simple = [
            column
            for column in table.settable()
            if column.title not in table.indexes
            and column.kind.definition.startswith(("int", "bigint", "date", "decimal", "time"))
        ]
        if not simple:
            return self.ddl_add(table)
        column = self.random.choice(simple)
        table.indexes.append(column.title)
        self.run(f"CREATE INDEX {name('on ' + column.title)} ON {table.path} ({name(column.title)})")

    def ddl_drop_index(self, table):
        if not table.indexes:
            return self.ddl_index(table)
        title = table.indexes.pop()
        shown = self.server.sql(f"SHOW INDEX FROM {table.path}")
        key = next(row[2] for row in shown if row[4] == title)
        self.run(f"DROP INDEX {name(key)} ON {table.path}")

    def ddl_truncate(self, table):
        table.ids = []
        self.run(f"TRUNCATE TABLE {table.path}")

    def ddl_drop(self, table):
        if len([one for one in self.tables if one.engine == table.engine]) < 6:
            return self.ddl_create(table)
        self.tables.remove(table)
        self.run(f"DROP TABLE {table.path}")

    def ddl_rename_table(self, table):
        self.serial += 1
        old = table.path
        table.title = f"renamed {self.serial} {self.random.choice(_ODD_TITLES)}"
        table.database = self.random.choice(self.databases)
        self.run(f"RENAME TABLE {old} TO {table.path}")

    def ddl_comment(self, table):
        self.run(f"ALTER TABLE {table.path} COMMENT {quote('naïve 世界 ' + str(self.serial))}")

    def ddl_like(self, table):
        self.serial += 1
        copy = Table(
            table.database,
            f"copy{self.serial}",
            [Column(c.title, c.kind, c.generated) for c in table.columns],
            table.engine,
            table.keyless,
        )
        copy.indexes = list(table.indexes)
        self.run(f"CREATE TABLE {copy.path} LIKE {table.path}")
        self.tables.append(copy)

    def ddl_create_select(self, table):
        if not self.pair.allows("create_select") or table.engine != "InnoDB":
            return self.ddl_like(table)
        self.serial += 1
        self.run(
            f"CREATE TABLE {name(self.databases[0])}.selected{self.serial} (PRIMARY KEY (id)) ENGINE=InnoDB "
            f"SELECT id, COUNT(*) AS many FROM {table.path} GROUP BY id"
        )

    def ddl_view(self, table):
        self.run(f"CREATE OR REPLACE VIEW {name(self.databases[0])}.`a view` AS SELECT id FROM {table.path}")

    def ddl_database(self, _table):
        self.run(
            f"CREATE DATABASE {name(self.databases[0] + ' short')} CHARACTER SET latin1",
            f"CREATE TABLE {name(self.databases[0] + ' short')}.brief (a int)",
            f"INSERT INTO {name(self.databases[0] + ' short')}.brief VALUES (1)",
            f"DROP DATABASE {name(self.databases[0] + ' short')}",
        )

    def ddl_several(self, _table):
        """Several tables in one statement."""
        self.serial += 1
        one, other = (f"{name(self.databases[i])}.`brief {self.serial}`" for i in (0, 1))
        self.run(f"CREATE TABLE {one} (a int)", f"CREATE TABLE {other} (a int)", f"DROP TABLE {one}, {other}")
