"""Mail that comes back for good is told: the team of a customer, the operator of a member who is on duty."""

from pathlib import Path

import pytest

from daemon.cli.records import story_record
from tests.desk import Delivered
from tests.journeys.clocked import CUSTOMER, DAY, HOUR, MINUTE, Clocked, clocked

DESK = {"name": "Helpdesk", "address": "support@hd.test", "operator": "op@team.test"}
DIGEST = {"daily": "10:30", "team": ["bob@team.test"]}
DUTY = {"people": ["bob"], "pair_shifts": 0, "answer_minutes": 60}
REPORT = """From: mailer-daemon@mx.test
To: support@hd.test
Subject: Undelivered Mail
Message-ID: <{number}@mx.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r
Content-Type: text/plain

The mail could not be delivered.

--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}

--r
Content-Type: text/rfc822-headers

Message-ID: <{about}>

--r--
"""


async def comes_back(desk: Clocked, mail: Delivered, *, action: str = "failed", status: str = "5.1.1") -> None:
    """Let a server tell that a mail of the desk was not delivered."""
    number, about = f"{desk.hour.now}.{mail.message.message_id}", mail.message.message_id
    report = REPORT.format(number=number, to=mail.to, action=action, status=status, about=about)
    await desk.desk.send(report.replace("\n", "\r\n").encode(), "", "support@hd.test")


def digest(mails: list[Delivered]) -> str:
    (mail,) = (mail for mail in mails if mail.kind == "digest")
    return mail.message.text


def told(mails: list[Delivered]) -> list[str]:
    return [mail.message.subject for mail in mails if mail.to == "op@team.test"]


async def test_the_team_hears_that_a_customer_cannot_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch, digest=DIGEST, duty=DUTY) as desk:
        store = desk.desk.running.house.store
        (ack,) = (mail for mail in await desk.write() if mail.to == CUSTOMER)
        await desk.later(MINUTE)  # the desk notes that it runs
        await comes_back(desk, ack, action="delayed", status="4.4.1")
        assert "comes back" not in digest(await desk.later(30 * MINUTE))
        await comes_back(desk, ack)
        assert f"{CUSTOMER}\n     mail to them comes back\n" in digest(await desk.later(DAY))
        story = await store.ticket(1)
        assert story is not None
        assert story_record(story)["reporter_failing"] == "2026-11-23T10:31:00Z"
        await desk.later(31 * DAY)
        assert "comes back" not in digest(await desk.later(DAY))


@pytest.mark.parametrize(("language", "words"), [("en", "who is on duty, comes back"), ("de", "kommt zurück")])
async def test_the_operator_hears_that_whoever_is_on_duty_cannot_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    async with clocked(tmp_path, monkeypatch, desk=DESK | {"language": language}, duty=DUTY) as desk:
        (card,) = (mail for mail in await desk.write() if mail.kind == "card")
        assert card.to == "bob@team.test"
        await comes_back(desk, card)
        (subject,) = told(await desk.later(2 * MINUTE))
        assert "bob@team.test" in subject
        assert words in subject
        assert told(await desk.later(HOUR)) == []
        assert told(await desk.later(2 * DAY)) == [], "it is known, and nothing more came back"


async def test_a_digest_that_comes_back_tells_as_much_as_a_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch, desk=DESK, digest=DIGEST, duty=DUTY) as desk:
        await desk.later(MINUTE)  # the desk notes that it runs
        (mail,) = (mail for mail in await desk.later(30 * MINUTE) if mail.kind == "digest")
        await comes_back(desk, mail)
        assert told(await desk.later(2 * MINUTE)) == [
            "Helpdesk: mail to bob@team.test, who is on duty, comes back",
        ]
        assert "Helpdesk: mail to bob@team.test is no trouble any more" in told(await desk.later(31 * DAY))
