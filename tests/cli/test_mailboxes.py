"""`check` at a real mailbox: what is wrong with it, and whether all that it holds is stored."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from daemon.cli import app
from store.migrate import migrate
from store.model.message import Door, Envelope
from store.store import Store
from tests.edge.dovecot import Dovecot, dovecot
from tests.edge.mailroom import letter, needs_dovecot

pytestmark = needs_dovecot
Triaged = Callable[..., Result]
CONFIG = """
[desk]
address = "support@hd.test"
[pipeline]
address = "pipeline@team.test"
[[imap]]
host = "127.0.0.1"
port = {port}
user = "desk"
password = "{password}"
ca_file = "{ca_file}"
folder = {folder}
{more}
"""


@pytest.fixture
def triaged() -> Triaged:
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot() as started:
        yield started


def config_for(
    folder: Path, server: Dovecot, *, password: str = "secret", read: str = '"INBOX"', more: str = ""
) -> Path:
    path = folder / "triaged.toml"
    text = CONFIG.format(port=server.port, password=password, ca_file=server.ca_file, folder=read, more=more)
    path.write_text(text, "utf-8")
    return path


def findings(result: Result) -> list[tuple[str, str]]:
    records = [json.loads(line) for line in result.output.splitlines()]
    return [(record["level"], record["words"]) for record in records if record["about"] == "mailbox"]


def test_a_mailbox_that_can_be_read_is_said_to_be_right(tmp_path: Path, triaged: Triaged, server: Dovecot) -> None:
    server.deliver("desk", letter(1))
    result = triaged("check", "--json", "-c", config_for(tmp_path, server, more='recipient_header = "Delivered-To"'))
    assert findings(result) == [
        ("ok", f"desk@127.0.0.1:{server.port} INBOX: 1 message"),
        ("note", "imap[0].done_folder: 'Archive' is not there yet: it is made with the first mail"),
    ]
    assert result.exit_code == 0


@pytest.mark.slow
def test_each_fault_of_a_mailbox_is_told_with_its_key(tmp_path: Path, triaged: Triaged, server: Dovecot) -> None:
    wrong = triaged("check", "--json", "-c", config_for(tmp_path, server, password="no"))
    assert wrong.exit_code == 1
    ((level, words),) = findings(wrong)
    assert (level, words.partition(" ")[0]) == ("fault", "imap[0].password:")

    absent = triaged("check", "--json", "-c", config_for(tmp_path, server, read='["INBOX", "Sales"]'))
    assert ("fault", "imap[0].folder: 'Sales': the folder cannot be opened") in [
        (level, words[:60].rstrip(": ")) for level, words in ((lv, w.partition(": M")[0]) for lv, w in findings(absent))
    ]
    server.stop()
    away = triaged("check", "--json", "-c", config_for(tmp_path, server))
    assert findings(away) == [("fault", f"imap[0].host: nobody answers at 127.0.0.1:{server.port}")]


def test_a_server_that_can_neither_move_nor_tell_is_noted(tmp_path: Path, triaged: Triaged) -> None:
    with dovecot(capability="IMAP4rev1") as server:
        told = findings(triaged("check", "--json", "-c", config_for(tmp_path, server)))
    said = {words.partition(":")[0]: level for level, words in told}
    assert said["imap[0].poll_seconds"] == said["imap[0].done_folder"] == said["imap[0].recipient_header"] == "note"


async def keep(url: str, *raws: bytes) -> None:
    migrate(url)
    store = Store.open(url)
    for raw in raws:
        await store.keep(raw, Envelope("", ("support@hd.test",), "desk", Door.IMAP), 0.0)
    await store.close()


def test_every_difference_between_mailbox_and_store_is_named(tmp_path: Path, triaged: Triaged, server: Dovecot) -> None:
    path, url = config_for(tmp_path, server), f"sqlite:///{tmp_path}/triaged.db"
    server.deliver("desk", letter(1), letter(2))
    with server.person("desk") as somebody:
        somebody.create("Archive")
    server.deliver("desk", letter(3), letter(4), folder="Archive")
    asyncio.run(keep(url, letter(2), letter(3)))

    result = triaged("check", "--mailbox", "--json", "-c", path)
    *named, summary = [json.loads(line) for line in result.output.splitlines()]
    assert [(one["folder"], one["message_id"], one["difference"]) for one in named] == [
        ("INBOX", "1@c.test", "waiting"),
        ("INBOX", "2@c.test", "not-moved"),
        ("Archive", "4@c.test", "moved-not-stored"),
    ]
    assert summary == {"account": f"desk@127.0.0.1:{server.port}", "messages": 4, "stored": 2, "differences": 3}
    assert result.exit_code == 1
    assert server.count("desk") == 2, "comparing changes nothing"

    for folder in ("INBOX", "Archive"):
        with server.person("desk", folder) as somebody:
            somebody.store("1:*" if folder == "INBOX" else "2", "+FLAGS", r"(\Deleted)")
            somebody.expunge()
    result = triaged("check", "--mailbox", "-c", path)
    assert result.output == f"desk@127.0.0.1:{server.port}: 1 messages, 1 stored, 0 differences\n"
    assert result.exit_code == 0


def test_a_desk_without_a_mailbox_has_nothing_to_compare(tmp_path: Path, triaged: Triaged) -> None:
    path = tmp_path / "triaged.toml"
    path.write_text('[desk]\naddress = "support@hd.test"\n[pipeline]\naddress = "p@team.test"\n')
    result = triaged("check", "--mailbox", "-c", path)
    assert (result.exit_code, "no mailbox" in result.output) == (1, True)
