"""Real subscribers that come back after whatever ends their connection, as the people who run them see to it."""

import json
import os
import threading
import time

from clients import NODE_CLIENTS, mysqlbinlog_command, next_server_id
from processes import Process, ProgramFailed, tail, wait_until
from stored_log import StoredLog

_HERE = os.path.dirname(os.path.abspath(__file__))
_PAUSE = 0.2


class _Lasting:
    """Runs `_once` again and again, in a thread, until close()."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.log = os.path.join(folder, "complaints")
        self.starts = 0
        self.process = None
        self._ending = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _begin(self):
        self._thread.start()
        return self

    def _run(self):
        while not self._ending:
            self.starts += 1
            self._once()
            time.sleep(_PAUSE)

    def close(self):
        self._ending = True
        if self.process is not None:
            self.process.kill()
        self._thread.join(30)


class BinlogCopy(_Lasting, StoredLog):
    """mysqlbinlog --raw --stop-never by file and position. It writes whole files only, so it begins anew with the
    newest one it has."""

    def __init__(self, source, folder):
        super().__init__(folder)
        self.source = source
        self.data = folder
        self.binlogs = os.path.join(folder, "binlog")
        os.makedirs(self.binlogs, exist_ok=True)
        self._begin()

    def _once(self):
        files = self.files()
        newest = os.path.basename(files[-1]) if files else "mysql-bin.000001"
        command = mysqlbinlog_command(
            self.source, "--raw", "--stop-never", f"--connection-server-id={next_server_id()}", newest
        )
        self.process = Process(command, self.log, folder=self.binlogs)
        while self.process.running and not self._ending:
            time.sleep(0.05)
        self.process.kill()

    def wait_for(self, token, seconds=120):
        wait_until(lambda: self.holds(token, start=-6), seconds, lambda: f"{token} at mysqlbinlog: {tail(self.log)}")


class ZongjiCopy(_Lasting):
    """zongji by file and position; it goes on behind the last transaction it got whole."""

    def __init__(self, source, folder, databases):
        super().__init__(folder)
        self.source = source
        self.databases = databases
        self.rows = []  # (event, table, rows) of whole transactions
        self.seen = ""  # queries of the last ones
        self._place = {"filename": "mysql-bin.000001", "position": 4}
        self._begin()

    def _once(self):
        wanted = {
            "package": "@vlasky/zongji",
            "host": self.source.host,
            "port": self.source.port,
            "user": self.source.user,
            "password": self.source.password,
            "serverId": next_server_id(),
            "start": self._place,
            "databases": self.databases,
            "until": "never said by anybody",
        }
        output = os.path.join(self.folder, f"events-{self.starts}")
        with open(output, "wb") as file:
            self.process = Process(
                ["node", os.path.join(_HERE, "clients", "zongji.mjs"), json.dumps(wanted)],
                self.log,
                environment={"SLUICE_NODE_CLIENTS": NODE_CLIENTS},
                stdout=file,
            )
        self._read(output)
        self.process.kill()

    def _read(self, path):
        pending = []
        file_name = self._place["filename"]
        with open(path, encoding="utf-8", errors="surrogatepass") as lines:
            rest = ""
            while True:
                line = lines.readline()
                rest += line
                if not line:
                    if self._ending or not self.process.running:
                        return
                    time.sleep(0.02)
                if not rest.endswith("\n"):
                    continue
                event, rest = json.loads(rest), ""
                if event["event"] == "rotate":
                    file_name = event["file"]
                    self._place = {"filename": file_name, "position": 4}
                if "rows" in event:
                    pending.append((event["event"], event["table"], event["rows"]))
                ends = event["event"] == "xid" or (event["event"] == "query" and event["query"] != "BEGIN")
                if ends:
                    self.rows += pending
                    pending = []
                    self.seen = (self.seen + event.get("query", ""))[-20000:]
                    self._place = {"filename": file_name, "position": event["next"]}

    def wait_for(self, token, seconds=120):
        def look():
            if token in self.seen:
                return True
            if self._ending:
                raise ProgramFailed("it was ended")
            return False

        wait_until(look, seconds, lambda: f"{token} at zongji, started {self.starts} times: {tail(self.log)}")
