"""The door for mail, SMTP (RFC 5321) and LMTP (RFC 2033): it is handed `receive`, and decides nothing."""

from daemon.edge.smtp.listener import Listener, open_door, tls_context

__all__ = ["Listener", "open_door", "tls_context"]
