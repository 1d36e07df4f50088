"""What the history of a ticket says of a message that may not leave the house."""

from dataclasses import replace

from store.model.changes import Changes
from store.model.message import Safety, Scan
from store.model.ticket import Event


def withheld(changes: Changes, scan: Scan | None, now: float) -> Changes:
    """Let the team see in the history that the original and its attachments are held, and why."""
    if scan is None or (changes.ticket is None and changes.opens is None):
        return changes
    why = f"infected, {scan.words}" if scan.safety is Safety.INFECTED else f"not scanned yet, {scan.words}"
    event = Event(now, "triaged", f"original and attachments are held back: {why}")
    return replace(changes, events=(*changes.events, event))
