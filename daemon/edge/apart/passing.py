"""How two processes hand each other values: each as its length in eight octets and a pickle."""

import pickle
from io import BytesIO
from typing import Any

LENGTH = 8  # octets
KNOWN = ("store.model.", "daemon.core.")  # rooms whose nouns may come back
MOMENTS = frozenset(("datetime", name) for name in ("datetime", "timezone", "timedelta"))


class _Nouns(pickle.Unpickler):
    """Makes nothing but our own values, whatever the other process became."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class of ours, or of a moment in time; nothing that a module of ours has merely imported."""
        if (module, name) in MOMENTS:
            return super().find_class(module, name)
        if module.startswith(KNOWN) and "." not in name:  # a dotted name leads through a module to all others
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no value of ours")


def packed(value: object) -> bytes:
    """Return the octets of a value, after their length."""
    into = BytesIO(bytes(LENGTH))
    into.seek(LENGTH)
    pickle.dump(value, into, pickle.HIGHEST_PROTOCOL)
    into.getbuffer()[:LENGTH] = (into.tell() - LENGTH).to_bytes(LENGTH, "big")
    return into.getvalue()


def unpacked(octets: bytes) -> Any:
    """Return the value. Raises pickle.UnpicklingError, and much else for octets that are no pickle."""
    return _Nouns(BytesIO(octets)).load()
