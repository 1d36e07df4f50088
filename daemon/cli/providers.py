"""Well-known mail providers: where a mailbox of theirs is read, and how it sends. Another one is named by its host.

Each row is from the provider's own page on mail programs (IONOS: its name ends as the contract's country does). The
header is the one in which the provider writes whom a mail was delivered to; "To" where none is documented.
"""

from dataclasses import dataclass

IMAPS = 993


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a mailbox is, and what its owner has to know."""

    name: str
    host: str
    relay: str
    recipient_header: str = "To"
    oauth: bool = False
    note: str = ""
    port: int = IMAPS


PROVIDERS = (
    Provider(
        "fastmail",
        "imap.fastmail.com",
        "smtps://smtp.fastmail.com:465",
        "X-Delivered-To",
        note="the password is an app password: Settings, Privacy & Security",
    ),
    Provider(
        "google",
        "imap.gmail.com",
        "smtps://smtp.gmail.com:465",
        "Delivered-To",
        note="the password is an app password, for which 2-Step Verification must be on",
    ),
    Provider(
        "ionos", "imap.ionos.com", "smtp://smtp.ionos.com:587", note="elsewhere the names end as in imap.ionos.de"
    ),
    Provider(
        "mailbox.org",
        "imap.mailbox.org",
        "smtps://smtp.mailbox.org:465",
        note="with two-factor authentication the password is an application password",
    ),
    Provider(
        "microsoft",
        "outlook.office365.com",
        "smtp://smtp.office365.com:587",
        oauth=True,
        note="register a program, put its client_id into [[oauth]], and run `triaged login microsoft`; "
        "sending by password must be allowed for the mailbox (SMTP AUTH), or [relay] must name another server",
    ),
)


def provider(name: str, relay: str) -> Provider | None:
    """Return the provider of this name, or for HOST[:PORT] one of that host; None if it is neither.

    `relay` stands in for the provider's own way out; a host alone has none but port 587 of the same name.
    """
    known = next((one for one in PROVIDERS if one.name == name.lower()), None)
    if known is not None:
        return Provider(known.name, known.host, relay or known.relay, known.recipient_header, known.oauth, known.note)
    host, colon, port = name.partition(":")
    if "." not in host or (colon and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536)):
        return None
    return Provider(host, host, relay or f"smtp://{host}:587", "Delivered-To", port=int(port or IMAPS))
