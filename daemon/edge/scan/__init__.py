"""The door to a virus scanner: clamd, or a program that reads a mail on its standard input."""

from daemon.edge.scan.scanner import Scanner, open_scanner

__all__ = ["Scanner", "open_scanner"]
