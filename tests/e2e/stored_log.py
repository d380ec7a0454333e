"""The log files of an instance, as they lie on the disk."""

import glob
import os


class StoredLog:
    """For classes with a `data` directory of an instance."""

    data = ""

    def files(self):
        """Paths of the log files, oldest first."""
        return sorted(
            glob.glob(os.path.join(self.data, "binlog", "mysql-bin.[0-9]*")), key=lambda path: int(path.rsplit(".")[-1])
        )

    def holds(self, token, start=0):
        """Is this text in the log files, from the file with this index on?"""
        token = token.encode() if isinstance(token, str) else token
        for path in reversed(self.files()[start:]):
            with open(path, "rb") as file:
                if token in file.read():
                    return True
        return False
