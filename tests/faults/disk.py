"""A disk that remembers in which order SQLite wrote and synced, so that the power can be cut at any moment afterwards.

It stands between SQLite and the system, as a VFS over the usual one (https://sqlite.org/vfs.html). What was synced is
there after a cut. Of what was written since, anything may be there: all of it, nothing, some of it in any order, and a
write may be torn at any octet. Names of files are taken as durable.
"""

import _sqlite3
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CDLL, CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_int64, c_void_p, cast, string_at
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

TORN = 0.25  # of the writes that survive though they were not synced

_KEPT = 0x100 | 0x800 | 0x80000  # SQLITE_OPEN_MAIN_DB, _MAIN_JOURNAL and _WAL
_METHODS = (  # of sqlite3_io_methods, after its version
    *("close", "read", "write", "truncate", "sync", "size", "lock", "unlock", "reserved", "control", "sector"),
    *("device", "map_shared", "lock_shared", "barrier_shared", "unmap_shared", "fetch", "unfetch"),
)
_CALLS = (  # of sqlite3_vfs, after its application's data
    *("open", "delete", "access", "full_path", "dl_open", "dl_error", "dl_sym", "dl_close", "randomness", "sleep"),
    *("time", "last_error", "time_64", "set_call", "get_call", "next_call"),
)


class _Methods(Structure):
    _fields_: ClassVar = [("version", c_int), *((name, c_void_p) for name in _METHODS)]


class _File(Structure):
    _fields_: ClassVar = [("methods", POINTER(_Methods))]


class _Vfs(Structure):
    _fields_: ClassVar = [
        ("version", c_int),
        ("file_size", c_int),
        ("path_size", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        *((name, c_void_p) for name in _CALLS),
    ]


_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(_File), c_int, c_void_p)  # the path itself: SQLite keeps it
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


@dataclass(frozen=True, slots=True)
class Write:
    """So many octets at a place of a file."""

    file: str
    at: int
    octets: bytes

    def on(self, content: bytearray) -> None:
        content.extend(bytes(max(0, self.at - len(content))))
        content[self.at : self.at + len(self.octets)] = self.octets

    def torn(self, chance: random.Random) -> "Write":
        return Write(self.file, self.at, self.octets[: chance.randrange(len(self.octets) + 1)])


@dataclass(frozen=True, slots=True)
class Cut:
    """A file is as long as this from now on."""

    file: str
    length: int

    def on(self, content: bytearray) -> None:
        del content[self.length :]

    def torn(self, _: random.Random) -> "Cut":
        return self


@dataclass(frozen=True, slots=True)
class Sync:
    """All that was written to a file is on the disk."""

    file: str


@dataclass(frozen=True, slots=True)
class Told:
    """Something was promised to the outside."""

    what: str
    whom: str


Entry = Write | Cut | Sync | Told


@dataclass
class Disk:
    """What was written, synced and promised, in this order, beginning with these files."""

    begin: dict[str, bytes]
    log: list[Entry] = field(default_factory=list)

    def after(self, entries: int, chance: random.Random, survives: float) -> dict[str, bytes]:
        """Return the files as they may be after a cut behind so many entries.

        Each write that was not synced survives with this probability, whole or torn.
        """
        synced = {name: bytearray(octets) for name, octets in self.begin.items()}
        pending: dict[str, list[Write | Cut]] = {}
        for entry in self.log[:entries]:
            if isinstance(entry, Write | Cut):
                pending.setdefault(entry.file, []).append(entry)
            elif isinstance(entry, Sync):
                for written in pending.pop(entry.file, []):
                    written.on(synced.setdefault(entry.file, bytearray()))
        for name, writes in pending.items():
            content = synced.setdefault(name, bytearray())
            for written in writes:
                if chance.random() < survives:
                    (written.torn(chance) if chance.random() < TORN else written).on(content)
        return {name: bytes(octets) for name, octets in synced.items()}

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Note all that SQLite does in this process to files of these names, in any folder, until this is left."""
        library = CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        usual = library.sqlite3_vfs_find(None)
        ours = _Vfs.from_buffer_copy(usual.contents)
        ours.name = b"recording"
        held: list[Any] = []  # what C calls must not be freed
        opened = _OPEN(self._opened(_OPEN(ours.open), held))
        ours.open = cast(opened, c_void_p).value
        assert library.sqlite3_vfs_register(byref(ours), 1) == 0
        try:
            yield
        finally:
            library.sqlite3_vfs_unregister(byref(ours))
            library.sqlite3_vfs_register(usual, 1)

    def _opened(self, usual: Callable[..., int], held: list[Any]) -> Callable[..., int]:
        def opened(vfs: int, path: int | None, file: Any, flags: int, out: int) -> int:
            status = usual(vfs, path, file, flags, out)
            if status == 0 and path and flags & _KEPT:
                methods = _Methods.from_buffer_copy(file.contents.methods.contents)
                self._listen(methods, Path(string_at(path).decode()).name, held)
                held.append(methods)
                file.contents.methods = POINTER(_Methods)(methods)
            return status

        return opened

    def _listen(self, methods: _Methods, name: str, held: list[Any]) -> None:
        write, truncate, sync = _WRITE(methods.write), _TRUNCATE(methods.truncate), _SYNC(methods.sync)

        def written(file: int, octets: int, count: int, at: int) -> int:
            self.log.append(Write(name, at, string_at(octets, count)))
            return int(write(file, octets, count, at))

        def truncated(file: int, length: int) -> int:
            self.log.append(Cut(name, length))
            return int(truncate(file, length))

        def synced(file: int, flags: int) -> int:
            before = len(self.log)
            status = int(sync(file, flags))
            if status == 0 and all(getattr(entry, "file", "") != name for entry in self.log[before:]):
                self.log.append(Sync(name))
            return status

        for call, function in (
            ("write", _WRITE(written)),
            ("truncate", _TRUNCATE(truncated)),
            ("sync", _SYNC(synced)),
        ):
            held.append(function)
            setattr(methods, call, cast(function, c_void_p).value)
