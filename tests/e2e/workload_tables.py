"""The tables of a workload, as the generator knows them: enough to write SQL that the source accepts."""


def name(text):
    return "`" + text.replace("`", "``") + "`"


class Column:
    def __init__(self, title, kind, generated=""):
        self.title = title
        self.kind = kind
        self.generated = generated  # "stored" or "virtual": computed from id

    def definition(self):
        if self.generated:
            return f"{name(self.title)} bigint generated always as (id * 3 + 1) {self.generated}"
        return f"{name(self.title)} {self.kind.definition} null"


class Table:
    """A table with a bigint column `id`, which is the primary key unless the table has none."""

    def __init__(self, database, title, columns, engine="InnoDB", keyless=False):
        self.database = database
        self.title = title
        self.columns = columns
        self.engine = engine
        self.keyless = keyless
        self.ids = []
        self.next_id = 1
        self.indexes = []

    @property
    def path(self):
        return f"{name(self.database)}.{name(self.title)}"

    def create(self):
        lines = ["id bigint not null"] + [column.definition() for column in self.columns]
        if not self.keyless:
            lines.append("primary key (id)")
        return f"CREATE TABLE {self.path} ({', '.join(lines)}) ENGINE={self.engine} DEFAULT CHARSET=latin1"

    def settable(self):
        return [column for column in self.columns if not column.generated]

    def values(self, random, null_share=0.15):
        return ["NULL" if random.random() < null_share else column.kind.make(random) for column in self.settable()]

    def insert(self, random, count, verb="INSERT"):
        columns = ["id"] + [name(column.title) for column in self.settable()]
        rows = []
        for _ in range(count):
            rows.append("(" + ", ".join([str(self.next_id)] + self.values(random)) + ")")
            self.ids.append(self.next_id)
            self.next_id += random.choice([1, 1, 1, 7])
        return f"{verb} INTO {self.path} ({', '.join(columns)}) VALUES {', '.join(rows)}"

    def replace(self, random):
        """Overwrites a row that is there, through REPLACE or ON DUPLICATE KEY UPDATE."""
        columns = ["id"] + [name(column.title) for column in self.settable()]
        row = ", ".join([str(random.choice(self.ids))] + self.values(random))
        if random.random() < 0.5 or not self.settable():
            return f"REPLACE INTO {self.path} ({', '.join(columns)}) VALUES ({row})"
        changed = random.choice(self.settable())
        return (
            f"INSERT INTO {self.path} ({', '.join(columns)}) VALUES ({row}) "
            f"ON DUPLICATE KEY UPDATE {name(changed.title)} = {changed.kind.make(random)}"
        )

    def update(self, random):
        some = random.sample(self.settable(), random.randint(1, min(3, len(self.settable()))))
        changes = ", ".join(f"{name(column.title)} = {self._value(random, column)}" for column in some)
        return f"UPDATE {self.path} SET {changes} WHERE {self._where(random, forget=False)}"

    def delete(self, random):
        return f"DELETE FROM {self.path} WHERE {self._where(random, forget=True)}"

    @staticmethod
    def _value(random, column):
        return "NULL" if random.random() < 0.1 else column.kind.make(random)

    def _where(self, random, forget):
        if random.random() < 0.2:
            rest = random.randrange(5)
            chosen = [one for one in self.ids if one % 5 == rest]
            text = f"id % 5 = {rest}"
        else:
            chosen = random.sample(self.ids, min(len(self.ids), random.randint(1, 5))) or [0]
            text = f"id IN ({', '.join(map(str, sorted(chosen)))})"
        if forget:
            gone = set(chosen)
            self.ids = [one for one in self.ids if one not in gone]
        return text
