"""Just enough of the binlog format, written anew for the tests, to walk over events and check their checksums."""

import struct
import zlib
from dataclasses import dataclass

MAGIC = b"\xfebin"
HEADER = struct.Struct("<IBIIIH")
HEADER_SIZE = HEADER.size  # 19

QUERY, STOP, ROTATE, FORMAT_DESCRIPTION, XID = 2, 3, 4, 15, 16
TABLE_MAP, HEARTBEAT, IGNORABLE, ROWS_QUERY = 19, 27, 28, 29
WRITE_ROWS, UPDATE_ROWS, DELETE_ROWS = 30, 31, 32
GTID, ANONYMOUS_GTID, PREVIOUS_GTIDS, XA_PREPARE = 33, 34, 35, 38
PARTIAL_UPDATE_ROWS, TRANSACTION_PAYLOAD, HEARTBEAT_V2, GTID_TAGGED = 39, 40, 41, 42
ARTIFICIAL = 0x20
IN_USE = 0x01


@dataclass
class Event:
    timestamp: int
    kind: int
    server_id: int
    size: int
    end: int  # log_pos of its header
    flags: int
    body: bytes  # without header and checksum
    checksum: bytes  # four bytes, or none
    offset: int = -1  # in the file, where it comes from one

    def comparable(self):
        """What is the same in two copies of an event, with and without checksums, in use or closed."""
        body = self.body
        if self.kind == FORMAT_DESCRIPTION:
            body = body[:-1]  # the checksum algorithm
        return self.timestamp, self.kind, self.server_id, self.end, self.flags & ~IN_USE, body


def parse_event(data, checksums, offset=-1):
    """One event from its bytes. `checksums` says whether the stream carries them; a format description always does
    from MySQL 5.6 on. Raises ValueError where length or checksum are wrong."""
    if len(data) < HEADER_SIZE:
        raise ValueError(f"event of {len(data)} bytes at {offset}")
    timestamp, kind, server_id, size, end, flags = HEADER.unpack_from(data)
    if size != len(data):
        raise ValueError(f"event at {offset} says {size} bytes, has {len(data)}")
    body, checksum = data[HEADER_SIZE:], b""
    if kind == FORMAT_DESCRIPTION:
        body, checksum = body[:-4], body[-4:]
    elif checksums:
        body, checksum = body[:-4], body[-4:]
    if checksum and (kind != FORMAT_DESCRIPTION or body[-1] == 1):
        summed = data[:-4]
        if kind == FORMAT_DESCRIPTION:  # summed with the in-use flag taken off
            summed = summed[:17] + struct.pack("<H", flags & ~IN_USE) + summed[19:]
        if zlib.crc32(summed) != struct.unpack("<I", checksum)[0]:
            raise ValueError(f"checksum of event type {kind} at {offset}")
    return Event(timestamp, kind, server_id, size, end, flags, body, checksum, offset)


def events_of(data):
    """The events of a whole binlog file; a ValueError where it is not one."""
    if data[:4] != MAGIC:
        raise ValueError(f"no binlog: begins with {data[:4]!r}")
    found, offset, checksums = [], 4, False
    while offset < len(data):
        if offset + HEADER_SIZE > len(data):
            raise ValueError(f"header cut at {offset}")
        size = struct.unpack_from("<I", data, offset + 9)[0]
        if size < HEADER_SIZE or offset + size > len(data):
            raise ValueError(f"event of {size} bytes at {offset} in a file of {len(data)}")
        event = parse_event(data[offset : offset + size], checksums, offset)
        if event.kind == FORMAT_DESCRIPTION:
            checksums = event.body[-1] == 1
        found.append(event)
        offset += size
    return found


def read_events(path):
    with open(path, "rb") as file:
        return events_of(file.read())


def same_log(one, other):
    """Do two copies of a log file hold the same events, whatever checksums and the in-use flag?"""
    return [event.comparable() for event in read_events(one)] == [event.comparable() for event in read_events(other)]


def gtid_text(event):
    """uuid:number of a GTID event (type 33)."""
    sid = event.body[1:17].hex()
    number = struct.unpack_from("<q", event.body, 17)[0]
    return f"{sid[:8]}-{sid[8:12]}-{sid[12:16]}-{sid[16:20]}-{sid[20:]}:{number}"


def transaction_starts(events):
    """Offsets in the file at which a transaction begins, and the end of the last event."""
    starts = [event.offset for event in events if event.kind in (GTID, ANONYMOUS_GTID, GTID_TAGGED)]
    return starts, events[-1].offset + events[-1].size
