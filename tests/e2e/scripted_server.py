"""A server of MySQL's protocol that answers statements as a test says, and lets everybody in."""

import socket
import struct
import threading

_CAPABILITIES = 0x00000001 | 0x00000200 | 0x00002000 | 0x00008000 | 0x00080000
_OK = b"\x00\x00\x00\x02\x00\x00\x00"
_EOF = b"\xfe\x00\x00\x02\x00"
_LONGLONG, _VAR_STRING = 8, 253


def _length(number):
    return bytes([number]) if number < 251 else b"\xfc" + struct.pack("<H", number)


def _text(value):
    encoded = str(value).encode()
    return _length(len(encoded)) + encoded


def _greeting():
    challenge = b"abcdefghijklmnopqrst"
    return (
        b"\x0a8.0.0-scripted\x00"
        + struct.pack("<I", 1)
        + challenge[:8]
        + b"\x00"
        + struct.pack("<HBHHB", _CAPABILITIES & 0xFFFF, 45, 2, _CAPABILITIES >> 16, 21)
        + bytes(10)
        + challenge[8:]
        + b"\x00mysql_native_password\x00"
    )


def _column(name, number):
    return (
        _text("def")
        + _text("") * 3
        + _text(name) * 2
        + b"\x0c"
        + struct.pack("<HIBHB", 45, 1024, _LONGLONG if number else _VAR_STRING, 0, 0)
        + bytes(2)
    )


def _row(values):
    return b"".join(b"\xfb" if value is None else _text(value) for value in values)


def _payloads(answer):
    """Of an answer: dictionaries (rows), None (OK), an error's (number, text), or a function that gives one."""
    answer = answer() if callable(answer) else answer
    if answer is None:
        return [_OK]
    if isinstance(answer, tuple):
        return [b"\xff" + struct.pack("<H", answer[0]) + b"#HY000" + answer[1].encode()]
    columns = list(answer[0])
    kinds = [any(isinstance(row[name], int) for row in answer) for name in columns]
    return [
        bytes([len(columns)]),
        *[_column(name, kind) for name, kind in zip(columns, kinds)],
        _EOF,
        *[_row(row[name] for name in columns) for row in answer],
        _EOF,
    ]


class ScriptedServer:
    """Listens at `port`. `answers` (statement -> answer) may be changed at any time; all else is error 1064."""

    def __init__(self, answers):
        self.answers = answers
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, client.makefile("rb") as stream:
            try:
                self._send(client, 0, [_greeting()])
                sequence, _login = self._read(stream)
                self._send(client, sequence + 1, [_OK])
                while True:
                    sequence, command = self._read(stream)
                    if command[:1] != b"\x03":
                        return
                    statement = command[1:].decode()
                    answer = self.answers.get(statement, (1064, "not in the script"))
                    self._send(client, sequence + 1, _payloads(answer))
            except (OSError, EOFError):
                return

    @staticmethod
    def _read(stream):
        head = stream.read(4)
        if len(head) < 4:
            raise EOFError
        return head[3], stream.read(int.from_bytes(head[:3], "little"))

    @staticmethod
    def _send(client, sequence, payloads):
        for number, payload in enumerate(payloads, sequence):
            client.sendall(len(payload).to_bytes(3, "little") + bytes([number % 256]) + payload)
