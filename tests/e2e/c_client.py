"""libmariadb's C API, for the commands that no client program of the packages sends."""

import ctypes

from clients import Source

_OPT_CONNECT_ATTR_ADD, _OPT_PROTOCOL, _PROTOCOL_TCP = 33, 9, 1
_library = None


def _api():
    global _library
    if _library is None:
        _library = ctypes.CDLL("libmariadb.so.3")
        for name in ("mysql_init", "mysql_real_connect", "mysql_use_result", "mysql_store_result"):
            getattr(_library, name).restype = ctypes.c_void_p
        for name in ("mysql_error", "mysql_stat", "mysql_get_server_info"):
            getattr(_library, name).restype = ctypes.c_char_p
        _library.mysql_fetch_row.restype = ctypes.POINTER(ctypes.c_char_p)
        _library.mysql_thread_id.restype = ctypes.c_ulong
    return _library


class Refused(Exception):
    """(code, text) of an error."""


class CClient:
    def __init__(self, source, attributes=None):
        self.api = _api()
        self.source = Source.of(source)
        self.handle = ctypes.c_void_p(self.api.mysql_init(None))
        self.api.mysql_options(self.handle, _OPT_PROTOCOL, ctypes.byref(ctypes.c_uint(_PROTOCOL_TCP)))
        for name, value in (attributes or {}).items():
            self.api.mysql_options4(self.handle, _OPT_CONNECT_ATTR_ADD, name.encode(), value.encode())
        there = self.source
        done = self.api.mysql_real_connect(
            self.handle,
            there.host.encode(),
            there.user.encode(),
            there.password.encode(),
            None,
            ctypes.c_uint(there.port),
            None,
            ctypes.c_ulong(0),
        )
        self._check(done is None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.handle:
            self.api.mysql_close(self.handle)
            self.handle = None

    def _check(self, failed):
        if failed:
            raise Refused(self.api.mysql_errno(self.handle), self.api.mysql_error(self.handle).decode())

    def query(self, statement):
        """The rows, as texts."""
        self._check(self.api.mysql_query(self.handle, statement.encode()) != 0)
        result = self.api.mysql_store_result(self.handle)
        if not result:
            return []
        result = ctypes.c_void_p(result)
        rows, width = [], self.api.mysql_num_fields(result)
        while row := self.api.mysql_fetch_row(result):
            rows.append([None if row[i] is None else row[i].decode("utf-8", "replace") for i in range(width)])
        self.api.mysql_free_result(result)
        return rows

    def thread_id(self):
        return self.api.mysql_thread_id(self.handle)

    def ping(self):
        self._check(self.api.mysql_ping(self.handle) != 0)

    def statistics(self):
        return self.api.mysql_stat(self.handle).decode()

    def kill(self, thread):
        self._check(self.api.mysql_kill(self.handle, ctypes.c_ulong(thread)) != 0)

    def change_user(self, user, password, database=None):
        there = database.encode() if database else None
        self._check(self.api.mysql_change_user(self.handle, user.encode(), password.encode(), there) != 0)

    def reset_connection(self):
        self._check(self.api.mysql_reset_connection(self.handle) != 0)

    def set_server_option(self, option):
        self._check(self.api.mysql_set_server_option(self.handle, ctypes.c_int(option)) != 0)
