"""What an attempt means for a mail of the outbox: done, again later, never again, or not known."""

from typing import Literal

from store.model.outbox import Answer, Delivery, Mail, MailKind, MailState, Settlement

GIVE_UP_SECONDS = 5 * 86400.0  # RFC 5321 section 4.5.4.1: four to five days
# Seconds after the first, second, … attempt; the last repeats.
WAITS = (70.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 10800.0)
QUICK_WAITS = (10.0, 30.0, 60.0, 120.0, 300.0)  # of what calls a person, who is asked by mail as well
QUICK_GIVE_UP_SECONDS = 3600.0  # later it would only disturb
UNREADY_SECONDS = 30.0  # until a server that refuses everything is asked again
JITTER = 0.1  # part of the wait, either way, so that mails which failed together do not come back together


def wait(attempts: int, jitter: float, waits: tuple[float, ...] = WAITS) -> float:
    """Return the seconds to wait after so many finished attempts (at least one); `jitter` is a number in [0, 1)."""
    plain = waits[min(max(attempts, 1), len(waits)) - 1]
    return plain * (1 + JITTER * (2 * jitter - 1))


def after(answer: Answer, mail: Mail, now: float, jitter: float, on_unknown: Literal["resend", "drop"]) -> Settlement:
    """Return where a mail stands after this attempt; RFC 5321 section 4.5.4.1 gives the rhythm.

    UNCLEAR becomes UNKNOWN and is due again, with the same bytes and Message-ID; an acknowledgement only where
    `on_unknown` is "resend". UNREADY says nothing about this mail: it stays queued, and the caller holds
    all others too.
    """
    match answer.delivery:
        case Delivery.ACCEPTED:
            return Settlement(MailState.SENT, None, answer.text)
        case Delivery.REFUSED:
            return Settlement(MailState.FAILED, None, answer.text)
        case Delivery.UNREADY:
            return Settlement(MailState.QUEUED, now + UNREADY_SECONDS * (1 + jitter), answer.text)
        case Delivery.UNCLEAR:
            final = on_unknown == "drop" and mail.kind is MailKind.ACK
            due = None if final else _next(mail, now, jitter)
            return Settlement(MailState.UNKNOWN, due, answer.text)
        case Delivery.DEFERRED:
            due = _next(mail, now, jitter)
            return Settlement(MailState.FAILED if due is None else MailState.QUEUED, due, answer.text)


def _next(mail: Mail, now: float, jitter: float) -> float | None:
    quick = mail.kind is MailKind.NOTIFY
    due = now + wait(mail.attempts + 1, jitter, QUICK_WAITS if quick else WAITS)
    return due if due - mail.created_at <= (QUICK_GIVE_UP_SECONDS if quick else GIVE_UP_SECONDS) else None
