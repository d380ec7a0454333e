"""A tenant of a Binlog cluster: its names in every notation, and the statement that creates it."""

from dataclasses import dataclass, field

from servers import CAPTURE_PASSWORD, CAPTURE_USER


@dataclass(frozen=True)
class Tenant:
    """`source` is a server of servers.py, reached at `address`."""

    cluster: str
    name: str
    source: object
    address: str = "127.0.0.1"
    user: str = CAPTURE_USER
    password: str = CAPTURE_PASSWORD
    options: dict = field(default_factory=dict)

    @property
    def sql(self):
        return f"`{self.cluster}`.`{self.name}`"

    @property
    def url(self):
        return f"{self.source.kind}://{self.address}:{self.source.port}"

    def login(self, user):
        """The name with which a client of this tenant logs in."""
        return f"{user}@{self.name}#{self.cluster}"

    def create(self, clause="", start="EARLIEST", **options):
        """CREATE BINLOG; further options as key=value, `clause` is anything more, comma first."""
        # So small that a hundred of them fit on a small disk.
        options = {"binlog_expire_logs_size": 64 << 20, **self.options, **options}
        listed = "".join(f", {key} = {value}" for key, value in options.items() if value is not None)
        return (
            f"CREATE BINLOG FOR TENANT {self.sql} TO USER {self.user} PASSWORD '{self.password}' "
            f"FROM {start} WITH CLUSTER URL '{self.url}'{clause}{listed}"
        )

    def drop(self):
        return f"DROP BINLOG FOR TENANT {self.sql} NOW"

    def where(self):
        return f"SHOW BINLOG SERVER FOR TENANT {self.sql}"
