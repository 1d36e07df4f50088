"""Every folder here is a journey: mails go in, and the mails and tickets that must come of them stand in story.toml."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from daemon.core.triage.definition import Definition
from store.database import writing
from store.privacy.wiping import wipe_tickets
from store.schema import event, ticket
from tests.desk import Delivered, DeskUnderTest, desk_at, shipped_definition
from tests.journeys.clocked import Hour, later, set_by_hand

JOURNEYS = sorted(path.parent for path in Path(__file__).parent.glob("*/story.toml"))
PLACE = re.compile(r"@@(\d+)\.(reply_to|message_id)@@")  # of the n-th mail that left
CHANCE = re.compile(rb"[a-z0-9]{16,}")  # marks, secret addresses and boundaries may spell any short word
LATEST = re.compile(r"@@(\w+) ([^@\s]+@[^@\s]+?)\.(reply_to|message_id)@@")  # of the last of a kind to somebody
LINE = 20  # letters of a line that is nobody else's


def filled(text: str, sent: list[Delivered]) -> str:
    """Fill in what only the desk knows: reply addresses and Message-IDs of mails that left before."""

    def value(match: re.Match[str]) -> str:
        return of(sent[int(match[1]) - 1], match[2])

    def latest(match: re.Match[str]) -> str:
        return of([mail for mail in sent if (mail.kind, mail.to) == (match[1], match[2])][-1], match[3])

    return LATEST.sub(latest, PLACE.sub(value, text))


def of(mail: Delivered, name: str) -> str:
    return mail.reply_to if name == "reply_to" else str(mail.message.message_id)


def looks_like(mail: Delivered, wanted: dict[str, Any], folder: Path) -> None:
    words = f"{mail.message.subject}\n{mail.message.text}"
    for phrase in wanted.get("says", ()):
        assert phrase in words, f"{phrase!r} is not in {words!r}"
    for phrase in wanted.get("never", ()):
        assert phrase.encode() not in CHANCE.sub(b"", mail.raw), f"{phrase!r} is in {words!r}"
    for name, value in wanted.get("headers", {}).items():
        assert mail.message.header(name) == value
    if "carries" in wanted:
        assert (folder / wanted["carries"]).read_bytes().replace(b"\n", b"\r\n") in mail.raw


async def played(desk: DeskUnderTest, hour: Hour, folder: Path, step: dict[str, Any]) -> None:
    """Play a step: a mail comes, or so many seconds go by; what is named leaves because of it, and nothing else."""
    if "wait" in step:
        left = await later(desk, hour, step["wait"])
    else:
        raw = filled((folder / step["mail"]).read_text("utf-8"), desk.post.mails).replace("\n", "\r\n").encode()
        sender = step.get("from", "cust@customer.test")
        left = await desk.send(raw, sender, filled(step.get("to", "support@hd.test"), desk.post.mails))
    found = sorted((mail.kind, mail.to) for mail in left)
    assert found == sorted((wanted["kind"], wanted["to"]) for wanted in step.get("out", ())), step
    for wanted in step.get("out", ()):
        mail = next(m for m in left if (m.kind, m.to) == (wanted["kind"], wanted["to"]))
        looks_like(mail, wanted, folder)


def definition_of(story: dict[str, Any]) -> Definition:
    """The definition as it ships, with the thresholds of the story."""
    shipped = shipped_definition()
    return replace(shipped, thresholds=replace(shipped.thresholds, **story.get("thresholds", {})))


@pytest.mark.parametrize("folder", JOURNEYS, ids=lambda folder: folder.name)
async def test_journey(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = tomllib.loads((folder / "story.toml").read_text("utf-8"))
    set_by_hand(monkeypatch, hour := Hour())
    async with desk_at(tmp_path, definition_of(story), **story.get("settings", {})) as desk:
        for step in story["steps"]:
            await played(desk, hour, folder, step)
        status = await desk.quiet()
        assert status.interruptions_off_duty == 0
        for name, figure in story.get("status", {}).items():
            found = getattr(status, name)
            assert (dict(found) if isinstance(found, tuple) else found) == figure, name
        for wanted in story.get("tickets", ()):
            there = (await desk.running.house.store.ticket(wanted["number"])).ticket
            found = {name: getattr(there, name) for name in wanted}
            assert {k: list(v) if isinstance(v, tuple) else v for k, v in found.items()} == wanted
    forgets_what_people_wrote(desk.settings.store.url, folder)


def forgets_what_people_wrote(url: str, folder: Path) -> None:
    """The history of erased tickets keeps what was done: no line that anybody wrote, and no address."""
    engine = writing(url)
    with engine.begin() as connection:
        wipe_tickets(connection, connection.execute(select(ticket.c.number)).scalars().all())
        history = [row.what for row in connection.execute(select(event.c.what))]
    engine.dispose()
    lines = {line.strip() for mail in folder.glob("*.eml") for line in mail.read_text("utf-8").splitlines()}
    assert history
    assert not [what for what in history if "@" in what]
    assert not [(line, what) for line in lines if len(line) >= LINE for what in history if line in what]
