"""The door for mailboxes, IMAP (RFC 3501): what is in them is handed to `receive`, then moved; it decides nothing."""

from daemon.edge.imap.client import Patience
from daemon.edge.imap.login import BearerToken, Credentials, NoCredentials, Password
from daemon.edge.imap.mailboxes import Mailboxes, Pauses, open_mailboxes
from daemon.edge.imap.session import Room

__all__ = [
    "BearerToken",
    "Credentials",
    "Mailboxes",
    "NoCredentials",
    "Password",
    "Patience",
    "Pauses",
    "Room",
    "open_mailboxes",
]
