"""Reading what is large or looks hostile in a process of its own, which may take only so much memory and time."""

from daemon.edge.apart.parent import Apart, Busy, Limits

__all__ = ["Apart", "Busy", "Limits"]
