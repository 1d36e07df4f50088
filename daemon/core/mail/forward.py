"""A message that somebody passed on inside theirs: who wrote it, about what, and its words."""

from daemon.core.mail.quote import Page, Split
from store.model.message import Forwarded


def read_forwarded(view: Page, parts: Split) -> Forwarded | None:
    """Return the message passed on inline, or None."""
    if parts.head is None or not view.lines:
        return None
    return None
