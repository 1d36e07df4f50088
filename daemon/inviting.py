"""A turn's invitation becomes a mail: words for people, and the calendar part for their programs."""

from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.rota.mails import rows
from daemon.core.desk.rota.stretch import Stretch
from daemon.core.mail.address import mark_from
from daemon.core.mail.compose import Calendar, compose
from daemon.core.mail.letter import Words
from daemon.core.roster.calendar import invitation
from daemon.house import House
from store.model.changes import Said
from store.model.invitation import Invitation, Method
from store.model.message import Address
from store.model.outbox import MailKind, NewMail


def write_invitation(one: Invitation, moment: Moment, house: House) -> NewMail:
    """Return the mail that brings one turn into one person's calendar, or out of it."""
    settings, person = moment.settings, moment.roster.people[one.person]
    asked, learns = one.method is Method.REQUEST, one.shadow == one.person
    what = "turn-invited" if asked and not learns else "turn-invited-beside" if asked else "turn-withdrawn"
    row = rows((Stretch(one.start, one.end, one.person),), settings)
    words = Words(settings.desk.name, settings.desk.address, said=(Said(what, who=person.name, rows=row),))
    octets = invitation(one, moment.roster.people, settings.desk, settings.desk.address, moment.now)
    return compose(
        house.letters.write("turn", settings.desk.language, words),
        kind=MailKind.ROSTER,
        ticket=None,
        to=Address(person.name, person.address),
        desk=settings.desk,
        own=house.own,
        mark=mark_from(house.random(10)),
        now=moment.now,
        due=moment.now,
        calendar=Calendar(octets, one.method),
    )
