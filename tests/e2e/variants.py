"""The sources of the tests, each with what makes its log special, captured by an instance with a workload behind it."""

from dataclasses import dataclass, field

from column_types import COMPRESSED
from pairs import Pair
from workload import Workload, run_workload


@dataclass(frozen=True)
class Variant:
    kind: str  # of servers.KINDS
    options: dict = field(default_factory=dict)  # of the server
    more: dict = field(default_factory=dict)  # of the server's constructor


VARIANTS = {
    "mariadb": Variant("mariadb"),
    "mariadb-compressed": Variant("mariadb", {"log_bin_compress": "ON", "log_bin_compress_min_len": 10}),
    "mysql56": Variant("mysql56"),
    "mysql56-anonymous": Variant("mysql56", more={"gtid": False}),
    "mysql97": Variant("mysql97"),
    "mysql97-compressed": Variant(
        "mysql97",
        {
            "binlog_transaction_compression": "ON",
            "binlog_row_metadata": "FULL",
            "binlog_row_value_options": "PARTIAL_JSON",
        },
    ),
}


class Captured:
    """A source, an instance that captures it from the beginning, and what a workload left in both.

    Databases "shop": everything, with schema changes. Databases "still": no schema changes, so that clients that ask
    for the columns of a table find them as they were, no XA, and no COMPRESSED columns."""

    def __init__(self, workshop, variant, target):
        what = VARIANTS[variant]
        self.workshop = workshop
        self.pair = Pair(what.kind, target)
        options = dict(what.options)
        if not self.pair.allows("partial_json"):
            options.pop("binlog_row_value_options", None)
        self.source = workshop.server(what.kind, {"collation_server": self.pair.collation, **options}, **what.more)
        self.start = self.source.position()
        self.instance = workshop.instance(self.source, log={"max_binlog_size": 16 << 20})
        run_workload(self.source, self.pair, seed=2026, prefix="shop")
        self.still_start = self.source.position()
        still = Workload(self.source, self.pair, 7, "still")
        # Their values are compressed in what the source itself sends, which clients are compared with.
        still.types = [kind for kind in still.types if kind.needs != COMPRESSED]
        still.prepare()
        still.steps(60, without=("schema", "xa"))
        still.close()
        self.still = still.databases
        self.mark = self.instance.catch_up(self.source)
        self._renamed = {}

    def calling_itself(self, version):
        """A second instance of the same source that tells clients another version."""
        if version not in self._renamed:
            self._renamed[version] = self.workshop.instance(self.source, listen={"version": version})
            self._renamed[version].wait_for_mark(self.mark)
        return self._renamed[version]


def maker(workshop):
    """A function that gives the Captured of (variant, target), made at the first use; one that failed fails again."""
    made = {}

    def give(variant, target="any"):
        key = variant, target
        if key not in made:
            try:
                made[key] = Captured(workshop, variant, target)
            except BaseException as error:  # pytest's skip is one too
                made[key] = error
        if isinstance(made[key], BaseException):
            raise made[key]
        return made[key]

    return give
