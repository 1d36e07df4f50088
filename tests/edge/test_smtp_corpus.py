"""The hostile sessions and messages of the outside corpus, against the answers it demands."""

import re
import ssl
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import trustme

from daemon.core.settings import Desk
from tests.corpora import CORPORA, records
from tests.edge.doorstep import BEGIN, open_house
from tests.edge.test_smtp_octets import stuffed

HAZARDS = CORPORA / "hazards" if CORPORA else Path("absent")
DESK = Desk(address="support@hd.test", aliases=("sales@hd.test",))
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not HAZARDS.is_dir(), reason="the outside corpora (shared/corpora/hazards) are absent"),
]


def session(name: str) -> bytes:
    return (HAZARDS / "sessions" / f"{name}.smtp").read_bytes()


SMUGGLING = [Path(row["file"]).stem for row in records("hazards") if "smuggle" in row["file"]]
MESSAGES = [row for row in records("hazards") if row["file"].endswith(".eml")]


@pytest.mark.parametrize("name", SMUGGLING)
async def test_a_smuggled_message_stays_text(name: str) -> None:
    async with open_house(desk=DESK) as house:
        caller = await house.call()
        heard = await caller.pour(session(name))
    text = session(name).partition(b"DATA\r\n")[2].removesuffix(b"\r\n.\r\nQUIT\r\n") + b"\r\n"
    assert [raw for raw, _ in house.kept] == [text.replace(b"\r\n.", b"\r\n")]
    assert b"smuggled" in house.kept[0][0]
    assert [line[:3] for line in heard] == ["250", "250", "250", "354", "250", "221"]


async def test_a_client_that_half_closes_after_the_dot_has_its_message_kept() -> None:
    async with open_house(desk=DESK) as house:
        caller = await house.call()
        heard = await caller.pour(session("half-close-after-dot"), end=True)
    assert len(house.kept) == 1
    assert heard[-1].startswith("250")


async def test_commands_behind_starttls_are_thrown_away() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("hd.test").configure_cert(context)
    for tls in (None, context):
        async with open_house(desk=DESK, tls=tls, idle_seconds=1) as house:
            caller = await house.call()
            heard = await caller.pour(session("starttls-injection"), end=True)
        assert not house.kept
        assert tls is None or [line[:3] for line in heard][:2] == ["250", "220"]
        assert tls is None or not any(line.startswith("250 2.1") for line in heard)


@pytest.mark.parametrize("name", ["rcpt-flood", "relay-attempt"])
async def test_nobody_elses_mail_is_taken(name: str) -> None:
    async with open_house(desk=DESK) as house:
        caller = await house.call()
        heard = await caller.pour(session(name))
    assert not any(line.startswith("250 2.1.5") for line in heard)
    assert heard[-1][:3] == ("421" if name == "rcpt-flood" else "221")
    assert sum(line.startswith("55") for line in heard) == (20 if name == "rcpt-flood" else 4)


async def test_lmtp_answers_for_each_accepted_recipient() -> None:
    async with open_house(desk=DESK, protocol="lmtp") as house:
        caller = await house.call(greet=False)
        heard = await caller.pour(session("lmtp-three-rcpt"))
    assert [line[:3] for line in heard] == ["220", "250", "250", "250", "250", "550", "354", "250", "250", "221"]
    assert len(house.kept) == 1


async def test_a_huge_command_is_refused() -> None:
    async with open_house(desk=DESK) as house:
        caller = await house.call()
        heard = await caller.pour(session("huge-command") + b"QUIT\r\n")
    assert [line[:3] for line in heard] == ["500", "250", "221"]


async def test_a_chunk_is_not_read_as_commands() -> None:
    async with open_house(desk=DESK) as house:
        caller = await house.call()
        heard = await caller.pour(session("bdat-unknown"))
    assert not house.kept
    assert heard[-1].startswith("503")
    assert sum(line.startswith("5") for line in heard) == 1


def path_of(address: str) -> str:
    """Fill a mark of the corpus with a tag; what stands in it is not the door's business."""
    return "support+c1filled@hd.test" if address.startswith("@@") else address


@pytest.mark.parametrize("row", MESSAGES, ids=lambda row: row["file"])
async def test_every_message_is_kept_as_it_came(row: dict[str, Any]) -> None:
    message = (HAZARDS / row["file"]).read_bytes()
    message = message if message.endswith(b"\r\n") else message + b"\r\n"
    envelope = row.get("envelope") or {"mail_from": "", "rcpt_to": ["support@hd.test"]}
    utf8 = b"" if envelope["mail_from"].isascii() else b" SMTPUTF8"
    async with open_house(desk=DESK) as house:
        caller = await house.call()
        await caller.say(BEGIN.split(b"\r\n")[0])
        assert (await caller.say(b"MAIL FROM:<" + envelope["mail_from"].encode() + b">" + utf8)).startswith("250")
        for recipient in map(path_of, envelope["rcpt_to"]):
            wanted = "550" if re.match(r"nobody", recipient) else "250"
            assert (await caller.say(f"RCPT TO:<{recipient}>".encode())).startswith(wanted)
        await caller.say(b"DATA")
        assert (await caller.say(stuffed(message)[:-2])).startswith("250 2.0.0 Kept")
        await caller.hang_up()
    ((raw, _),) = house.kept
    assert sha256(raw).digest() == sha256(message).digest()
