"""Turns as calendar invitations: what has to be sent so that everybody's calendar shows the roster as it is."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from daemon.core.roster.changes import Turn
from store.model.invitation import Invitation, Method


def uid(turn: Turn, host: str) -> str:
    """Return what names a turn in every calendar, whoever serves it (RFC 5545 section 3.8.4.7)."""
    start = datetime.fromtimestamp(round(turn.start), UTC)
    return f"{turn.rota.replace('/', '-')}-{start:%Y%m%dT%H%M%SZ}@{host}"


def outstanding(turns: Iterable[Turn], sent: Sequence[Invitation], host: str, now: float) -> tuple[Invitation, ...]:
    """Return the invitations to send, given those sent so far (in their order), so that all calendars are right.

    `turns` are all those of the time that is to be announced, from `now` on: what was announced and is not among them
    is withdrawn, unless it has begun. Whoever gave a turn away hears that first. A shadow is invited like the person.
    """
    latest = {(one.uid, one.person): one for one in sent}
    highest: dict[str, int] = {}
    for one in sent:
        highest[one.uid] = max(highest.get(one.uid, 0), one.sequence)
    wanted = {(uid(turn, host), person): turn for turn in turns for person in (turn.person, turn.shadow) if person}
    withdrawn = [
        Invitation(Method.CANCEL, old.uid, highest[old.uid] + 1, old.rota, old.person, old.start, old.end, old.shadow)
        for key, old in latest.items()
        if old.method is Method.REQUEST and old.start > now and key not in wanted
    ]
    asked = []
    for key, turn in wanted.items():
        before = latest.get(key)
        said = (before.start, before.end, before.shadow) if before and before.method is Method.REQUEST else None
        if said != (turn.start, turn.end, turn.shadow):
            sequence = highest[key[0]] + 1 if key[0] in highest else 0
            asked.append(
                Invitation(Method.REQUEST, key[0], sequence, turn.rota, key[1], turn.start, turn.end, turn.shadow)
            )
    return (*withdrawn, *asked)
