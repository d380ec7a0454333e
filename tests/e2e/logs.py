"""The log that protocol tests dump from: an instance's, or, to check the tests themselves, a real MySQL's."""

import os

import binlog_file


class Log:
    """A log of several files with rows in table d.t. `commit` adds one transaction and waits until it can be dumped."""

    tls = False  # whether a log-in needs it
    reference = False  # whether this is a server of others

    def __init__(self, source):
        self.source = source
        self.next_row = 1
        source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key, b longblob)")

    def insert(self, size=10):
        self.source.sql(f"INSERT INTO d.t VALUES ({self.next_row}, REPEAT('b', {size}))")
        self.next_row += 1

    def commit(self, size=10):
        self.insert(size)
        self.settle()

    def files(self):
        return [os.path.basename(path) for path in self.paths()]

    def events(self, file):
        """What is stored in a file, by its name."""
        return binlog_file.read_events(next(path for path in self.paths() if os.path.basename(path) == file))

    def starts(self, file):
        """Offsets in a file at which a dump may begin."""
        starts, end = binlog_file.transaction_starts(self.events(file))
        return starts + [end]


class InstanceLog(Log):
    """Files change after 20 kB, so a few larger rows make several."""

    def __init__(self, workshop):
        source = workshop.server("mariadb")
        super().__init__(source)
        self.endpoint = workshop.instance(source, log={"max_binlog_size": 20000})
        for size in (10, 15000, 8000, 10, 20000, 10, 300):
            self.insert(size)
        self.settle()

    def paths(self):
        return self.endpoint.files()

    def settle(self):
        self.endpoint.catch_up(self.source)

    def position(self):
        return self.endpoint.position()

    def gtid(self):
        return self.endpoint.gtid()


class ReferenceLog(Log):
    """MySQL 9.7's own."""

    tls = True
    reference = True

    def __init__(self, workshop):
        source = workshop.server("mysql97")
        super().__init__(source)
        self.endpoint = source
        for size in (10, 15000, 8000, 10, 20000, 10, 300):
            self.insert(size)
            if size > 10000:
                source.sql("FLUSH BINARY LOGS")

    def paths(self):
        return [os.path.join(self.source.data, name) for name in self.source.binlogs()]

    def settle(self):
        pass  # a commit there is in the log when it returns

    def position(self):
        return self.source.position()

    def gtid(self):
        return self.source.gtid()


KINDS = {"sluice": InstanceLog, "reference": ReferenceLog}
