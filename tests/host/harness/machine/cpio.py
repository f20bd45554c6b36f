# SPDX-License-Identifier: GPL-2.0-only
"""Write an initramfs (cpio, "newc" form) without being root."""

import gzip
import stat


def _entry(number, name, mode, data=b"", device=(0, 0)):
    """A file's header, name and contents, each padded to four bytes."""
    name = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
    return b"".join(part + b"\0" * (-len(part) % 4) for part in (head, data))


class Archive:
    """Files, folders and links, in the order in which they are added."""

    def __init__(self):
        self._data = bytearray()
        self._count = 0
        self._folders = set()

    def _add(self, name, mode, data=b"", device=(0, 0)):
        self._count += 1
        self._data += _entry(self._count, name, mode, data, device)

    def folder(self, name):
        """Add a folder with those above it; again is harmless."""
        name = name.strip("/")
        if not name or name in self._folders:
            return
        self._folders.add(name)
        if "/" in name:
            self.folder(name.rpartition("/")[0])
        self._add(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o644):
        """Add a file with this content (bytes)."""
        name = name.strip("/")
        self.folder(name.rpartition("/")[0])
        self._add(name, stat.S_IFREG | mode, data)

    def link(self, name, target):
        """Add a symbolic link."""
        name = name.strip("/")
        self.folder(name.rpartition("/")[0])
        self._add(name, stat.S_IFLNK | 0o777, target.encode())

    def char_device(self, name, major, minor):
        """Add a character device."""
        self.folder(name.strip("/").rpartition("/")[0])
        self._add(name.strip("/"), stat.S_IFCHR | 0o600, device=(major, minor))

    def packed(self):
        """The finished archive, compressed fast."""
        end = _entry(1, "TRAILER!!!", 0)
        return gzip.compress(bytes(self._data) + end, compresslevel=1)
