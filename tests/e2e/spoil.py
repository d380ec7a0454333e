"""A log that is not what it was."""

import zlib

from binlog_file import read_events


def spoil_last_event(path):
    """Another timestamp in the last event of a file, and a checksum that fits it."""
    event = list(read_events(path))[-1]
    with open(path, "r+b") as file:
        file.seek(event.offset)
        bytes_of_event = bytearray(file.read())
        bytes_of_event[0] ^= 1
        bytes_of_event[-4:] = zlib.crc32(bytes(bytes_of_event[:-4])).to_bytes(4, "little")
        file.seek(event.offset)
        file.write(bytes_of_event)
