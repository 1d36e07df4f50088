"""A mail as the next server can take it: the words of one transaction, and the content as it goes over the wire."""

from collections.abc import Mapping
from dataclasses import dataclass

from daemon.core.mail.compose import seven_bit, wire_fault
from daemon.core.mail.header_line import ascii_domain, is_mailbox
from daemon.edge.relay.meaning import told
from store.model.outbox import Answer, Delivery, Mail


@dataclass(frozen=True, slots=True)
class Request:
    """The words of one transaction, as this server can take them."""

    steps: tuple[tuple[str, bytes], ...]  # what is said before the content
    content: bytes  # dot-stuffed, the final dot excluded


def request(mail: Mail, offered: Mapping[str, str]) -> Request | Answer:
    """Fit a mail to what the server offers, by extension: SIZE, 8BITMIME, SMTPUTF8; REFUSED where it cannot be."""
    sender, recipient = ascii_domain(mail.mail_from), ascii_domain(mail.to)
    if not is_mailbox(recipient) or (sender and not is_mailbox(sender)):
        return Answer(Delivery.REFUSED, f"this address cannot be said in SMTP: {told(ascii(recipient))}")
    international = not (sender.isascii() and recipient.isascii())
    if international and "smtputf8" not in offered:
        return Answer(Delivery.REFUSED, f"the next server takes no address beyond ASCII (SMTPUTF8): {recipient}")
    eight_bit = "8bitmime" in offered
    raw = mail.raw if eight_bit or international or mail.raw.isascii() else seven_bit(mail.raw)
    fault = wire_fault(raw)
    limit = offered.get("size", "")
    if limit.isascii() and limit.isdigit() and 0 < int(limit[:18]) < len(raw):
        fault = f"the next server takes {limit} octets at most, and this mail has {len(raw)}"
    if fault:
        return Answer(Delivery.REFUSED, f"not sent: {fault}")
    options = [f"MAIL FROM:<{sender}>"]
    options += [f"SIZE={len(raw)}"] if "size" in offered else []
    options += ["BODY=8BITMIME"] if eight_bit and not raw.isascii() else []
    options += ["SMTPUTF8"] if international else []
    steps = (("MAIL", " ".join(options)), ("RCPT", f"RCPT TO:<{recipient}>"), ("DATA", "DATA"))
    return Request(tuple((step, f"{words}\r\n".encode()) for step, words in steps), _stuffed(raw))


def _stuffed(raw: bytes) -> bytes:
    """Double the dots that begin a line (RFC 5321 section 4.5.2), and end the last line."""
    stuffed = raw.replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
