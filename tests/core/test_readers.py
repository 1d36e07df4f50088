"""Who may read a mail is looked at again before it leaves."""

import pytest

from daemon.core.desk.readers import may_read
from store.model.outbox import Mail, MailKind
from tests.core.commanding import BOB, GONE, SETTINGS
from tests.core.given import CUSTOMER, NOW

MEMBERS = [MailKind.CARD, MailKind.RESULT, MailKind.CONFIRM]
READERS = [MailKind.REPLY, MailKind.ASK]


def mail(kind: MailKind, to: str) -> Mail:
    return Mail(1, kind, 7, "", to, b"", 0, NOW, 1)


@pytest.mark.parametrize("kind", MEMBERS)
def test_who_left_the_team_gets_nothing_that_was_meant_for_a_member(kind: MailKind) -> None:
    assert may_read(mail(kind, BOB.upper()), None, SETTINGS)
    assert not may_read(mail(kind, GONE), None, SETTINGS)


@pytest.mark.parametrize("kind", READERS)
def test_who_takes_part_no_longer_gets_nothing_of_the_ticket(kind: MailKind) -> None:
    assert may_read(mail(kind, CUSTOMER.upper()), (CUSTOMER,), SETTINGS)
    assert not may_read(mail(kind, "colleague@customer.test"), (CUSTOMER,), SETTINGS)


@pytest.mark.parametrize("kind", sorted(set(MailKind) - {*MEMBERS, *READERS}))
def test_what_is_for_no_ones_eyes_alone_goes_its_way(kind: MailKind) -> None:
    assert may_read(mail(kind, "pipeline@team.test"), None, SETTINGS)
