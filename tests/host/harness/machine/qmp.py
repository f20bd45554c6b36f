# SPDX-License-Identifier: GPL-2.0-only
"""Speak QMP, QEMU's control protocol, over a Unix socket."""

import json
import socket


class Qmp:
    """Connects when it is first used."""

    def __init__(self, path):
        self._path = path
        self._socket = None
        self._stream = None

    def _connect(self):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(str(self._path))
        self._stream = self._socket.makefile("rw", encoding="utf-8")
        self._stream.readline()
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        """Run a command and return QEMU's answer, events skipped."""
        if self._stream is None:
            self._connect()
        json.dump({"execute": command, "arguments": arguments}, self._stream)
        self._stream.write("\n")
        self._stream.flush()
        while True:
            answer = json.loads(self._stream.readline())
            if "return" in answer or "error" in answer:
                return answer

    def try_json(self, text):
        """Run {"execute": ..., "arguments": {...}}; an error is an answer, too."""
        try:
            wanted = json.loads(text)
            return self.execute(wanted["execute"], **wanted.get("arguments", {}))
        except (OSError, ValueError, KeyError) as error:
            return {"error": str(error)}

    def close(self):
        """Hang up."""
        if self._socket:
            self._socket.close()
