"""Viruses: the text goes through, the original is held, everybody who should sees it, and what is clean follows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from daemon.quarantine import look_again
from tests.desk import Delivered, DeskUnderTest, desk_at
from tests.edge.scanning import EICAR, clamd_at, program_at
from tests.journeys.clocked import HOUR, MINUTE, Hour, clocked

MARIA = "maria@customer.test"
LONG = "How do I export my data? " + "It is about this. " * 400 + "The last words."
WAITING = "the virus scanner has not looked at them yet"


def letter(payload: bytes, text: str = "How do I export my data?", number: int = 1) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = MARIA, "support@hd.test", f"Export {number}"
    mail["Message-ID"] = f"<{number}@customer.test>"
    mail.set_content(text)
    mail.add_attachment(payload, maintype="application", subtype="zip", filename="data.zip")
    return mail.as_bytes().replace(b"\n", b"\r\n")


def words(mail: Delivered) -> str:
    return " ".join(mail.message.text.split())


def carries(mail: Delivered) -> bool:
    return bool(mail.message.attachments)


def of_kind(mails: list[Delivered], kind: str) -> Delivered:
    return next(mail for mail in mails if mail.kind == kind)


async def history(desk: DeskUnderTest, number: int = 1) -> str:
    story = await desk.running.house.store.ticket(number)
    assert story
    return "\n".join(event.what for event in story.events)


@asynccontextmanager
async def scanned(folder: Path, **more: object) -> AsyncIterator[DeskUnderTest]:
    socket = folder / "clamd"
    async with clamd_at(socket), desk_at(folder, scan={"clamd": f"unix:{socket}"} | more) as desk:
        yield desk


async def test_a_clean_message_goes_its_way(tmp_path: Path) -> None:
    async with scanned(tmp_path) as desk:
        left = await desk.send(letter(b"harmless"), MARIA, "support@hd.test")
        assert carries(of_kind(left, "forward"))
        assert "held" not in await history(desk)


@pytest.mark.parametrize("how", ["clamd", "command"])
async def test_of_an_infected_message_the_text_goes_through_and_nothing_else(tmp_path: Path, how: str) -> None:
    scan = {"command": program_at(tmp_path / "scan")} if how == "command" else {"clamd": f"unix:{tmp_path / 'c'}"}
    async with clamd_at(tmp_path / "c"), desk_at(tmp_path, scan=scan) as desk:
        raw = letter(EICAR, LONG).replace(b"base64", b"7bit")
        at = raw.index(b"\r\n\r\n", raw.index(b"data.zip")) + 4
        raw = raw[:at] + EICAR + raw[raw.index(b"\r\n", at) :]  # in the clear, where the small scanners find it
        left = await desk.send(raw, MARIA, "support@hd.test")
        forward = of_kind(left, "forward")
        assert not carries(forward)
        assert EICAR not in b"".join(mail.raw for mail in left)
        assert "The last words." in words(forward)
        assert "data.zip" in words(forward)
        assert "the virus scanner found Eicar-Test-Signature" in words(forward)
        assert "attached." not in words(forward)
        assert "held back: infected, Eicar-Test-Signature" in await history(desk)
        assert of_kind(left, "ack").to == MARIA
        assert "virus" not in words(of_kind(left, "ack"))
        original = await desk.running.house.store.original(1)
        assert original
        assert original.raw == raw


async def test_a_card_says_it_too_and_a_later_forward_goes_without_it(tmp_path: Path) -> None:
    broken = "Nobody can log in since this morning, error 500, and we cannot work at all."
    async with desk_at(tmp_path, scan={"command": program_at(tmp_path / "scan", "echo Worm; exit 1")}) as desk:
        left = await desk.send(letter(b"x", broken), MARIA, "support@hd.test")
        card = of_kind(left, "card")
        assert "the virus scanner found Worm" in words(card)
        answer = (
            "Authentication-Results: mx.hd.test; dmarc=pass header.from=team.test\r\nFrom: bob@team.test\r\n"
            f"To: {card.reply_to}\r\nSubject: Re\r\nMessage-ID: <b@team.test>\r\n\r\nfeature\r\n"
        )
        forward = of_kind(await desk.send(answer.encode(), "bob@team.test", card.reply_to), "forward")
        assert not carries(forward)
        assert "the virus scanner found Worm" in words(forward)


async def test_german_letters_say_it_in_german(tmp_path: Path) -> None:
    scan = {"command": program_at(tmp_path / "scan", "echo Wurm; exit 1")}
    desk = {"name": "Helpdesk", "address": "support@hd.test", "language": "de"}
    async with desk_at(tmp_path, scan=scan, desk=desk) as running:
        left = await running.send(letter(b"x"), MARIA, "support@hd.test")
        assert "Der Virenscanner hat Wurm gefunden" in words(of_kind(left, "forward"))


async def test_what_a_scanner_that_was_away_finds_clean_follows_once_to_who_had_to_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour, socket = Hour(), tmp_path / "clamd"
    desk = {"name": "Helpdesk", "address": "support@hd.test", "operator": "op@team.test"}
    async with clocked(tmp_path, monkeypatch, hour, scan={"clamd": f"unix:{socket}"}, desk=desk) as clock:
        raw = letter(b"harmless")
        left = await clock.desk.send(raw, MARIA, "support@hd.test")
        forward = of_kind(left, "forward")
        assert not carries(forward)
        assert WAITING in words(forward)
        assert of_kind(left, "ack")
        told = await clock.later(11 * MINUTE)
        assert [mail.message.subject for mail in told] == [
            "Helpdesk: messages have waited for the virus scanner for 11 minutes"
        ]
        assert "> the scanner is away: No such file or directory" in told[0].raw.decode()
        async with clamd_at(socket):
            monkeypatch.setattr("daemon.edge.scan.scanner.time", type("T", (), {"monotonic": lambda: 1e12}))
            for _ in range(3):
                await look_again(clock.desk.running.house)
            released = await clock.later(MINUTE)
        to = [mail for mail in clock.desk.post.mails if mail.message.subject.startswith("[#1] Attachments")]
        assert [mail.to for mail in to] == ["pipeline@team.test"]
        assert raw in to[0].raw
        assert "free: the virus scanner found nothing" in await history(clock.desk)
        assert "Helpdesk: no message waits for the virus scanner any more" in [m.message.subject for m in released]


async def test_what_proves_infected_later_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = program_at(tmp_path / "scan", "exit 7")
    async with clocked(tmp_path, monkeypatch, scan={"command": command}) as clock:
        await clock.desk.send(letter(b"x"), MARIA, "support@hd.test")
        assert "held back: not scanned yet, the scanner ended with 7" in await history(clock.desk)
        program_at(tmp_path / "scan", "echo Worm; exit 1")
        clock.hour.now += HOUR
        await look_again(clock.desk.running.house)
        assert "held back: infected, Worm" in await history(clock.desk)
        original = await clock.desk.running.house.store.original(1)
        assert original
        assert original.quarantine
        assert await clock.later(HOUR) == []


async def test_where_originals_may_pass_a_scanner_that_is_away_holds_nothing(tmp_path: Path) -> None:
    async with desk_at(tmp_path, scan={"clamd": f"unix:{tmp_path / 'none'}", "failing": "pass"}) as desk:
        left = await desk.send(letter(b"x"), MARIA, "support@hd.test")
        assert carries(of_kind(left, "forward"))


async def test_one_plain_text_needs_no_scanner_that_answers(tmp_path: Path) -> None:
    raw = (
        b"From: maria@customer.test\r\nTo: support@hd.test\r\nSubject: Export\r\nMessage-ID: <1@customer.test>\r\n"
        b"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nHow do I export my data?\r\n"
    )
    async with desk_at(tmp_path, scan={"clamd": f"unix:{tmp_path / 'none'}"}) as desk:
        assert carries(of_kind(await desk.send(raw, MARIA, "support@hd.test"), "forward"))
