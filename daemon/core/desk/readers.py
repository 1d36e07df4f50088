"""Who may read a mail that has waited: looked at again just before it leaves."""

from daemon.core.mail.address import fold
from daemon.core.settings import Settings
from store.model.outbox import Mail, MailKind

TO_READERS = frozenset({MailKind.REPLY, MailKind.ASK})  # to the reporter, and those whom a member admitted
TO_MEMBERS = frozenset({MailKind.CARD, MailKind.RESULT, MailKind.CONFIRM})  # each to one member's own address


def may_read(mail: Mail, readers: tuple[str, ...] | None, settings: Settings) -> bool:
    """Say whether the recipient still may; `readers` are the addresses of the ticket's reporter and participants."""
    to = fold(mail.to)
    if mail.kind in TO_MEMBERS:
        return to in {fold(person.address) for person in settings.people}
    return readers is None or to in {fold(reader) for reader in readers}
