"""What a workload may use so that a source and a target can be joined at all."""

from dataclasses import dataclass

# Every optional feature of the workload, and the sources that have it.
SOURCES = {
    "generated": {"mariadb", "mysql97"},  # generated columns
    "json": {"mariadb", "mysql97"},  # MariaDB's is an alias of LONGTEXT
    "partial_json": {"mysql97"},  # binlog_row_value_options=PARTIAL_JSON
    "compressed": {"mariadb", "mysql97"},  # compressed transactions or events
    "create_select": {"mariadb", "mysql97"},  # CREATE TABLE ... SELECT (5.6 forbids it with GTIDs)
    "xa": {"mariadb", "mysql56", "mysql97"},
    "mixed_engines": {"mariadb"},  # MyISAM and InnoDB in one transaction: GTIDs of MySQL forbid it
    "inet": {"mariadb"},  # INET6, UUID
    "compressed_columns": {"mariadb"},  # the attribute COMPRESSED
    "old_character_sets": {"mariadb", "mysql56", "mysql97"},
    "utf32": {"mariadb", "mysql56", "mysql97"},
    "utf8mb4_0900": {"mysql97"},
}

_XA = "MariaDB applies prepared transactions only in its own GTID format, not as XA START ... XA_PREPARE events"

# What the targets that execute, rather than print, what they get cannot take, and why. docs/clients.md says the same in
# words.
_UTF32 = {"utf32": "the old zongji's text library does not know it"}

REFUSED = {
    "any": {"mariadb": _UTF32, "mysql56": _UTF32, "mysql97": _UTF32},
    "zongji": {"mysql97": {"partial_json": "an event type that the zongji family does not know"}},
    "mysql97": {
        "mariadb": {
            "json": "JSON is LONGTEXT in MariaDB's rows and another type in MySQL",
            "inet": "MySQL has no such types",
            "create_select": "MySQL commits at the CREATE, so the rows after it would have no GTID",
            "mixed_engines": "MySQL's GTIDs forbid it",
        },
        "mysql56": {},
        "mysql97": {},
    },
    "mariadb": {
        "mariadb": {"xa": _XA},
        "mysql56": {},
        "mysql97": {
            "xa": _XA,
            "json": "no such type in MariaDB's row events",
            "partial_json": "the same",
            "utf8mb4_0900": "collations above 247 are unknown there",
            "create_select": "the text MySQL writes, CREATE TABLE ... START TRANSACTION, is not MariaDB's",
        },
    },
}


@dataclass(frozen=True)
class Pair:
    """A source and what applies its log: "mariadb", "mysql97", "zongji", or "any" for clients that decode all."""

    source: str
    target: str = "any"

    def allows(self, feature):
        if self.source not in SOURCES[feature]:
            return False
        refused = REFUSED.get(self.target, {}).get(self.source, {})
        return not refused.get(feature)

    @property
    def collation(self):
        """The default collation of the source's server, databases and connections."""
        return "utf8mb4_0900_ai_ci" if self.allows("utf8mb4_0900") else "utf8mb4_general_ci"
