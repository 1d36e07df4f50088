"""Looking again at what the virus scanner has not looked at: what proves to be clean follows its text."""

from dataclasses import replace

from daemon.core.mail.address import mark_from
from daemon.core.mail.compose import compose
from daemon.core.mail.letter import Words
from daemon.edge.bell import Stage
from daemon.finding import read_message
from daemon.house import House
from store.model.message import Address, RawMessage, Safety
from store.model.outbox import MailKind, NewMail
from store.model.quarantine import Look, Unscanned

AGAIN_SECONDS = (60.0, 3600.0)  # until the next look: as long as it has waited by now, within these
MOST = 10  # at once


async def look_again(house: House) -> None:
    """Show the scanner what waits for it, until it fails once more."""
    if house.scanner is None:
        return
    for one in await house.store.unscanned(house.clock(), MOST):
        found = await house.scanner.scan(one.work.raw)
        now = house.clock()
        clean = found.safety is Safety.CLEAN
        again = now + min(max(AGAIN_SECONDS[0], now - one.work.received_at), AGAIN_SECONDS[1])
        mails = await _released(one, house) if clean else ()
        unscanned = found.safety is Safety.UNSCANNED
        if await house.store.look(Look(one, found, mails, again if unscanned else None), now) and mails:
            house.bell.ring(Stage.DELIVER)


async def _released(one: Unscanned, house: House) -> tuple[NewMail, ...]:
    """Return the mails that bring the original to everybody who had to do without it."""
    work = replace(one.work, quarantine=None)
    reading = await read_message(work, house)
    sender, desk = reading.message.sender, house.settings.desk
    words = Words(desk.name, desk.address, one.ticket, reading.message.subject, reporter_address=_of(sender))
    return tuple([_mail(to, work, words, house) for to in one.to])


def _of(sender: Address | None) -> str:
    return sender.address if sender else ""


def _mail(to: str, work: RawMessage, words: Words, house: House) -> NewMail:
    settings, now = house.settings, house.clock()
    return compose(
        house.letters.write("released", settings.desk.language, words),
        kind=MailKind.FORWARD,
        ticket=words.ticket,
        to=Address("", to),
        desk=settings.desk,
        own=house.own,
        mark=mark_from(house.random(10)),
        now=now,
        original=work.raw,
        due=now,
    )
