"""The way out: one mail to the next server by SMTP, or into a maildir, and what became of it as a value.

The caller's `before_dot` is awaited when everything of the mail is on its way but the final dot: it records the
attempt, and says False where the lease is lost; then the connection is dropped without the dot, and the server delivers
nothing (RFC 5321 section 4.1.1.4). What goes wrong before the dot is DEFERRED, whatever the cause; after the dot only
an answer of the server decides, and without one the outcome is UNCLEAR (RFC 1047).
"""

import ssl
from pathlib import Path

from daemon.core.settings import Relay as RelaySettings
from daemon.edge.relay.maildir import Maildir
from daemon.edge.relay.smarthost import Smarthost
from daemon.edge.relay.way import PATIENT, BeforeDot, Relay, Waits

__all__ = ["BeforeDot", "Relay", "Waits", "open_relay"]


def open_relay(
    settings: RelaySettings,
    base: Path,
    *,
    host: str = "localhost",
    waits: Waits = PATIENT,
    tls: ssl.SSLContext | None = None,
) -> Relay:
    """Return the relay that the settings name; nothing is connected yet.

    `base` is the folder that a relative maildir is in, `host` the name said in EHLO, `tls` replaces the system's
    trust. Raises ValueError for a URL without a host or with a port that is none.
    """
    if settings.url.startswith("maildir:"):
        return Maildir(base / settings.url.removeprefix("maildir:"))
    return Smarthost(settings, host, waits, tls or ssl.create_default_context())
